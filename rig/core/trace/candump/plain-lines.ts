/**
 * Lines of candump's log form in their usual writing, read from left to right: data frames with one
 * blank between the columns. What is written otherwise is left to the regular expression, which
 * takes some times as long.
 */

import { isFrameLength } from "../../can/dlc.ts";
import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import { dlcFor, type FrameRecord, type TraceDirection } from "../record.ts";
import { pairsAt } from "../text/hex.ts";
import { LineScanner } from "../text/line-scanner.ts";

const BLANK = 32;
const CHANNEL_MAX = 15;
const DIGITS_MAX = 128;

export class PlainLines {
  readonly #line = new LineScanner();

  /** Null for every other writing, also for a wrong one. */
  parse(text: string, at: number): FrameRecord | null {
    const line = this.#line;
    line.begin(text);
    const time = line.skip("(") ? line.time() : null;
    if (time === null || !line.skip(") ")) return null;
    const channel = line.word();
    if (channel === "" || channel.length > CHANNEL_MAX || /\s/.test(channel)) return null;
    const id = line.skip(" ") ? line.hex() : -1;
    const extended = line.width === 8;
    if (id < 0 || id > (extended ? EXTENDED_ID_MAX : BASE_ID_MAX)) return null;
    if (!(extended || line.width === 3) || !line.skip("#")) return null;
    const fd = line.skip("#");
    const flags = fd ? line.digit() : 0;
    const direction = directionOf(text);
    const end = direction === null ? text.length : text.length - 2;
    if (flags < 0 || line.at > end || end - line.at > DIGITS_MAX) return null;
    const data = pairsAt(text, line.at, end);
    if (data === null || !isFrameLength(data.length, fd)) return null;
    const brs = (flags & 1) !== 0;
    const esi = (flags & 2) !== 0;
    const dlc = dlcFor(data.length);
    return { kind: "data", time, channel, direction, at, id, extended, fd, brs, esi, dlc, data };
  }
}

function directionOf(text: string): TraceDirection | null {
  if (text.charCodeAt(text.length - 2) !== BLANK) return null;
  if (text.endsWith("R")) return "rx";
  return text.endsWith("T") ? "tx" : null;
}
