/**
 * CANFD lines of ASC files: `CANFD CHANNEL Rx ID[x] [NAME] BRS ESI DLC LENGTH BYTES DURATION BITS
 * FLAGS ...`. Newer versions write every frame so; the flags tell FD from classic. Some writers
 * put no useful flags: then BRS, ESI or the length may still prove an FD frame, else it is open.
 */

import { isFrameLength } from "../../can/dlc.ts";
import {
  dlcFor,
  ERROR_CLASS,
  type FrameContent,
  frameRecord,
  paddedData,
  type TraceRecord,
} from "../record.ts";
import { parseBytes, parseDigits } from "../text/hex.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import { type AscLine, directionOf, parseAscId } from "./classic-line.ts";

export const ASC_REMOTE = 0x10;
export const ASC_FD = 0x1000;
export const ASC_BRS = 0x2000;
export const ASC_ESI = 0x4000;
/** Flags of writers that don't fill them in. */
const USELESS_FLAGS = [-1, 0, 0x11];

/** Null for events that are no frames. */
export function parseFdLine(line: AscLine, output: TraceOutput): TraceRecord | null {
  const { time, tokens, at } = line;
  const [, channel = "", mark, id] = tokens;
  const direction = directionOf(mark);
  if (direction === null || !/^\d{1,3}$/.test(channel)) return null;
  const place = { time, channel, direction, at };
  if (id === "ErrorFrame") {
    const text = `CANFD ${tokens.slice(4).join(" ")}`.trimEnd();
    const detail = new Uint8Array(0);
    return { ...place, kind: "error", classes: ERROR_CLASS.bus, detail, text };
  }
  const named = parseAscId(id, { at, base: 16 }, output);
  const from = columnsFrom(tokens) ?? columnsFrom(tokens, 5);
  if (from === null) return refuseLine(at, "no BRS ESI DLC LENGTH and bytes behind the identifier");
  return frameRecord(place, named, parseColumns(line, from, output));
}

/** Where BRS stands: behind the identifier, or one later if a name comes first. */
function columnsFrom(tokens: readonly string[], from = 4): number | null {
  if (!isFlag(tokens[from]) || !isFlag(tokens[from + 1])) return null;
  const length = tokens[from + 3];
  if (tokens[from + 2]?.length !== 1 || parseDigits(tokens[from + 2], 16) < 0) return null;
  const count = length === undefined || length.length > 2 ? -1 : parseDigits(length, 10);
  if (count < 0 || count > 64) return null;
  return tokens.length >= from + 4 + count ? from : null;
}

function isFlag(token: string | undefined): boolean {
  return token === "0" || token === "1";
}

function parseColumns({ tokens, at }: AscLine, from: number, output: TraceOutput): FrameContent {
  const brs = tokens[from] === "1";
  const esi = tokens[from + 1] === "1";
  const dlc = Number.parseInt(tokens[from + 2] ?? "", 16);
  const count = Number(tokens[from + 3]);
  const given = parseBytes({ tokens, from: from + 4, count, base: 16 }, at);
  const flags = parseDigits(tokens[from + 4 + count + 2], 16);
  return fdContentOf({ brs, esi, dlc, flags, given }, at, output);
}

interface FdColumns {
  readonly brs: boolean;
  readonly esi: boolean;
  readonly dlc: number;
  /** -1 where the line has none. */
  readonly flags: number;
  readonly given: Uint8Array;
}

export function fdContentOf(columns: FdColumns, at: number, output: TraceOutput): FrameContent {
  const { brs, esi, dlc, flags, given } = columns;
  const count = given.length;
  if (flags > 0 && (flags & ASC_REMOTE) !== 0 && count === 0) {
    return { kind: "remote", fd: false, brs: false, esi: false, dlc, data: given };
  }
  const fd = isFdLine(flags, brs || esi || count > 8);
  if (fd === false) return { kind: "data", fd, brs: false, esi: false, dlc, data: given };
  if (isFrameLength(count, true)) return { kind: "data", fd, brs, esi, dlc, data: given };
  output.assumed.add("FD frames of no possible length: filled with 0", at);
  return { kind: "data", fd, brs, esi, dlc: dlcFor(count), data: paddedData(given) };
}

function isFdLine(flags: number, isProven: boolean): boolean | null {
  if (isProven || (flags > 0 && (flags & ASC_FD) !== 0)) return true;
  return USELESS_FLAGS.includes(flags) ? null : false;
}
