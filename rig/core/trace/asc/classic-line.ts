/**
 * Lines of classic frames in ASC files, and of errors: `CHANNEL ID[x] Rx d DLC BYTES`, `r` instead
 * of `d` for remote frames (with a length code from version 8.5 on), `CHANNEL ErrorFrame`.
 */

import { BASE_ID_MAX } from "../../can/frame.ts";
import {
  CLASSIC_FLAGS,
  dlcFor,
  ERROR_CLASS,
  frameRecord,
  type TraceDirection,
  type TraceRecord,
} from "../record.ts";
import { checkId, parseBytes, parseDigits } from "../text/hex.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import type { TraceTime } from "../trace-time.ts";

/** A line behind its stamp. */
export interface AscLine {
  readonly time: TraceTime;
  /** The rest, cut at its blanks. */
  readonly tokens: readonly string[];
  readonly at: number;
  /** Of identifiers and bytes in classic lines. */
  readonly base: 10 | 16;
}

/** Null for lines that are neither frame nor error: events of other kinds. */
export function parseClassicLine(line: AscLine, output: TraceOutput): TraceRecord | null {
  const { tokens, at, time } = line;
  const [channel = "", second, third, fourth] = tokens;
  if (!/^\d{1,3}$/.test(channel)) return null;
  if (second === "ErrorFrame") {
    const text = tokens.slice(2).join(" ");
    const detail = new Uint8Array(0);
    const classes = ERROR_CLASS.bus;
    return { kind: "error", time, channel, direction: null, at, classes, detail, text };
  }
  if (second === "OverloadFrame") return { kind: "overload", time, channel, direction: null, at };
  const direction = directionOf(third);
  if (direction === null || (fourth !== "d" && fourth !== "r")) return null;
  const place = { time, channel, direction, at };
  const name = parseAscId(second, line, output);
  const { fd, brs, esi } = CLASSIC_FLAGS;
  if (fourth === "r") {
    const code = /^[0-9A-Fa-f]{1,2}$/.test(tokens[4] ?? "")
      ? parseDigits(tokens[4], line.base)
      : -1;
    const dlc = code >= 0 && code <= 15 ? code : null;
    return frameRecord(place, name, { kind: "remote", fd, brs, esi, dlc, data: new Uint8Array(0) });
  }
  const dlc = parseDigits(tokens[4], line.base);
  if (dlc < 0 || dlc > 64) refuseLine(at, "no length code of 0 to 15 where one is expected");
  const count = dlc > 15 ? dlc : Math.min(dlc, 8);
  const data = parseBytes({ tokens, from: 5, count, base: line.base }, at);
  if (dlc <= 15) return frameRecord(place, name, { kind: "data", fd, brs, esi, dlc, data });
  output.assumed.add("classic lines with more than 8 bytes: unknown format", at);
  const unknown = { kind: "data", fd: null, brs: null, esi: null, dlc: dlcFor(dlc), data } as const;
  return frameRecord(place, name, unknown);
}

export function directionOf(token: string | undefined): TraceDirection | null {
  return token === "Rx" ? "rx" : token === "Tx" ? "tx" : null;
}

export function parseAscId(
  token: string | undefined,
  { at, base }: Pick<AscLine, "at" | "base">,
  output: TraceOutput,
): { id: number; extended: boolean } {
  const extended = token?.endsWith("x") === true;
  const id = parseDigits(extended ? token?.slice(0, -1) : token, base);
  if (id < 0 || id > BASE_ID_MAX) return checkId({ id, extended }, at, output);
  return { id, extended };
}
