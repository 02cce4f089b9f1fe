/** Two boards with one identity, as when both were flashed with the same image. */

import type { FaultTraits } from "./traits.ts";

export const TWIN_FAULT_KINDS = ["twin-node"] as const;

export type TwinFaultDetail =
  /** A second board joins for each node: same core, copy of the storage, same boot counter, same
   *  identifiers. What both send alike goes out as one frame, what differs collides. Counts
   *  frames of the twins. */
  { readonly kind: "twin-node"; readonly nodes: readonly number[] };

export const TWIN_FAULT_TRAITS = {
  "twin-node": {
    levels: ["sim"],
    toll: "impersonates",
    effects: "frames of the twin",
    needs: "a second board with a node's identity",
  },
} as const satisfies Record<TwinFaultDetail["kind"], FaultTraits>;
