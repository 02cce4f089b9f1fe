/** Faults that stop a node as a whole: its program, its supply, or its time. */

import type { FaultTraits } from "./traits.ts";

export const STOP_FAULT_KINDS = ["crash", "power-cut", "pause"] as const;

export type StopFaultDetail =
  /** The node's program stops; writes already handed to its storage and frames already in its
   *  controller still go out. It comes back when the last fault that keeps it down has ended.
   *  Counts nodes stopped, or kept down when another fault had let them go. */
  | { readonly kind: "crash"; readonly nodes: readonly number[] }
  /** The supply goes: unfinished writes and waiting frames are lost as well. Counts as crash. */
  | { readonly kind: "power-cut"; readonly nodes: readonly number[] }
  /** The node's program stands still; its controller goes on receiving into its buffer. Counts
   *  events (frames, timers, finished writes) held back. */
  | { readonly kind: "pause"; readonly nodes: readonly number[] };

export const STOP_FAULT_TRAITS = {
  crash: {
    levels: ["sim", "process", "vcan"],
    toll: "silences",
    effects: "nodes stopped",
    needs: "nodes whose programs can be killed",
  },
  "power-cut": {
    levels: ["sim", "process", "vcan", "bench"],
    toll: "silences",
    effects: "nodes cut off",
    needs: "a power switch",
  },
  pause: {
    levels: ["sim", "process", "vcan"],
    toll: "silences",
    effects: "events held back",
    needs: "nodes whose programs can be paused",
  },
} as const satisfies Record<StopFaultDetail["kind"], FaultTraits>;
