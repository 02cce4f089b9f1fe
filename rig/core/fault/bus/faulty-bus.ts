/** What the faults of a bus ask of the bus and of whoever drives it. */

import type { SegmentedBus } from "../../can/segmented-bus.ts";
import type { Fault } from "../fault.ts";

export interface BusFaultHost {
  readonly seed: number;
  readonly nodes: number;
  readonly bus: SegmentedBus;
  readonly count: (fault: Fault) => void;
  readonly nowNs: () => number;
  /** Takes a node's supply away; false when it has none. */
  readonly stop: (node: number, fault: Fault) => boolean;
  /** Gives it back if this fault took it. */
  readonly release: (node: number, fault: Fault) => void;
}

export function maskOf(nodes: readonly number[]): number {
  return nodes.reduce((mask, node) => mask | (1 << node), 0);
}
