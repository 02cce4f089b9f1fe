/**
 * The node contract: a protocol is one object with `step(event) -> effects`. It has no clock, no
 * randomness and no I/O, and never sees at which level it runs. A promise (a vote, a
 * confirmation) leaves only after the `stored` event of the record that it promises.
 */

import type { ErrorState } from "../can/error-confinement.ts";
import type { CanFrame } from "../can/frame.ts";
import type { NodeHistoryRecord } from "../history/node-history.ts";
import type { ResidentCommand } from "../resident/resident-command.ts";

export type NodeEvent =
  /** Power is on. `image` holds the records that were durable and are sound, oldest first;
   *  `damaged` the slot of each record that is there and can't be read. */
  | {
      readonly kind: "boot";
      readonly incarnation: number;
      readonly image: readonly Uint8Array[];
      readonly damaged?: readonly number[];
    }
  | { readonly kind: "frame"; readonly frame: CanFrame }
  /** Some node acknowledged the frame; never read it as "all received". */
  | { readonly kind: "transmitted"; readonly token: number }
  /** The controller gave the frame up (one-shot mode, bus-off that empties the queue). Some may
   *  have received it all the same. */
  | { readonly kind: "aborted"; readonly token: number }
  /** The error state of the node's own controller changed; counters as they are then. */
  | {
      readonly kind: "bus-state";
      readonly state: ErrorState;
      readonly tec: number;
      readonly rec: number;
    }
  | { readonly kind: "timer"; readonly timer: number }
  | { readonly kind: "stored"; readonly token: number; readonly result: StoreResult }
  /** For the clients that live on the node; protocols never see it. */
  | { readonly kind: "command"; readonly command: ResidentCommand };

/** Anything but "ok" means that the record may not be durable: what it promises must not leave. */
export type StoreResult = "ok" | "io" | "full";

export type NodeEffect =
  | { readonly kind: "send"; readonly token: number; readonly frame: CanFrame }
  /** Sets the timer anew; an earlier setting of the same timer is void. */
  | { readonly kind: "set-timer"; readonly timer: number; readonly delayNs: number }
  | { readonly kind: "clear-timer"; readonly timer: number }
  /** Records become durable in the order of these effects. A store keeps the slot apart from the
   *  record and twice, so that it can say what a damaged record was about. */
  | {
      readonly kind: "persist";
      readonly token: number;
      readonly slot: number;
      readonly record: Uint8Array;
      /** A later `truncate` may name it: whoever loses it may have lost all before it as well. */
      readonly isBase?: boolean;
    }
  /** Drops all records before the one with this token, which is durable since this boot. */
  | { readonly kind: "truncate"; readonly token: number }
  | { readonly kind: "trace"; readonly record: NodeRecord }
  /** A record of the history of the clients that live on the node. */
  | { readonly kind: "history"; readonly record: NodeHistoryRecord };

/** What a node notes of its own deeds: never passed off as a client's operation. */
export interface NodeRecord {
  readonly event: NodeRecordEvent;
  readonly slot: number;
  readonly round: number;
  /** Digest of the batch in hexadecimal; null for nil votes and where there is none. */
  readonly digest: string | null;
  /** Client and request number of each transaction (`propose`, `apply`). */
  readonly requests?: readonly (readonly [client: number, request: number])[];
  /** Bit per node whose confirmation the node holds (`commit`). */
  readonly voters?: number;
  /** Who sent what was refused, its name on the wire, and why (`reject`). */
  readonly source?: number;
  readonly message?: string;
  readonly reason?: string;
  /** The node convicted, and of what kind of statement (`evidence`). */
  readonly accused?: number;
  readonly statement?: string;
}

export type NodeRecordEvent =
  | "boot"
  | "propose"
  | "vote"
  | "lock"
  | "confirm"
  | "commit"
  | "apply"
  | "expire"
  | "fetch"
  /** The state of all slots below `slot` is held as a snapshot: written, installed or restored. */
  | "snapshot"
  /** A promise up to the slot may be lost: the node stays silent until it is decided. */
  | "abstain"
  /** The store did not take a record: what it promised is not sent. */
  | "refuse"
  /** A message was not believed. */
  | "reject"
  /** Two statements of one node contradict each other: it is convicted, once. */
  | "evidence";

export interface NodeCore {
  /** Effects in order; the array is only valid until the next call. */
  step(event: NodeEvent, timeNs: number): readonly NodeEffect[];
}
