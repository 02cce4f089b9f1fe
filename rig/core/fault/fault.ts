/**
 * Faults as explicit data: generated from the seed or written by hand, and enough to repeat a run.
 * A fault strikes at a time or once so many operations were issued, and counts how often it took
 * effect; what a count counts is said beside each kind.
 */

export const FAULT_KINDS = [
  "partition",
  "crash",
  "power-cut",
  "pause",
  "loss",
  "delay",
  "torn-write",
  "flash-bitrot",
  "misdirect",
  "amnesia",
  "gray-slow",
  "power-cut-in-write",
  "store-full",
  "store-error",
] as const;
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
    }
  | StorageFaultDetail;

/**
 * Faults of the nodes' storage. Torn, rotten and misdirected records strike only so many nodes for
 * any one slot that the others can still decide and still know (n - q); with `beyondLimit` they
 * strike without regard.
 */
export type StorageFaultDetail =
  /** A write that a loss of power interrupts is cut at a sector boundary, where else it would
   *  vanish whole. Counts records torn. */
  | {
      readonly kind: "torn-write";
      readonly nodes: readonly number[];
      readonly beyondLimit?: boolean;
    }
  /** Bits of durable records flip, each record with this probability, when the fault comes into
   *  force and whenever the node's program stops. Counts records damaged. */
  | {
      readonly kind: "flash-bitrot";
      readonly nodes: readonly number[];
      readonly probability: number;
      readonly beyondLimit?: boolean;
    }
  /** A write lands, with this probability, on the place of an earlier record, and is reported as
   *  done. Counts writes misdirected: each costs two records. */
  | {
      readonly kind: "misdirect";
      readonly nodes: readonly number[];
      readonly probability: number;
      readonly beyondLimit?: boolean;
    }
  /** Beyond every limit: when the node's program stops, the last so many durable records are gone
   *  without a trace, or all of them. Counts nodes that forgot something. */
  | {
      readonly kind: "amnesia";
      readonly nodes: readonly number[];
      readonly records: number | "all";
    }
  /** Each write takes `factor` times as long, and `stallNs` more. Counts writes slowed. */
  | {
      readonly kind: "gray-slow";
      readonly nodes: readonly number[];
      readonly factor: number;
      readonly stallNs: number;
    }
  /** The supply of each node goes exactly while its next write is under way, and comes back when
   *  the fault ends. Counts nodes cut off. */
  | { readonly kind: "power-cut-in-write"; readonly nodes: readonly number[] }
  /** The store takes no further record and says so. Counts writes refused. */
  | { readonly kind: "store-full"; readonly nodes: readonly number[] }
  /** Each write fails with this probability; nothing of it is kept. Counts writes that failed. */
  | {
      readonly kind: "store-error";
      readonly nodes: readonly number[];
      readonly probability: number;
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
