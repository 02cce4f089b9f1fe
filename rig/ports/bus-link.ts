/** A node program's own way to the bus, whatever that is made of. */

import type { ErrorState } from "../core/can/error-confinement.ts";
import type { CanFrame } from "../core/can/frame.ts";

export interface BusLink {
  /** Hands a frame to the controller. Whether it was acknowledged is told by its token. */
  send(token: number, frame: CanFrame): void;
  /** Resolves when the bus is gone for good. */
  readonly closed: Promise<void>;
}

/** What the bus tells the node. */
export type LinkEvent =
  | { readonly kind: "frame"; readonly frame: CanFrame }
  /** Some node acknowledged the frame with this token, or the controller gave it up. */
  | { readonly kind: "transmitted" | "aborted"; readonly token: number }
  /** The error state of the node's own controller changed; counters as they are then. */
  | {
      readonly kind: "bus-state";
      readonly state: ErrorState;
      readonly tec: number;
      readonly rec: number;
    };
