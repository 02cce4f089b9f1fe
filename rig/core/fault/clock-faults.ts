/** Faults of the nodes' own clocks, which their timers run by. */

import type { FaultTraits } from "./traits.ts";

export const CLOCK_FAULT_KINDS = ["clock-drift", "clock-step"] as const;

/** A tenth: far beyond any oscillator that still takes part in CAN, at most 15,800 ppm wrong. */
export const CLOCK_PPM_MAX = 100_000;

export type ClockFaultDetail =
  /** The clocks run fast (ppm above 0) or slow. Counts events handled at a wrong local time. */
  | { readonly kind: "clock-drift"; readonly nodes: readonly number[]; readonly ppm: number }
  /** The clocks jump once, forth or (below 0) back, and stay where they are. Timers whose time is
   *  past after it are due at once; after a jump back they come later. Counts as clock-drift. */
  | { readonly kind: "clock-step"; readonly nodes: readonly number[]; readonly stepNs: number };

const CLOCK = {
  levels: ["sim"],
  effects: "events handled at a wrong time",
  needs: "nodes whose clocks the rig can set",
} as const;

export const CLOCK_FAULT_TRAITS = {
  "clock-drift": { ...CLOCK, toll: "disturbs" },
  // For as long as a clock has jumped back its timers stand still.
  "clock-step": { ...CLOCK, toll: "silences" },
} as const satisfies Record<ClockFaultDetail["kind"], FaultTraits>;
