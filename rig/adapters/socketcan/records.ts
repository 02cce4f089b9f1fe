/** The records of the addon as frames and back: their layout is that of native/canraw.c. */

import { dlcOfLength } from "../../core/can/dlc.ts";
import type { CanFrame } from "../../core/can/frame.ts";

export const RECORD_BYTES = 96;

const EXTENDED = 0x8000_0000;
const REMOTE = 0x4000_0000;
const ERROR = 0x2000_0000;
const FLAG = { brs: 1, esi: 2 } as const;
const WAY = { fd: 1, host: 2, own: 4, hardware: 8 } as const;
const DATA = 24;

/** A frame as the kernel gave it, with what it said beside. */
export interface ReceivedFrame {
  readonly frame: CanFrame;
  /** Since 1970, UTC: exact to the nanosecond. */
  readonly epochNs: bigint;
  /** `tx`: this host sent it. */
  readonly direction: "rx" | "tx";
  /** This very socket sent it. */
  readonly isOwn: boolean;
  readonly isHardwareStamp: boolean;
  /** Raw length code of a classic frame, where it is over 8. */
  readonly rawDlc: number | null;
  /** Frames that the socket has lost so far. */
  readonly lost: number;
}

export function readRecord(view: DataView, at: number): ReceivedFrame {
  const word = view.getUint32(at + 8, true);
  const length = view.getUint8(at + 12);
  const flags = view.getUint8(at + 13);
  const rawDlc = view.getUint8(at + 14);
  const way = view.getUint8(at + 15);
  const fd = (way & WAY.fd) !== 0;
  const extended = (word & EXTENDED) !== 0;
  const error = (word & ERROR) !== 0;
  const start = view.byteOffset + at + DATA;
  return {
    frame: {
      id: word & (error || extended ? 0x1fff_ffff : 0x7ff),
      extended,
      fd,
      brs: (flags & FLAG.brs) !== 0,
      esi: (flags & FLAG.esi) !== 0,
      remote: (word & REMOTE) !== 0,
      error,
      // The ring is written again.
      data: new Uint8Array(view.buffer.slice(start, start + length)),
    },
    epochNs: view.getBigUint64(at, true),
    direction: (way & WAY.host) !== 0 ? "tx" : "rx",
    isOwn: (way & WAY.own) !== 0,
    isHardwareStamp: (way & WAY.hardware) !== 0,
    rawDlc: rawDlc === 0 ? null : rawDlc,
    lost: view.getUint32(at + 16, true),
  };
}

/** Writes the frame for sending; `rawDlc` is for classic frames of 8 bytes. */
export function writeRecord(
  bytes: Uint8Array,
  at: number,
  frame: CanFrame,
  rawDlc: number | null = null,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { id, extended, remote, error, fd, brs, esi, data } = frame;
  const flags = (extended ? EXTENDED : 0) | (remote ? REMOTE : 0) | (error ? ERROR : 0);
  bytes.fill(0, at, at + RECORD_BYTES);
  view.setUint32(at + 8, (id | flags) >>> 0, true);
  view.setUint8(at + 12, data.length);
  view.setUint8(at + 13, (brs ? FLAG.brs : 0) | (esi ? FLAG.esi : 0));
  view.setUint8(at + 14, rawDlc !== null && dlcOfLength(data.length) === 8 ? rawDlc : 0);
  view.setUint8(at + 15, fd ? WAY.fd : 0);
  bytes.set(data, at + DATA);
}
