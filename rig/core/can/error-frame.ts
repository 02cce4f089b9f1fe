/**
 * An error on the wire in the form in which SocketCAN reports it (`linux/can/error.h`): a class
 * mask in place of the identifier and eight bytes of detail, so that a capture can hold it.
 *
 * Does not model: that drivers differ in what they report, and that most report bus errors only
 * when asked to (`berr-reporting on`).
 */

import type { ErrorCounters } from "./error-confinement.ts";
import type { CanFrame } from "./frame.ts";

/** `bit0`, `bit1`: couldn't send a dominant, a recessive bit. */
export type ErrorKind = "bit" | "bit0" | "bit1" | "stuff" | "form" | "crc" | "ack";

/** One error frame on the wire, as seen by the first station that signalled it. */
export interface ErrorDetail {
  readonly kind: ErrorKind;
  /** The lowest of the stations that saw the error first. */
  readonly station: number;
  readonly isTransmitter: boolean;
  /** Place in the frame, counted from start of frame; -1 outside of frames. */
  readonly bit: number;
  /** SocketCAN's code for that place. */
  readonly field: number;
  /** Counters of `station` with this error in them. */
  readonly counters: ErrorCounters;
  /** The same for a capture: an error frame. */
  readonly frame: CanFrame;
}

const CLASS_PROTOCOL = 0x008;
const CLASS_NO_ACK = 0x020;
const CLASS_BUS_OFF = 0x040;
const CLASS_BUS_ERROR = 0x080;
const CLASS_COUNTERS = 0x200;
const TYPE_TRANSMITTING = 0x80;

/** Data byte 2. A wrong check sequence has no type of its own: its place says it. */
const TYPES: Readonly<Record<ErrorKind, number>> = {
  bit: 0x01,
  form: 0x02,
  stuff: 0x04,
  bit0: 0x08,
  bit1: 0x10,
  crc: 0x00,
  ack: 0x00,
};

export function errorDetail(seen: Omit<ErrorDetail, "frame">): ErrorDetail {
  const { kind, isTransmitter, field, counters } = seen;
  let id = CLASS_PROTOCOL | CLASS_BUS_ERROR | CLASS_COUNTERS;
  if (kind === "ack") id |= CLASS_NO_ACK;
  if (counters.state === "bus-off") id |= CLASS_BUS_OFF;
  const data = new Uint8Array(8);
  data[2] = TYPES[kind] | (isTransmitter ? TYPE_TRANSMITTING : 0);
  data[3] = field;
  data[6] = Math.min(counters.tec, 255);
  data[7] = counters.rec;
  return { ...seen, frame: { ...ERROR_FRAME, id, data } };
}

const ERROR_FRAME = {
  extended: false,
  fd: false,
  brs: false,
  esi: false,
  remote: false,
  error: true,
} as const;
