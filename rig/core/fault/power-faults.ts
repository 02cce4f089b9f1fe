/** Faults that switch the nodes' supply off and on again, in time. */

import type { FaultTraits } from "./traits.ts";

export const POWER_FAULT_KINDS = ["power-cycle", "power-cycle-rolling", "brown-out-all"] as const;

/** A supply needs so long to drain and to come up again: what is shorter is no power cycle. */
export const POWER_OFF_MIN_NS = 1_000_000;
/** And a node needs so long after it before the next one may go. */
export const POWER_GAP_MIN_NS = 10_000_000;

export type PowerFaultDetail =
  /** The nodes lose their supply together and get it back after `offNs`; again each `everyNs`, or
   *  once. Counts nodes cut off. */
  | {
      readonly kind: "power-cycle";
      readonly nodes: readonly number[];
      readonly offNs: number;
      /** From one loss to the next. */
      readonly everyNs?: number;
    }
  /** One node after the other, round and round: off for `offNs`, and `gapNs` until the next one
   *  goes. Counts nodes cut off. */
  | {
      readonly kind: "power-cycle-rolling";
      readonly nodes: readonly number[];
      readonly offNs: number;
      readonly gapNs: number;
    }
  /** All at once; after `offNs` they come back `staggerNs` apart, in an order drawn from the seed.
   *  Counts nodes cut off. */
  | {
      readonly kind: "brown-out-all";
      readonly nodes: readonly number[];
      readonly offNs: number;
      readonly staggerNs: number;
    };

const POWER = {
  levels: ["sim", "process", "vcan", "bench"],
  effects: "nodes cut off",
  needs: "a power switch",
} as const;

export const POWER_FAULT_TRAITS = {
  "power-cycle": { ...POWER, toll: "silences" },
  "power-cycle-rolling": { ...POWER, toll: "rolls" },
  "brown-out-all": { ...POWER, toll: "silences" },
} as const satisfies Record<PowerFaultDetail["kind"], FaultTraits>;
