/** What CAN controllers can't do: receive without end, send in order, forget at a reset. */

import type { FaultTraits } from "./traits.ts";

export const CONTROLLER_FAULT_KINDS = ["rx-overrun", "mailbox-reorder", "stale-mailbox"] as const;

/** Mailboxes are numbered by the bits of a word. */
export const MAILBOXES_MAX = 32;

export type ControllerFaultDetail =
  /** The node's program takes `busyNs` for each frame, and its controller holds `depth` of them:
   *  what comes when it is full is lost, on this node alone. Counts frames lost. */
  | {
      readonly kind: "rx-overrun";
      readonly nodes: readonly number[];
      readonly depth: number;
      readonly busyNs: number;
    }
  /** The node sends from so many mailboxes. Of frames with one identifier the lowest mailbox goes
   *  first, not the oldest frame; what has no mailbox waits, however urgent. Counts frames that
   *  overtook an older one with their identifier. */
  | {
      readonly kind: "mailbox-reorder";
      readonly nodes: readonly number[];
      readonly mailboxes: number;
    }
  /** The node's program is reset while a frame waits, its controller is not: behind the first frame
   *  of the new program the old one leaves, with the old boot counter. Counts such frames. */
  | { readonly kind: "stale-mailbox"; readonly nodes: readonly number[] };

const CONTROLLER = {
  levels: ["sim"],
  needs: "nodes whose controllers the rig can limit",
} as const;

export const CONTROLLER_FAULT_TRAITS = {
  "rx-overrun": { ...CONTROLLER, toll: "silences", effects: "frames lost" },
  "mailbox-reorder": { ...CONTROLLER, toll: "disturbs", effects: "frames out of order" },
  "stale-mailbox": { ...CONTROLLER, toll: "silences", effects: "stale frames sent" },
} as const satisfies Record<ControllerFaultDetail["kind"], FaultTraits>;
