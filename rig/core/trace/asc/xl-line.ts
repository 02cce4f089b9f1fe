/**
 * CANXL lines of ASC files, which carry classic and FD frames too: `CANXL CHANNEL Rx FORMAT
 * DURATION BITS ID[x] [NAME] DLC LENGTH BYTES [STUFF BITS] CRC FLAGS ...`. Frames of XL format
 * itself are counted and left out.
 */

import type { TraceRecord } from "../record.ts";
import { parseBytes, parseDigits } from "../text/hex.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import { type AscLine, directionOf, parseAscId } from "./classic-line.ts";
import { ASC_BRS, ASC_ESI, ASC_REMOTE } from "./fd-line.ts";

export function parseXlLine(line: AscLine, output: TraceOutput): TraceRecord | null {
  const { time, tokens, at } = line;
  const [, channel = "", mark, format = "", , , id] = tokens;
  const direction = directionOf(mark);
  if (direction === null || !/^[CF][BE]FF$/.test(format)) {
    const isXl = direction !== null && format === "XLFF";
    output.skipped.add(isXl ? "CAN XL frames" : "CANXL lines of other kinds", at);
    return null;
  }
  const named = parseAscId(id, { at, base: 16 }, output);
  const fd = format.startsWith("F");
  const from = columnsFrom(tokens) ?? columnsFrom(tokens, 8);
  if (from === null) return refuseLine(at, "no DLC LENGTH and bytes behind the identifier");
  const dlc = Number.parseInt(tokens[from] ?? "", 16);
  const count = Number(tokens[from + 1]);
  const data = parseBytes({ tokens, from: from + 2, count, base: 16 }, at);
  const flags = parseDigits(tokens[from + 2 + count + (fd ? 2 : 1)], 16);
  if (flags < 0) refuseLine(at, "no flags behind the bytes");
  const isRemote = !fd && (flags & ASC_REMOTE) !== 0 && count === 0;
  const brs = fd && (flags & ASC_BRS) !== 0;
  const esi = fd && (flags & ASC_ESI) !== 0;
  const head = { time, channel, direction, at, ...named };
  return { ...head, kind: isRemote ? "remote" : "data", fd, brs, esi, dlc, data };
}

/** Where the length code stands: behind the identifier, or one later if a name comes first. */
function columnsFrom(tokens: readonly string[], from = 7): number | null {
  const [dlc = "", length = ""] = tokens.slice(from, from + 2);
  if (!/^[0-9A-Fa-f]$/.test(dlc) || !/^\d{1,2}$/.test(length)) return null;
  return Number(length) <= 64 && tokens.length >= from + 2 + Number(length) ? from : null;
}
