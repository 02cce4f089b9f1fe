/** Faults of the nodes' storage: what was written is torn, rotten, elsewhere, late or refused. */

import type { FaultTraits } from "./traits.ts";

export const STORAGE_FAULT_KINDS = [
  "torn-write",
  "flash-bitrot",
  "misdirect",
  "amnesia",
  "gray-slow",
  "power-cut-in-write",
  "store-full",
  "store-error",
] as const;

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
  /** The supply of each node goes exactly while its next write is under way (the next that may be
   *  torn, if a torn-write strikes the node too), and comes back when the fault ends. Counts nodes
   *  cut off. */
  | { readonly kind: "power-cut-in-write"; readonly nodes: readonly number[] }
  /** The store takes no further record and says so. Counts writes refused. */
  | { readonly kind: "store-full"; readonly nodes: readonly number[] }
  /** Each write fails with this probability; nothing of it is kept. Counts writes that failed. */
  | {
      readonly kind: "store-error";
      readonly nodes: readonly number[];
      readonly probability: number;
    };

const A_DAMAGED_STORE = "a store that the rig can damage";

export const STORAGE_FAULT_TRAITS = {
  "torn-write": {
    levels: ["sim"],
    toll: "damages",
    effects: "records torn",
    needs: A_DAMAGED_STORE,
  },
  "flash-bitrot": {
    levels: ["sim"],
    toll: "damages",
    effects: "records damaged",
    needs: A_DAMAGED_STORE,
  },
  misdirect: {
    levels: ["sim"],
    toll: "damages",
    effects: "writes misdirected",
    needs: A_DAMAGED_STORE,
  },
  amnesia: {
    levels: ["sim"],
    toll: "forgets",
    effects: "nodes made to forget",
    needs: A_DAMAGED_STORE,
  },
  "gray-slow": {
    levels: ["sim"],
    toll: "silences",
    effects: "writes slowed",
    needs: "a store that the rig can hold up",
  },
  "power-cut-in-write": {
    levels: ["sim"],
    toll: "silences",
    effects: "nodes cut off",
    needs: "a power switch that the node's writes trigger",
  },
  "store-full": {
    levels: ["sim"],
    toll: "silences",
    effects: "writes refused",
    needs: "a store that the rig can fill",
  },
  "store-error": {
    levels: ["sim"],
    toll: "silences",
    effects: "writes failed",
    needs: A_DAMAGED_STORE,
  },
} as const satisfies Record<StorageFaultDetail["kind"], FaultTraits>;
