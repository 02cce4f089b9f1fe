/**
 * What every trace file is read into, whatever its format: frames, error frames, overload frames
 * and events, each with its time, channel, direction and place in the file. `null` says that the
 * format can't tell: no reader guesses, and no writer may take it for false.
 */

import { dlcOfLength, fdLengthOfDlc, isFrameLength, padFdLength } from "../can/dlc.ts";
import type { CanFrame } from "../can/frame.ts";
import type { TallyEntry } from "./tally.ts";
import type { TraceTime, WallTime } from "./trace-time.ts";

/** `tx`: sent by the host or tool that recorded it. */
export type TraceDirection = "rx" | "tx";

interface Placed {
  /** By the file's clock; null in formats without stamps, where only the order is known. */
  readonly time: TraceTime | null;
  /** Name or number as the file has it; empty where it names none. */
  readonly channel: string;
  readonly direction: TraceDirection | null;
  /** Line number from 1 in texts, byte offset in binary files. */
  readonly at: number;
}

export interface FrameRecord extends Placed {
  readonly kind: "data" | "remote";
  readonly id: number;
  readonly extended: boolean;
  readonly fd: boolean | null;
  readonly brs: boolean | null;
  readonly esi: boolean | null;
  /** The code as it was on the bus: 9 to 15 also with the eight bytes of a classic frame. */
  readonly dlc: number | null;
  /** Empty in remote frames. */
  readonly data: Uint8Array;
}

export interface ErrorRecord extends Placed {
  readonly kind: "error";
  /** Class bits as SocketCAN has them; `ERROR_CLASS.bus` alone when no more is known. */
  readonly classes: number;
  /** SocketCAN's eight detail bytes, or none where the format has no such thing. */
  readonly detail: Uint8Array;
  /** The format's own words beside that. */
  readonly text: string;
}

export interface OverloadRecord extends Placed {
  readonly kind: "overload";
}

/** `hole`: frames were lost there. `request`: asked to be sent, not yet on the bus. */
export type TraceEvent = "hole" | "status" | "statistics" | "comment" | "request" | "other";

export interface EventRecord extends Placed {
  readonly kind: "event";
  readonly event: TraceEvent;
  readonly text: string;
}

export type TraceRecord = FrameRecord | ErrorRecord | OverloadRecord | EventRecord;
export type RecordSink = (record: TraceRecord) => void;

/** Classes of linux/can/error.h that other formats can say too. */
export const ERROR_CLASS = {
  controller: 0x04,
  protocol: 0x08,
  noAcknowledge: 0x20,
  bus: 0x80,
  counters: 0x200,
} as const;

/** Bits of the third detail byte (linux/can/error.h). */
export const PROTOCOL_ERROR = { bit: 1, form: 2, stuff: 4, overload: 0x20, sending: 0x80 } as const;

/** `epoch`: since 1970, UTC. `start`: since the start of the recording. `none`: no stamps. */
export type TraceClock = "epoch" | "start" | "none";

/** What is known of a file as a whole; complete once its reader has finished. */
export interface TraceInfo {
  readonly clock: TraceClock;
  readonly start: WallTime | null;
  /** What was left out, and why. */
  readonly skipped: readonly TallyEntry[];
  /** What was read other than the bytes say, because they contradict themselves or a standard. */
  readonly assumed: readonly TallyEntry[];
}

export type FramePlace = Pick<FrameRecord, "time" | "channel" | "direction" | "at">;
export type FrameName = Pick<FrameRecord, "id" | "extended">;
export type FrameContent = Pick<FrameRecord, "kind" | "fd" | "brs" | "esi" | "dlc" | "data">;

/** What is no FD frame for sure. */
export const CLASSIC_FLAGS = { fd: false, brs: false, esi: false } as const;

/**
 * Field by field, as one shape: objects spread into one another take ten times as long, which is
 * most of the time that reading a trace takes.
 */
export function frameRecord(
  { time, channel, direction, at }: FramePlace,
  { id, extended }: FrameName,
  { kind, fd, brs, esi, dlc, data }: FrameContent,
): FrameRecord {
  return { kind, time, channel, direction, at, id, extended, fd, brs, esi, dlc, data };
}

/**
 * The frame that a bus can carry, or null where the record is none: an event, or an error frame
 * without detail bytes. Flags that are unknown count as false.
 */
export function frameOfRecord(record: TraceRecord): CanFrame | null {
  if (record.kind === "error") {
    if (record.detail.length !== 8) return null;
    const flags = { extended: false, fd: false, brs: false, esi: false, remote: false };
    return { ...flags, id: record.classes, error: true, data: record.detail };
  }
  if (record.kind !== "data" && record.kind !== "remote") return null;
  const { id, extended, fd, brs, esi } = record;
  const remote = record.kind === "remote";
  const data = remote ? new Uint8Array(Math.min(record.dlc ?? 0, 8)) : record.data;
  const head = { id, extended, remote, error: false, data };
  return { ...head, fd: fd === true, brs: brs === true, esi: esi === true };
}

/** The code that so many bytes have, next higher where none says just that. */
export function dlcFor(length: number): number {
  return length > 64 ? 15 : dlcOfLength(padFdLength(length));
}

/** Bytes as a frame of FD format can carry them: zeros added up to the next length. */
export function paddedData(data: Uint8Array): Uint8Array {
  if (isFrameLength(data.length, true)) return data;
  const padded = new Uint8Array(fdLengthOfDlc(dlcFor(data.length)));
  padded.set(data);
  return padded;
}
