/**
 * True histories of nodes with clients of their own, made at random: what each node recorded, when
 * its markers were on the bus, and when each operation really began and ended. And the merge that
 * trusts the nodes' clocks, which is the mistake that the markers avoid.
 */

import type { NodeHistoryRecord, SeenMarker } from "../../rig/core/history/node-history.ts";
import type { MicroOp, Operation } from "../../rig/core/history/operation.ts";
import { Random } from "../../rig/core/random/random.ts";
import type { MarkerKind } from "../../rig/core/wire/marker.ts";

export interface TrueOperation {
  /** When its request could leave first; infinity when its marker never was on the bus. */
  beginNs: number;
  /** When it was completed; infinity when it never was. */
  endNs: number;
}

export interface TrueHistory {
  readonly records: readonly NodeHistoryRecord[];
  readonly markers: readonly SeenMarker[];
  /** By the element that the operation appends. */
  readonly operations: ReadonlyMap<number, TrueOperation>;
}

export interface HistoryShape {
  readonly seed: number;
  readonly nodes: number;
  readonly steps: number;
  readonly processes: number;
  /** Once in so many steps a node starts again. */
  readonly rebootOneIn: number;
}

interface Process {
  number: number;
  element: number | null;
  readyNs: number;
}

class HistoryMaker {
  readonly records: NodeHistoryRecord[] = [];
  readonly markers: SeenMarker[] = [];
  readonly operations = new Map<number, TrueOperation>();
  readonly #shape: HistoryShape;
  #element = 0;

  constructor(shape: HistoryShape) {
    this.#shape = shape;
  }

  node(node: number): void {
    const { seed, nodes, steps, processes, rebootOneIn } = this.#shape;
    const random = Random.of(seed, "node", node);
    const offsetNs = random.between(-5_000, 5_000);
    const drift = random.between(900, 1_100);
    let boot = 0;
    let number = 0;
    let sentNs = 0;
    let nowNs = node;
    let names = 0;
    let open: Process[] = [];
    const record = (kind: MarkerKind, process: number, value: readonly MicroOp[] | null) => {
      const localNs = Math.round((nowNs * drift) / 1000) + offsetNs;
      this.records.push({ node, boot, number, kind, process, localNs, value });
      sentNs = Math.max(sentNs, nowNs) + nodes * random.between(1, 20);
      this.markers.push({ node, boot: boot & 255, process, number, kind, timeNs: sentNs });
      number++;
      return sentNs;
    };
    const start = () => {
      // Frames that waited are lost with the supply, or sent at some time.
      this.#reset(node, nowNs, random.chance(1, 2) ? null : nodes * random.between(0, 100));
      boot++;
      number = 0;
      sentNs = nowNs;
      names = 0;
      open = Array.from({ length: processes }, () => ({
        number: names++,
        element: null,
        readyNs: 0,
      }));
      record("boot", 0, null);
    };
    start();
    for (let step = 0; step < steps; step++) {
      nowNs += nodes * random.between(1, 30);
      if (random.chance(1, rebootOneIn)) start();
      const process = open[random.below(processes)] as Process;
      if (process.element === null) {
        const element = ++this.#element;
        process.element = element;
        process.readyNs = record("invoke", process.number, [["append", 1, element]]);
        const endNs = Number.POSITIVE_INFINITY;
        this.operations.set(element, { beginNs: process.readyNs, endNs });
        continue;
      }
      const value = [["append", 1, process.element]] as const;
      const isReady = nowNs > process.readyNs;
      if (!isReady || random.chance(1, 8)) {
        if (isReady && random.chance(1, 2)) {
          record("info", process.number, value);
          process.number = names++;
          process.element = null;
        }
        continue;
      }
      (this.operations.get(process.element) as TrueOperation).endNs = nowNs;
      record(random.chance(1, 10) ? "fail" : "ok", process.number, value);
      process.element = null;
    }
  }

  /** What waited in the controller at a reset. Nothing will submit an operation of before. */
  #reset(node: number, nowNs: number, delayNs: number | null): void {
    for (let at = this.markers.length - 1; at >= 0; at--) {
      const marker = this.markers[at] as SeenMarker;
      if (marker.node !== node || marker.timeNs <= nowNs) continue;
      if (marker.kind === "invoke") this.#neverBegins(marker);
      if (delayNs === null) this.markers.splice(at, 1);
      else this.markers[at] = { ...marker, timeNs: marker.timeNs + delayNs };
    }
  }

  #neverBegins({ node, boot, number }: SeenMarker): void {
    const of = this.records.find((each) => {
      return each.node === node && (each.boot & 255) === boot && each.number === number;
    });
    const operation = this.operations.get(of?.value?.[0]?.[2] as number);
    if (operation !== undefined) operation.beginNs = Number.POSITIVE_INFINITY;
  }
}

export function aTrueHistory(shape: HistoryShape): TrueHistory {
  const maker = new HistoryMaker(shape);
  for (let node = 0; node < shape.nodes; node++) maker.node(node);
  const { records, markers, operations } = maker;
  markers.sort((a, b) => a.timeNs - b.timeNs || a.node - b.node);
  return { records, markers, operations };
}

/** What one would do with synchronized clocks: all records in the order of their times. */
export function naiveMerge(records: readonly NodeHistoryRecord[]): readonly Operation[] {
  const processes = new Map<string, number>();
  return records
    .filter(({ kind }) => kind !== "boot")
    .sort((a, b) => a.localNs - b.localNs || a.node - b.node || a.number - b.number)
    .map(({ node, boot, process: own, kind, localNs, value }, index): Operation => {
      const name = `${node}/${boot}/${own}`;
      const process = processes.get(name) ?? processes.size;
      processes.set(name, process);
      const type = kind as Exclude<MarkerKind, "boot">;
      return { index, type, f: "txn", process, time: localNs, value, node };
    });
}
