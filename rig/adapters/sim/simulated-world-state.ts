/**
 * What the simulated ports share: the cluster, and who listens to what comes out of it. The
 * cluster takes faults as wholes and reports effects by their names; the ports ask for single
 * deeds, which are given names of their own here.
 */

import type { NodeCore } from "../../core/consensus/node-core.ts";
import type { Fault } from "../../core/fault/fault.ts";
import type { NodeHistoryRecord } from "../../core/history/node-history.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { RunRecord, RunSink } from "../../core/run/record.ts";
import { Cluster } from "../../simulation/cluster.ts";

/** A deed on one node, as the cluster's own kinds of faults have it. */
export type NodeDeed = "crash" | "power-cut" | "pause";

export class SimulatedWorldState {
  readonly cluster: Cluster;
  readonly nodes: number;
  readonly #onFrame = new Set<RunSink["frame"]>();
  readonly #onRecord = new Set<RunSink["node"]>();
  readonly #onHistory = new Set<(record: NodeHistoryRecord) => void>();
  readonly #onEffect = new Map<string, () => void>();
  readonly #stops = new Map<number, number>();
  #deeds = 0;

  constructor(plan: RunPlan, makeNode: (node: number) => NodeCore) {
    this.nodes = plan.nodes;
    const sink: RunSink = {
      record: (entry) => this.#tellEffect(entry),
      node: (...record) => {
        for (const listener of this.#onRecord) listener(...record);
      },
      frame: (timeNs, frame) => {
        for (const listener of this.#onFrame) listener(timeNs, frame);
      },
    };
    // Replies are heard through `onFrame`, as all frames are.
    const onHistory = (record: NodeHistoryRecord) => {
      for (const listener of this.#onHistory) listener(record);
    };
    this.cluster = new Cluster({ plan, makeNode, sink, onHostFrame: () => undefined, onHistory });
  }

  onFrame(listener: RunSink["frame"]): () => void {
    this.#onFrame.add(listener);
    return () => this.#onFrame.delete(listener);
  }

  onRecord(listener: RunSink["node"]): () => void {
    this.#onRecord.add(listener);
    return () => this.#onRecord.delete(listener);
  }

  onHistory(listener: (record: NodeHistoryRecord) => void): () => void {
    this.#onHistory.add(listener);
    return () => this.#onHistory.delete(listener);
  }

  inject(fault: Fault, onEffect: () => void): void {
    this.#onEffect.set(fault.id, onEffect);
    this.cluster.inject(fault);
  }

  /** Does something to one node, as a fault by which it can be healed. */
  strike(kind: NodeDeed, node: number, onEffect: () => void = () => undefined): Fault {
    if (kind !== "pause") this.#stops.set(node, this.stops(node) + 1);
    const id = `${kind} of node ${node}, deed ${++this.#deeds}`;
    const fault: Fault = { kind, id, nodes: [node], start: { atNs: this.cluster.nowNs } };
    this.inject(fault, onEffect);
    return fault;
  }

  /** How often the node's program was ended so far. */
  stops(node: number): number {
    return this.#stops.get(node) ?? 0;
  }

  has(node: number): boolean {
    return Number.isInteger(node) && node >= 0 && node < this.nodes;
  }

  #tellEffect(entry: RunRecord): void {
    if (entry.type === "fault" && entry.action === "effect") this.#onEffect.get(entry.id)?.();
  }
}
