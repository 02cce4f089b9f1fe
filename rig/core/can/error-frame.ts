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

const CLASS_CONTROLLER = 0x004;
const CLASS_PROTOCOL = 0x008;
const CLASS_NO_ACK = 0x020;
const CLASS_BUS_OFF = 0x040;
const CLASS_BUS_ERROR = 0x080;
const CLASS_COUNTERS = 0x200;
const CLASS_RESTARTED = 0x100;
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

/** Data byte 1, a controller's own problems: error-passive both ways; active again. */
const PASSIVE = 0x30;
const ACTIVE = 0x40;

/** What a controller reports to its own host when its error state changes. */
export function stateFrame({ state, tec, rec }: Omit<ErrorCounters, "recessiveSequencesLeft">) {
  const data = new Uint8Array(8);
  if (state !== "bus-off") data[1] = state === "error-passive" ? PASSIVE : ACTIVE;
  data[6] = Math.min(tec, 255);
  data[7] = Math.min(rec, 255);
  const id = CLASS_COUNTERS | (state === "bus-off" ? CLASS_BUS_OFF : CLASS_CONTROLLER);
  return { ...ERROR_FRAME, id, data } satisfies CanFrame;
}

/** The state that an error frame of a node's own controller tells; null where it tells none. */
export function stateOfErrorFrame({ id, data }: CanFrame) {
  // Of the bus, not of this controller.
  if ((id & CLASS_BUS_ERROR) !== 0) return null;
  const counters = { tec: data[6] ?? 0, rec: data[7] ?? 0 };
  const problem = data[1] ?? 0;
  if ((id & CLASS_BUS_OFF) !== 0) return { state: "bus-off", ...counters } as const;
  if ((id & CLASS_RESTARTED) !== 0) return { state: "error-active", ...counters } as const;
  if ((id & CLASS_CONTROLLER) === 0) return null;
  if ((problem & PASSIVE) !== 0) return { state: "error-passive", ...counters } as const;
  return (problem & ACTIVE) === 0 ? null : ({ state: "error-active", ...counters } as const);
}

const ERROR_FRAME = {
  extended: false,
  fd: false,
  brs: false,
  esi: false,
  remote: false,
  error: true,
} as const;
