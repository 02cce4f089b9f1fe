/** Errors and other events in BLF files. Errors keep the recorder's codes as words. */

import { viewOf } from "../binary/byte-queue.ts";
import {
  ERROR_CLASS,
  type ErrorRecord,
  PROTOCOL_ERROR,
  type TraceEvent,
  type TraceRecord,
} from "../record.ts";
import { ERROR_ECC_VALID, OBJECT } from "./layout.ts";
import { type BlfObject, needBytes } from "./object.ts";

const EVENTS: Readonly<Record<number, readonly [TraceEvent, string]>> = {
  [OBJECT.statistics]: ["statistics", "bus statistics"],
  [OBJECT.driverErrorExt]: ["status", "driver error"],
  [OBJECT.sync]: ["status", "synchronisation pulse"],
  [OBJECT.text]: ["comment", "text"],
  [OBJECT.comment]: ["comment", "comment"],
  [OBJECT.marker]: ["comment", "marker"],
  [OBJECT.lostBegin]: ["hole", "data lost from here"],
  [OBJECT.lostEnd]: ["hole", "data lost up to here"],
};
/** Events whose contents begin with the channel. */
const WITH_CHANNEL: readonly number[] = [OBJECT.statistics, OBJECT.driverErrorExt, OBJECT.sync];
/** Kinds of the SJA 1000's error code: bit, form, stuff, other. */
const ECC_KINDS: readonly number[] = [
  PROTOCOL_ERROR.bit,
  PROTOCOL_ERROR.form,
  PROTOCOL_ERROR.stuff,
  0,
];
const NO_DETAIL = new Uint8Array(0);

/** Null for types that are no events either. */
export function eventOf(object: BlfObject): TraceRecord | null {
  const { type, time, at, body, view } = object;
  if (type === OBJECT.driverError) return driverErrorOf(object);
  const known = EVENTS[type];
  if (known === undefined) return null;
  const hasChannel = WITH_CHANNEL.includes(type) && body.length >= 2;
  const channel = hasChannel ? String(view.getUint16(0, true)) : "";
  const [event, text] = known;
  return { time, channel, direction: null, at, kind: "event", event, text };
}

function driverErrorOf(object: BlfObject): TraceRecord {
  needBytes(object, 8);
  const { body, view, time, at } = object;
  const counters = `TX errors ${body[2] ?? 0}, RX errors ${body[3] ?? 0}`;
  const text = `driver error: ${counters}, code 0x${view.getUint32(4, true).toString(16)}`;
  const channel = String(view.getUint16(0, true));
  return { time, channel, direction: null, at, kind: "event", event: "status", text };
}

export function overloadOf(object: BlfObject): TraceRecord {
  return { ...headOf(object), kind: "overload" };
}

export function errorOf(object: BlfObject): ErrorRecord {
  const head = headOf(object);
  return { ...head, kind: "error", classes: ERROR_CLASS.bus, detail: NO_DETAIL, text: "" };
}

function headOf(object: BlfObject) {
  needBytes(object, 2);
  const { time, at, view } = object;
  return { time, channel: String(view.getUint16(0, true)), direction: null, at };
}

export function errorExtOf(object: BlfObject): ErrorRecord {
  needBytes(object, 24);
  const { body, view } = object;
  const flags = view.getUint32(4, true);
  const ecc = body[8] ?? 0;
  const rest = viewOf(body).getUint16(20, true);
  const words = [`flags 0x${flags.toString(16)}`, `code 0x${rest.toString(16)}`];
  words.push(`position ${body[9] ?? 0}`, `id 0x${view.getUint32(16, true).toString(16)}`);
  const isPlain = (flags & ~ERROR_ECC_VALID) === 0 && rest === 0 && (body[9] ?? 0) === 0;
  const text = isPlain ? "" : words.join(", ");
  const head = headOf(object);
  if ((flags & ERROR_ECC_VALID) === 0) {
    return { ...head, kind: "error", classes: ERROR_CLASS.bus, detail: NO_DETAIL, text };
  }
  const classes = ERROR_CLASS.protocol | ERROR_CLASS.bus;
  return { ...head, kind: "error", classes, detail: detailOfEcc(ecc), text };
}

/** The SJA 1000's code holds kind, direction and place; SocketCAN takes the place over. */
function detailOfEcc(ecc: number): Uint8Array {
  const detail = new Uint8Array(8);
  const isReceiving = (ecc & 0x20) !== 0;
  detail[2] = (ECC_KINDS[ecc >> 6] ?? 0) | (isReceiving ? 0 : PROTOCOL_ERROR.sending);
  detail[3] = ecc & 0x1f;
  return detail;
}

/** The code for such details; null where it can't say all of them. */
export function eccOfDetail({ classes, detail, text }: ErrorRecord): number | null {
  const [, , protocol = 0, place = 0] = detail;
  const kind = protocol & ~PROTOCOL_ERROR.sending;
  const index = ECC_KINDS.indexOf(kind);
  const isOnly = detail.every((byte, at) => byte === 0 || at === 2 || at === 3);
  const isHeld = classes === (ERROR_CLASS.protocol | ERROR_CLASS.bus) && text === "";
  if (detail.length !== 8 || index < 0 || !isOnly || !isHeld || place > 0x1f) return null;
  return (index << 6) | ((protocol & PROTOCOL_ERROR.sending) === 0 ? 0x20 : 0) | place;
}

export function fdErrorOf(object: BlfObject): ErrorRecord {
  needBytes(object, 44);
  const { body, view, time, at } = object;
  const words = [`ECC 0x${(body[3] ?? 0).toString(16)}`];
  words.push(`code 0x${view.getUint16(6, true).toString(16)}`);
  words.push(`flags 0x${view.getUint16(8, true).toString(16)}`);
  words.push(`id 0x${view.getUint32(12, true).toString(16)}`);
  const head = { time, channel: String(body[0] ?? 0), direction: null, at };
  const text = `FD: ${words.join(", ")}`;
  return { ...head, kind: "error", classes: ERROR_CLASS.bus, detail: NO_DETAIL, text };
}
