/**
 * Lines of candump's log form (`candump -l -N` of can-utils), in which the rig keeps its captures:
 *
 *     (0000000012.000345678) can0 123##501020304
 *
 * Times are split into seconds and nanoseconds: together, since 1970, they exceed a double. The
 * parser is strict and takes one line: what the writer writes, plus six digits of fraction, lower
 * case, dots between bytes, a direction, and any flag digit. It refuses what a frame of the rig
 * can't hold (raw length codes above 8 in classic frames, CAN XL) instead of guessing.
 */

import { isFrameLength } from "../can/dlc.ts";
import { BASE_ID_MAX, type CanFrame, EXTENDED_ID_MAX } from "../can/frame.ts";
import { NS_PER_S } from "../time/time.ts";
import { RigError } from "../verdict/rig-error.ts";

/** `T`: sent by the host that recorded it; `R`: received. */
export type CandumpDirection = "R" | "T";

export interface CandumpRecord {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly channel: string;
  readonly frame: CanFrame;
  readonly direction?: CandumpDirection;
}

const FLAG_BRS = 1;
const FLAG_ESI = 2;
const FLAG_FDF = 4;
/** Marks an error frame in the eight identifier digits, as in SocketCAN's identifier word. */
const ERROR_FLAG = 0x2000_0000;
const ERROR_DETAIL_LENGTH = 8;

const HEX_BYTES = Array.from({ length: 256 }, (_, byte) =>
  (0x100 | byte).toString(16).slice(1).toUpperCase(),
);

/**
 * The line of a frame, without line end. `timeNs` counts from zero of the capture, in whole
 * nanoseconds; the line then has nanoseconds since that zero.
 */
export function formatCandumpLine(
  timeNs: number,
  channel: string,
  frame: CanFrame,
  direction?: CandumpDirection,
): string {
  const seconds = Math.floor(timeNs / NS_PER_S);
  const stamp = `(${padded(seconds, 1e10)}.${padded(timeNs - seconds * NS_PER_S, 1e9)})`;
  const line = `${stamp} ${channel} ${formatCandumpFrame(frame)}`;
  return direction === undefined ? line : `${line} ${direction}`;
}

/** The frame alone, such as `123#DEADBEEF`, as `cansend` takes it too. */
export function formatCandumpFrame(frame: CanFrame): string {
  const data = frame.data;
  let text = formatIdentifier(frame);
  if (frame.remote) {
    text += "#R";
    return data.length > 0 ? text + data.length : text;
  }
  if (frame.fd) {
    text += `##${FLAG_FDF | (frame.brs ? FLAG_BRS : 0) | (frame.esi ? FLAG_ESI : 0)}`;
  } else {
    text += "#";
  }
  for (let i = 0; i < data.length; i++) text += HEX_BYTES[data[i] as number] as string;
  return text;
}

function formatIdentifier(frame: CanFrame): string {
  if (!frame.extended && !frame.error) {
    return (0x1000 | frame.id).toString(16).slice(1).toUpperCase();
  }
  const word = frame.error ? frame.id | ERROR_FLAG : frame.id;
  return (
    (HEX_BYTES[word >>> 24] as string) +
    (HEX_BYTES[(word >>> 16) & 0xff] as string) +
    (HEX_BYTES[(word >>> 8) & 0xff] as string) +
    (HEX_BYTES[word & 0xff] as string)
  );
}

/** A whole number below `limit`, a power of ten, with leading zeros. */
function padded(value: number, limit: number): string {
  return value < limit ? String(limit + value).slice(1) : String(value);
}

const LINE = /^\((\d{1,12})\.(\d{6}|\d{9})\) +(\S{1,15}) +([0-9A-Fa-f]+)(##?)(\S*)(?: ([RT]))?$/;
const REMOTE = /^[Rr]([0-8]?)$/;
const BYTES = /^(?:[0-9A-Fa-f]{2}(?:\.?[0-9A-Fa-f]{2})*)?$/;

/** Reads one line; throws `input.malformed` that names `lineNumber`. */
export function parseCandumpLine(line: string, lineNumber: number): CandumpRecord {
  const match = LINE.exec(line);
  if (match === null) {
    return refuse(lineNumber, "not of the form (SECONDS.FRACTION) INTERFACE ID#DATA");
  }
  const [, seconds, fraction, channel, id, hashes, rest, direction] = match as string[];
  const frame = parseFrame([id as string, hashes as string, rest as string], lineNumber);
  const record = {
    seconds: Number(seconds),
    nanoseconds: Number((fraction as string).padEnd(9, "0")),
    channel: channel as string,
    frame,
  };
  if (direction !== "R" && direction !== "T") return record;
  return { ...record, direction };
}

type FrameText = readonly [id: string, hashes: string, rest: string];

function parseFrame([id, hashes, rest]: FrameText, lineNumber: number): CanFrame {
  const head = parseIdentifier(id, lineNumber);
  const fields = { ...head, fd: hashes === "##", brs: false, esi: false, remote: false };
  if (fields.fd) {
    if (head.error) return refuse(lineNumber, "an error frame can't have FD format");
    const flags = Number.parseInt(rest.slice(0, 1), 16);
    if (Number.isNaN(flags)) return refuse(lineNumber, "no flag digit after ##");
    const data = parseBytes(rest.slice(1), true, lineNumber);
    return { ...fields, brs: (flags & FLAG_BRS) !== 0, esi: (flags & FLAG_ESI) !== 0, data };
  }
  const remote = REMOTE.exec(rest);
  if (remote !== null) {
    if (head.error) return refuse(lineNumber, "an error frame can't be a remote frame");
    return { ...fields, remote: true, data: new Uint8Array(Number(remote[1])) };
  }
  const data = parseBytes(rest, false, lineNumber);
  if (head.error && data.length !== ERROR_DETAIL_LENGTH) {
    return refuse(lineNumber, "an error frame needs its eight detail bytes");
  }
  return { ...fields, data };
}

function parseIdentifier(
  text: string,
  lineNumber: number,
): Pick<CanFrame, "id" | "extended" | "error"> {
  const word = Number.parseInt(text, 16);
  if (text.length === 3 && word <= BASE_ID_MAX) return { id: word, extended: false, error: false };
  if (text.length !== 8 || word > (ERROR_FLAG | EXTENDED_ID_MAX)) {
    const expected = "3 digits up to 7FF or 8 digits up to 3FFFFFFF";
    return refuse(lineNumber, `identifier ${text} where ${expected} are expected`);
  }
  const error = word > EXTENDED_ID_MAX;
  return { id: word & EXTENDED_ID_MAX, extended: !error, error };
}

function parseBytes(text: string, fd: boolean, lineNumber: number): Uint8Array {
  if (!BYTES.test(text)) return refuse(lineNumber, `data "${text}" are not pairs of digits`);
  const digits = text.includes(".") ? text.replaceAll(".", "") : text;
  const length = digits.length / 2;
  if (!isFrameLength(length, fd)) {
    return refuse(lineNumber, `${length} bytes, which no ${fd ? "FD" : "classic"} frame can carry`);
  }
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i++) data[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return data;
}

function refuse(lineNumber: number, problem: string): never {
  throw new RigError("input.malformed", `line ${lineNumber}: ${problem}`);
}
