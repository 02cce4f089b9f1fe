/** A simulated cluster with cores that do one thing only, and note what happens to them. */

import { fdFrame } from "../../rig/core/can/frame.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../../rig/core/consensus/node-core.ts";
import type { Fault } from "../../rig/core/fault/fault.ts";
import { CLASS, makeId } from "../../rig/core/wire/identifier.ts";
import { Cluster } from "../../rig/simulation/cluster.ts";
import { aPlan } from "./plans.ts";

/** Notes what happens to it, and does at its first boot what it is told to. */
export class ScriptedCore implements NodeCore {
  readonly seen: { readonly event: NodeEvent; readonly timeNs: number }[] = [];
  readonly #atBoot: readonly NodeEffect[];

  constructor(atBoot: readonly NodeEffect[]) {
    this.#atBoot = atBoot;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    this.seen.push({ event, timeNs });
    return event.kind === "boot" && event.incarnation === 1 ? this.#atBoot : [];
  }

  of<K extends NodeEvent["kind"]>(kind: K): Extract<NodeEvent, { kind: K }>[] {
    return this.seen
      .map(({ event }) => event)
      .filter((event): event is Extract<NodeEvent, { kind: K }> => event.kind === kind);
  }
}

export function aSend(source: number, token: number): NodeEffect {
  const frame = fdFrame(
    makeId(CLASS.ack, 0, source),
    Uint8Array.of(0x22, 0x0f, 0, 1, token, 0, 0, 0),
  );
  return { kind: "send", token, frame };
}

/** One node for each list of effects, which it brings about at its first boot. */
export function aScriptedCluster(
  atBoot: readonly (readonly NodeEffect[])[],
  faults: readonly Fault[] = [],
) {
  const plan = aPlan({ nodes: atBoot.length, faults });
  const cores = atBoot.map((effects) => new ScriptedCore(effects));
  const frames: number[] = [];
  const bus: { readonly timeNs: number; readonly id: number; readonly data: Uint8Array }[] = [];
  const cluster = new Cluster({
    plan,
    makeNode: (node) => cores[node] as ScriptedCore,
    sink: {
      record() {},
      node() {},
      frame: (timeNs, { error, id, data }) => {
        if (error) return;
        frames.push(data[4] as number);
        bus.push({ timeNs, id, data });
      },
    },
    onHostFrame() {},
  });
  cluster.start();
  return {
    cluster,
    cores: cores as unknown as readonly [ScriptedCore, ScriptedCore, ScriptedCore],
    frames,
    bus,
    plan,
  };
}

/** Until nothing happens by itself any more. */
export function settle(cluster: Cluster, limitNs = Number.POSITIVE_INFINITY): void {
  while (cluster.nextNs() < limitNs) cluster.advance();
}
