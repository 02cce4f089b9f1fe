/** One row of a TRC file, cut at its blanks: which kind it is, and what its columns say. */

import { fdLengthOfDlc } from "../../can/dlc.ts";
import {
  dlcFor,
  ERROR_CLASS,
  type ErrorRecord,
  type FrameRecord,
  frameRecord,
  PROTOCOL_ERROR,
  paddedData,
  type TraceDirection,
  type TraceEvent,
} from "../record.ts";
import { checkId, parseBytes, parseDigits } from "../text/hex.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import type { TraceTime } from "../trace-time.ts";

export interface TrcRow {
  readonly tokens: readonly string[];
  readonly columns: readonly string[];
  readonly time: TraceTime;
  readonly at: number;
  readonly text: string;
}

export type FrameType = Pick<FrameRecord, "kind" | "fd" | "brs" | "esi">;

/** Types of frames in versions 2.x, with the flags that they mean. */
export const FRAME_TYPES: Readonly<Record<string, FrameType>> = {
  DT: { kind: "data", fd: false, brs: false, esi: false },
  RR: { kind: "remote", fd: false, brs: false, esi: false },
  FD: { kind: "data", fd: true, brs: false, esi: false },
  FB: { kind: "data", fd: true, brs: true, esi: false },
  FE: { kind: "data", fd: true, brs: false, esi: true },
  BI: { kind: "data", fd: true, brs: true, esi: true },
};
const EVENT_TYPES: Readonly<Record<string, TraceEvent>> = {
  ST: "status",
  EC: "status",
  EV: "comment",
  Warng: "status",
  Error: "status",
};
/** The identifier that marks status rows in versions 1.x. */
const STATUS_ID = "FFFFFFFF";
export const CLASSIC = { kind: "data", fd: false, brs: false, esi: false } as const;
/** The position that PEAK gives an overload flag. */
const OVERLOAD_POSITION = 28;

function column({ columns, tokens }: TrcRow, letter: string): string | undefined {
  const index = columns.indexOf(letter);
  return index < 0 ? undefined : tokens[index];
}

export function typeOfRow(row: TrcRow): "frame" | "error" | TraceEvent {
  const type = column(row, "T");
  if (type !== undefined) {
    if (FRAME_TYPES[type] !== undefined) return "frame";
    if (type === "ER") return "error";
    return EVENT_TYPES[type] ?? "other";
  }
  if (column(row, "I") === STATUS_ID) return "status";
  const mark = column(row, "t") ?? row.tokens[2] ?? "";
  return EVENT_TYPES[mark] ?? (mark.startsWith("ERROR") ? "status" : "frame");
}

export function parseFrameRow(row: TrcRow, output: TraceOutput): FrameRecord {
  const { at, time, tokens } = row;
  const place = { time, channel: channelOf(row), direction: directionOf(row), at };
  const named = parseId(row, output);
  const from = row.columns.indexOf("D");
  const type = FRAME_TYPES[column(row, "T") ?? ""] ?? CLASSIC;
  const { fd, brs, esi } = type;
  const size = parseSize(row, fd === true);
  if (type.kind === "remote" || tokens[from] === "RTR") {
    const data = new Uint8Array(0);
    return frameRecord(place, named, { kind: "remote", fd, brs, esi, dlc: size.dlc, data });
  }
  if (from < 0) refuseLine(at, "the file's columns have no data");
  const given = parseBytes({ tokens, from, count: size.length, base: 16 }, at);
  const data = fd === true ? paddedData(given) : given;
  if (data !== given) output.assumed.add("FD frames of no possible length: filled with 0", at);
  return frameRecord(place, named, { kind: type.kind, fd, brs, esi, dlc: size.dlc, data });
}

function channelOf(row: TrcRow): string {
  const bus = column(row, "B") ?? "";
  return bus === "-" ? "" : bus;
}

function directionOf(row: TrcRow): TraceDirection | null {
  const mark = (column(row, "d") ?? column(row, "t"))?.toLowerCase();
  return mark === "rx" || mark === "tx" ? mark : null;
}

/** Four digits for 11 bits, eight for 29. */
function parseId(row: TrcRow, output: TraceOutput): { id: number; extended: boolean } {
  const token = column(row, "I");
  const extended = token?.length === 8;
  return checkId({ id: parseDigits(token, 16), extended }, row.at, output);
}

function parseSize(row: TrcRow, fd: boolean): { dlc: number; length: number } {
  const code = column(row, "L");
  const size = parseDigits(code ?? column(row, "l"), 10);
  if (size < 0 || size > (code === undefined && fd ? 64 : 15)) {
    refuseLine(row.at, `no ${code === undefined ? "length" : "length code"} where one is expected`);
  }
  if (!fd) return { dlc: size, length: Math.min(size, 8) };
  if (code !== undefined) return { dlc: size, length: fdLengthOfDlc(size) };
  return { dlc: dlcFor(size), length: size };
}

/** Error rows: the identifier is the kind, the bytes are direction, position and counters. */
export function parseErrorRow(row: TrcRow): ErrorRecord {
  const { at, time, tokens } = row;
  const head = { time, channel: channelOf(row), direction: null, at, kind: "error" } as const;
  const kind = parseDigits(column(row, "I"), 16);
  const from = row.columns.indexOf("D");
  const bytes = tokens.slice(from, from + 4).map((token) => parseDigits(token, 16));
  const isWhole = from >= 0 && bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte < 256);
  if (kind < 0 || !isWhole) {
    const text = tokens.slice(2).join(" ");
    return { ...head, classes: ERROR_CLASS.bus, detail: new Uint8Array(0), text };
  }
  const [receives = 0, position = 0, receiveCount = 0, sendCount = 0] = bytes;
  const detail = new Uint8Array(8);
  detail[2] =
    (kind & 7) |
    (receives === 0 ? PROTOCOL_ERROR.sending : 0) |
    (position === OVERLOAD_POSITION ? PROTOCOL_ERROR.overload : 0);
  detail.set([position], 3);
  detail.set([sendCount, receiveCount], 6);
  const classes = ERROR_CLASS.protocol | ERROR_CLASS.bus | ERROR_CLASS.counters;
  return { ...head, classes, detail, text: "" };
}
