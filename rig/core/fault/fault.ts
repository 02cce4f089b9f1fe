/**
 * Faults as explicit data: generated from the seed or written by hand, and enough to repeat a run.
 * A fault strikes at a time or once so many operations were issued, and counts how often it took
 * effect; what a count counts is said beside each kind.
 */

export const FAULT_KINDS = ["partition", "crash", "power-cut", "pause", "loss", "delay"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Where in the run something happens: at a time, or when that many operations were issued. */
export type Position = { readonly atNs: number } | { readonly atOperation: number };

export type FaultDetail =
  /** Logical: deliveries between nodes of different groups vanish. The host reaches every group.
   *  Counts deliveries withheld. */
  | { readonly kind: "partition"; readonly groups: readonly (readonly number[])[] }
  /** The node's program stops; writes already handed to its storage and frames already in its
   *  controller still go out. Counts nodes that were running and stopped. */
  | { readonly kind: "crash"; readonly nodes: readonly number[] }
  /** The supply goes: unfinished writes and waiting frames are lost as well. Counts as crash. */
  | { readonly kind: "power-cut"; readonly nodes: readonly number[] }
  /** The node's program stands still; its controller goes on receiving into its buffer. Counts
   *  events (frames, timers, finished writes) held back. */
  | { readonly kind: "pause"; readonly nodes: readonly number[] }
  /** Logical: each delivery to a node is withheld with this probability (CAN itself retransmits).
   *  Counts deliveries withheld. */
  | { readonly kind: "loss"; readonly nodes: readonly number[]; readonly probability: number }
  /** Each delivery to a node arrives later, by a uniform draw. Counts deliveries delayed. */
  | {
      readonly kind: "delay";
      readonly nodes: readonly number[];
      readonly minNs: number;
      readonly maxNs: number;
    };

/** A fault without `end` lasts until the workload is done; then the run heals it. */
export type Fault = FaultDetail & {
  readonly id: string;
  readonly start: Position;
  readonly end?: Position;
};

/** How a fault fared: when it was in force and how often it took effect. */
export interface FaultReport {
  readonly id: string;
  readonly kind: FaultKind;
  /** What it struck, in words, such as `0 1 | 2 3 4`. */
  readonly target: string;
  /** Null when it never came into force. */
  readonly startNs: number | null;
  /** Null when it was still in force at the end of the record. */
  readonly endNs: number | null;
  readonly effects: number;
}
