/**
 * One line of candump on the terminal, as people paste it: with or without stamp, colours,
 * direction and flag columns, `[length]` or `{raw code}`, hexadecimal or binary, in bus order or
 * swapped. Two digits of length are the only sign of an FD frame; flags show only beside `TX`/`RX`.
 */

import { EXTENDED_ID_MAX } from "../../can/frame.ts";
import { dlcFor, type TraceDirection, type TraceRecord } from "../record.ts";
import { parseBytes, parseDigits } from "../text/hex.ts";
import { refuseLine } from "../trace-reader.ts";

const FLAGS = String.raw`(?:(TX|RX)\s+([B-])\s+([E-])\s+)?`;
const LINE = new RegExp(
  String.raw`^\s*(?:\(([^)]*)\)\s+)?(\S{1,15})\s+${FLAGS}([0-9A-F]{3}|[0-9A-F]{8})\s+` +
    String.raw`(\[\d{1,2}\]|\{[0-9A-F]\})(?:\s+(.*))?$`,
);
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

export interface ScreenLine {
  /** What stands between the parentheses; null without them. */
  readonly stamp: string | null;
  readonly record: TraceRecord;
}

export function withoutColours(line: string): string {
  return line.includes("\u001b") ? line.replace(COLOURS, "").trimEnd() : line;
}

/** Null where the line has not the form of a frame. */
export function parseScreenLine(line: string, at: number): ScreenLine | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, stamp, channel, mark, brsMark, esiMark, id, length, rest] = match;
  const direction: TraceDirection | null = mark === undefined ? null : mark === "TX" ? "tx" : "rx";
  const head = { time: null, channel: channel ?? "", direction, at };
  const size = parseSize(length ?? "", at);
  const word = parseDigits(id, 16);
  const record = (fields: TraceRecord): ScreenLine => ({ stamp: stamp ?? null, record: fields });
  const isRemote = rest?.startsWith("remote request") === true;
  const data = isRemote ? new Uint8Array(0) : parseData(rest ?? "", size.length, at);
  if (word > EXTENDED_ID_MAX) {
    if (data.length !== 8 || word > 0x3fff_ffff) refuseLine(at, "an error frame has eight bytes");
    const classes = word & EXTENDED_ID_MAX;
    return record({ ...head, kind: "error", classes, detail: data, text: "" });
  }
  const { fd, dlc } = size;
  const hasFlags = mark !== undefined;
  const brs = fd ? (hasFlags ? brsMark === "B" : null) : false;
  const esi = fd ? (hasFlags ? esiMark === "E" : null) : false;
  const frame = { ...head, id: word, extended: id?.length === 8, fd, brs, esi, dlc, data };
  return record({ ...frame, kind: isRemote ? "remote" : "data" });
}

interface Size {
  readonly fd: boolean;
  readonly dlc: number;
  readonly length: number;
}

function parseSize(text: string, at: number): Size {
  const digits = text.slice(1, -1);
  if (text.startsWith("{")) {
    const dlc = Number.parseInt(digits, 16);
    return { fd: false, dlc, length: Math.min(dlc, 8) };
  }
  const length = Number(digits);
  const fd = digits.length === 2;
  if (length > (fd ? 64 : 8)) refuseLine(at, `${length} bytes, which no frame has`);
  return { fd, dlc: fd ? dlcFor(length) : length, length };
}

function parseData(text: string, length: number, at: number): Uint8Array {
  const isSwapped = text.includes("`") && /^[0-9A-F]+`/.test(text);
  const tokens = text.split(isSwapped ? /[`\s]+/ : /\s+/);
  const base = tokens[0]?.length === 8 ? 2 : 16;
  const data = parseBytes({ tokens, from: 0, count: length, base }, at);
  return isSwapped ? data.reverse() : data;
}
