/**
 * Lines of candump's log form in their usual writing, read character by character: data frames with
 * one blank between the columns. What is written otherwise is left to the regular expression, which
 * takes some times as long.
 */

import { isFrameLength } from "../../can/dlc.ts";
import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import { dlcFor, type FrameRecord, type TraceDirection } from "../record.ts";
import { digitAt, pairsAt } from "../text/hex.ts";

const BLANK = 32;
const HASH = 35;
const CLOSED = 41;
const DOT = 46;
const DIGIT_0 = 48;
const SECONDS_DIGITS_MAX = 15;
const CHANNEL_MAX = 15;
const SCALES = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

export class PlainLines {
  /** Most lines have the channel of the one before. */
  #channel = "";
  #text = "";
  #place = 0;

  /** Null for every other writing, also for a wrong one. The text begins with a parenthesis. */
  parse(text: string, at: number): FrameRecord | null {
    this.#text = text;
    this.#place = 1;
    const seconds = this.#number(DOT, SECONDS_DIGITS_MAX);
    const from = this.#place;
    const fraction = this.#number(CLOSED, SCALES.length - 1);
    const scale = SCALES[this.#place - from - 1];
    if (seconds < 0 || fraction < 0 || scale === undefined) return null;
    if (text.charCodeAt(this.#place) !== BLANK || !this.#readChannel()) return null;
    const idFrom = this.#place;
    const id = this.#identifier();
    const extended = this.#place - idFrom === 9;
    if (id < 0 || id > (extended ? EXTENDED_ID_MAX : BASE_ID_MAX)) return null;
    const frame = this.#content();
    if (frame === null) return null;
    const time = { seconds, nanoseconds: fraction * scale };
    const { direction, fd, brs, esi, dlc, data } = frame;
    const channel = this.#channel;
    return { kind: "data", time, channel, direction, at, id, extended, fd, brs, esi, dlc, data };
  }

  /** A decimal number and the character behind it; -1 where there is none. */
  #number(end: number, digitsMax: number): number {
    const from = this.#place;
    let value = 0;
    for (let at = from; at <= from + digitsMax; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === end) {
        this.#place = at + 1;
        return at > from ? value : -1;
      }
      const digit = code - DIGIT_0;
      if (!(digit >= 0 && digit <= 9)) return -1;
      value = value * 10 + digit;
    }
    return -1;
  }

  #readChannel(): boolean {
    const text = this.#text;
    const from = this.#place + 1;
    let end = from + this.#channel.length;
    if (end === from || text.charCodeAt(end) !== BLANK || !text.startsWith(this.#channel, from)) {
      end = text.indexOf(" ", from);
      if (end <= from || end - from > CHANNEL_MAX) return false;
      const channel = text.slice(from, end);
      if (/\s/.test(channel)) return false;
      this.#channel = channel;
    }
    this.#place = end + 1;
    return true;
  }

  /** Three or eight digits and a hash; else -1. */
  #identifier(): number {
    let id = 0;
    for (let digits = 0; digits <= 8; digits++) {
      const digit = digitAt(this.#text, this.#place);
      if (digit < 0) {
        const isEnd = this.#text.charCodeAt(this.#place++) === HASH;
        return isEnd && (digits === 3 || digits === 8) ? id : -1;
      }
      id = id * 16 + digit;
      this.#place++;
    }
    return -1;
  }

  #content(): Pick<FrameRecord, "direction" | "fd" | "brs" | "esi" | "dlc" | "data"> | null {
    const text = this.#text;
    let end = text.length;
    let direction: TraceDirection | null = null;
    if (text.charCodeAt(end - 2) === BLANK) {
      const mark = text.charAt(end - 1);
      if (mark !== "R" && mark !== "T") return null;
      direction = mark === "R" ? "rx" : "tx";
      end -= 2;
    }
    const fd = text.charCodeAt(this.#place) === HASH;
    const flags = fd ? digitAt(text, this.#place + 1) : 0;
    const from = fd ? this.#place + 2 : this.#place;
    if (flags < 0 || from > end || end - from > 128) return null;
    const data = pairsAt(text, from, end);
    if (data === null || !isFrameLength(data.length, fd)) return null;
    const dlc = dlcFor(data.length);
    return { direction, fd, brs: (flags & 1) !== 0, esi: (flags & 2) !== 0, dlc, data };
  }
}
