/**
 * What the bus model tells its caller. All calls come synchronously out of calls into the bus, with
 * times that never lie before those of earlier ones; each may send, cancel, attach and detach.
 */

import type { ErrorCounters } from "./error-confinement.ts";
import type { ErrorDetail } from "./error-frame.ts";
import type { CanFrame } from "./frame.ts";

export interface BusListener {
  /** `receiver` got the frame: attached all along, filter passed, visible, not lost. */
  delivered(receiver: number, frame: CanFrame, timeNs: number): void;
  /** At least one station acknowledged the frame; more than that a sender never knows. */
  transmitted(sender: number, token: number, frame: CanFrame, timeNs: number): void;
  /** Each frame that was good for a receiver or its sender, each time it was on the wire. */
  observed(sender: number, frame: CanFrame, timeNs: number): void;
  /** The delivery policy put this delivery off: the caller makes it at `atNs`. */
  delayed(receiver: number, frame: CanFrame, atNs: number): void;
  /** A delivery that only the visibility between the two stations prevented. */
  withheld(sender: number, receiver: number, frame: CanFrame, timeNs: number): void;
  /** The station gave the frame up: one-shot mode, or bus-off that empties the queue. */
  aborted(sender: number, token: number, frame: CanFrame, timeNs: number): void;
  /** The error state of a station changed. */
  busState(station: number, counters: ErrorCounters, timeNs: number): void;
  /** An error frame on the wire, once, at the start of its first flag. */
  errorFrame(timeNs: number, detail: ErrorDetail): void;
}
