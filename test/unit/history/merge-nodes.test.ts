/**
 * Histories of the nodes merged by the order of their markers: whatever is lost on the way and
 * however wrong the clocks are, nothing is said to have ended before something else began unless
 * it did.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeNodeHistories } from "../../../rig/core/history/merge-nodes.ts";
import type { NodeHistoryRecord, SeenMarker } from "../../../rig/core/history/node-history.ts";
import type { Operation } from "../../../rig/core/history/operation.ts";
import { Random } from "../../../rig/core/random/random.ts";
import {
  aTrueHistory,
  type HistoryShape,
  naiveMerge,
  type TrueHistory,
  type TrueOperation,
} from "../../support/node-histories.ts";

const anyShape: fc.Arbitrary<HistoryShape> = fc.record({
  seed: fc.nat({ max: 0xffff_ffff }),
  nodes: fc.integer({ min: 1, max: 4 }),
  steps: fc.integer({ min: 1, max: 60 }),
  processes: fc.integer({ min: 1, max: 3 }),
  rebootOneIn: fc.constantFrom(10, 40, 10_000),
});

function elementOf({ value }: Operation): number {
  const [microOp] = value as readonly (readonly ["append", number, number])[];
  if (microOp === undefined) throw new Error("an operation has a micro-operation");
  return microOp[2];
}

/** Realtime edges of the history, as pairs of elements, that no true history has. */
function falseEdges(operations: readonly Operation[], truth: TrueHistory): [number, number][] {
  const edges: [number, number][] = [];
  const ended: number[] = [];
  const trueOf = (element: number) => truth.operations.get(element) as TrueOperation;
  for (const operation of operations) {
    const element = elementOf(operation);
    if (operation.type === "invoke") {
      for (const before of ended) {
        if (trueOf(before).endNs > trueOf(element).beginNs) edges.push([before, element]);
      }
    } else if (operation.type !== "info") ended.push(element);
  }
  return edges;
}

function without<T>(items: readonly T[], seed: number, percent: number): T[] {
  const random = Random.of(seed, "loss");
  return items.filter(() => !random.chance(percent, 100));
}

/** A record as a test says it, of process 0 in the first boot. */
function record(
  node: number,
  number: number,
  kind: NodeHistoryRecord["kind"],
  rest: Partial<NodeHistoryRecord> = {},
): NodeHistoryRecord {
  const value = kind === "boot" ? null : ([["append", 1, 10 * node + 1]] as const);
  return { node, boot: 1, number, kind, process: 0, localNs: 0, value, ...rest };
}

function markerOf(of: NodeHistoryRecord, timeNs: number): SeenMarker {
  const { node, boot, number, kind, process } = of;
  return { node, boot: boot & 255, number, kind, process, timeNs };
}

function shown(operations: readonly Operation[]): string[] {
  return operations.map(({ type, node, process }) => `${type} node ${node} process ${process}`);
}

describe("merged histories", () => {
  it("have no realtime edge that is not true, whatever markers are lost", () => {
    fc.assert(
      fc.property(anyShape, fc.constantFrom(0, 5, 30, 70, 100), (shape, percent) => {
        const truth = aTrueHistory(shape);
        const markers = without(truth.markers, shape.seed, percent);
        const { operations } = mergeNodeHistories(truth.records, markers);
        expect(falseEdges(operations, truth)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("have the order of the bus where no marker is lost", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const truth = aTrueHistory({ ...shape, rebootOneIn: 10_000_000 });
        const { operations, widened } = mergeNodeHistories(truth.records, truth.markers);
        expect(widened).toBe(0);
        const order = operations
          .filter(({ error }) => error === undefined)
          .map(({ type, node, time }) => `${time} ${type} ${node}`);
        const onBus = truth.markers
          .filter(({ kind }) => kind !== "boot")
          .map(({ kind, node, timeNs }) => `${timeNs} ${kind} ${node}`);
        expect(order).toEqual(onBus);
      }),
    );
  });

  it("have rising indices and times, and one open operation in each process until its info", () => {
    fc.assert(
      fc.property(anyShape, fc.constantFrom(0, 30, 100), (shape, percent) => {
        const truth = aTrueHistory(shape);
        const markers = without(truth.markers, shape.seed, percent);
        const { operations } = mergeNodeHistories(truth.records, markers);
        const state = new Map<unknown, "open" | "idle" | "retired">();
        let time = 0;
        operations.forEach((operation, index) => {
          expect(operation.index).toBe(index);
          expect(operation.time).toBeGreaterThanOrEqual(time);
          time = operation.time;
          const { process, type } = operation;
          const before = state.get(process) ?? "idle";
          expect(before).toBe(type === "invoke" ? "idle" : "open");
          state.set(process, type === "invoke" ? "open" : type === "info" ? "retired" : "idle");
        });
        expect([...state.values()]).not.toContain("open");
        const invokes = truth.records.filter(({ kind }) => kind === "invoke");
        expect(operations.length).toBe(2 * invokes.length);
      }),
    );
  });

  it("do not depend on the clocks, nor on the order in which the records come in", () => {
    fc.assert(
      fc.property(anyShape, fc.integer({ min: -1e9, max: 1e9 }), (shape, offsetNs) => {
        const { records, markers } = aTrueHistory(shape);
        const shifted = records.map((each) =>
          each.node === 0 ? { ...each, localNs: each.localNs + offsetNs } : each,
        );
        const merged = mergeNodeHistories(records, markers);
        expect(mergeNodeHistories(shifted.toReversed(), markers)).toEqual(merged);
        // A record that was fetched twice is one record.
        expect(mergeNodeHistories([...shifted, ...records.slice(0, 3)], markers)).toEqual(merged);
      }),
    );
  });

  it("by the nodes' clocks would have false edges", () => {
    const shape = { nodes: 3, steps: 40, processes: 2, rebootOneIn: 10_000 };
    const truths = Array.from({ length: 20 }, (_, seed) => aTrueHistory({ ...shape, seed }));
    const wrong = truths.filter((truth) => falseEdges(naiveMerge(truth.records), truth).length > 0);
    expect(wrong.length).toBeGreaterThan(15);
  });
});

describe("a missing marker", () => {
  const boots = [record(0, 0, "boot"), record(1, 0, "boot")];
  const a = [record(0, 1, "invoke"), record(0, 2, "ok")] as const;
  const b = [record(1, 1, "invoke"), record(1, 2, "ok")] as const;
  const all = [...boots, ...a, ...b];

  it("leaves nothing out of order where none is missing", () => {
    const markers = [a[0], a[1], b[0], b[1]].map(markerOf);
    const { operations } = mergeNodeHistories(all, markers);
    expect(shown(operations)).toEqual([
      "invoke node 0 process 0",
      "ok node 0 process 0",
      "invoke node 1 process 1",
      "ok node 1 process 1",
    ]);
  });

  it("of a completion takes the edges from it", () => {
    const { operations } = mergeNodeHistories(all, [a[0], b[0], b[1]].map(markerOf));
    expect(shown(operations).at(-1)).toBe("ok node 0 process 0");
  });

  it("of an invocation takes the edges to it", () => {
    const markers = [a[0], a[1], b[1]].map(markerOf);
    const { operations, widened } = mergeNodeHistories(all, markers);
    expect(shown(operations)[0]).toBe("invoke node 1 process 0");
    // The two boot records have none either.
    expect(widened).toBe(3);
  });

  it("between two operations of a process makes two processes of it", () => {
    const next = record(0, 3, "invoke", { value: [["append", 1, 2]] });
    const records = [boots[0] as NodeHistoryRecord, ...a, next];
    const { operations } = mergeNodeHistories(records, [markerOf(a[0], 5)]);
    expect(shown(operations)).toEqual([
      "invoke node 0 process 0",
      "invoke node 0 process 1",
      "ok node 0 process 0",
      "info node 0 process 1",
    ]);
  });
});

describe("markers in a wrong order", () => {
  it("never turn an operation round", () => {
    const records = [record(0, 0, "boot"), record(0, 1, "invoke"), record(0, 2, "ok")];
    const markers = records.toReversed().map(markerOf);
    const { operations } = mergeNodeHistories(records, markers);
    expect(shown(operations)).toEqual(["invoke node 0 process 0", "ok node 0 process 0"]);
  });
});

describe("what was lost", () => {
  const sound = [record(0, 0, "boot"), record(0, 1, "invoke"), record(0, 2, "ok")];

  it("is nothing in a whole record", () => {
    expect(mergeNodeHistories(sound, sound.map(markerOf)).lost).toBe(0);
  });

  it("counts records that are missing by their numbers", () => {
    const late = record(0, 6, "invoke");
    expect(mergeNodeHistories([...sound, late], []).lost).toBe(3);
    expect(mergeNodeHistories([record(0, 2, "ok")], []).lost).toBe(2);
    expect(mergeNodeHistories([...sound, record(0, 1, "invoke", { boot: 2 })], []).lost).toBe(1);
  });

  it("counts markers whose record never came, and those that contradict it", () => {
    const [boot, invoke] = sound as [NodeHistoryRecord, NodeHistoryRecord];
    const stray = markerOf(record(0, 3, "invoke"), 9);
    expect(mergeNodeHistories(sound, [stray, stray]).lost).toBe(1);
    const other = { ...markerOf(invoke, 5), process: 7 };
    expect(mergeNodeHistories(sound, [markerOf(boot, 1), other]).lost).toBe(1);
  });

  it("leaves a completion without its invocation out", () => {
    const { operations, lost } = mergeNodeHistories([record(0, 0, "boot"), record(0, 2, "ok")], []);
    expect({ operations, lost }).toEqual({ operations: [], lost: 1 });
  });
});

describe("boots of a node", () => {
  it("256 apart have markers that look alike, so that these are not used", () => {
    const first = [record(0, 0, "boot"), record(0, 1, "invoke"), record(0, 2, "ok")];
    const later = first.map((each) => ({ ...each, boot: 257 }));
    const { widened, lost } = mergeNodeHistories([...first, ...later], first.map(markerOf));
    expect({ widened, lost }).toEqual({ widened: 6, lost: 0 });
  });
});
