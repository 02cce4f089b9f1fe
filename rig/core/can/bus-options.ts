/**
 * How a bus is set up, what it counts, and the question it asks to have errors put into frames.
 */

import type { StationMask } from "./acceptance.ts";
import type { BitRates } from "./bit-count.ts";
import type { BitHit } from "./error-signalling.ts";
import type { CanFrame } from "./frame.ts";

/**
 * Asked once as each frame starts, for what some stations will see wrong in it; null: nothing.
 * `bits` is the packed count, from which `bit-position.ts` finds places.
 */
export type ErrorSource = (
  senders: StationMask,
  frame: CanFrame,
  bits: number,
  timeNs: number,
) => readonly BitHit[] | null;

export interface BusOptions extends BitRates {
  /** Indices, 0 to 15, of the stations attached at the start. */
  readonly stations: readonly number[];
  /** Frames that one station can have waiting. */
  readonly queueCapacity?: number;
  /** Frames of one station that compete for the bus; without: all that wait. */
  readonly mailboxes?: number;
  /** After how long in bus-off a station restarts by itself; without: when `restart` is called. */
  readonly busOffRestartNs?: number;
  /** What becomes of the frames waiting in a station that goes bus-off; without: kept. */
  readonly busOffQueue?: "keep" | "abort";
  /** Bit times for which an error-passive sender then leaves the bus to others; ISO: 8. */
  readonly suspendBits?: number;
}

export interface BusCounters {
  /** Good frames: acknowledged, or taken by a receiver. */
  frames: number;
  /** Bits of the good frames, intermission included. */
  bits: number;
  /** Time with a frame, an error frame, an intermission or a stuck level on the wire. */
  busyNs: number;
  /** Frames refused because the station was detached or its queue full. */
  refused: number;
  /** Frames that ended without any station to acknowledge them. */
  unacknowledged: number;
  /** Frames cut off because their sender lost power or was reset. */
  destroyed: number;
  /** Times that two different frames with the same arbitration field met. */
  collisions: number;
  /** Error frames on the wire, cut-off frames among them. */
  errorFrames: number;
  /** Frames that went out after more than eight arbitrations in a row were lost. */
  outbid: number;
}
