/** Keeps what the nodes of a simulated cluster say of themselves, for whoever asks about them. */

import type { NodeRecord } from "../core/consensus/node-core.ts";
import type { NodeStatistics } from "../core/run/evidence.ts";
import type { RunSink } from "../core/run/record.ts";

/** A node as its own records show it. */
export interface NodeState extends NodeStatistics {
  readonly isRunning: boolean;
  /**
   * By slot, the digest of what the node has applied; null where it took over a snapshot instead.
   * Two honest nodes never differ in a slot that both have.
   */
  readonly log: readonly (string | null)[];
}

export class ClusterLog implements RunSink {
  readonly #logs: (string | null)[][];

  constructor(nodes: number) {
    this.#logs = Array.from({ length: nodes }, () => []);
  }

  state(statistics: NodeStatistics, isRunning: boolean): NodeState {
    return { ...statistics, isRunning, log: [...(this.#logs[statistics.node] ?? [])] };
  }

  record(): void {}

  frame(): void {}

  node(node: number, _boot: number, _timeNs: number, { event, slot, digest }: NodeRecord): void {
    const log = this.#logs[node];
    if (log === undefined) return;
    if (event === "apply") {
      log.length = slot;
      log.push(digest);
    } else if (event === "snapshot" && slot > log.length) {
      log.push(...Array.from({ length: slot - log.length }, () => null));
    }
  }
}
