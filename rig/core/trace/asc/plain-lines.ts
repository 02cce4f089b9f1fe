/**
 * Data frames of ASC files in their usual writing, read from left to right: classic lines with
 * hexadecimal numbers, and CANFD lines without a name. All others are left to the parsers of words.
 */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import {
  CLASSIC_FLAGS,
  type FrameContent,
  type FrameName,
  type FrameRecord,
  frameRecord,
  type TraceDirection,
} from "../record.ts";
import { LineScanner } from "../text/line-scanner.ts";
import type { TraceOutput } from "../trace-reader.ts";
import { fdContentOf } from "./fd-line.ts";

export class PlainAscLines {
  readonly #scanner = new LineScanner();
  readonly #output: TraceOutput;

  constructor(output: TraceOutput) {
    this.#output = output;
  }

  /** Null for every other writing, also for a wrong one. */
  parse(text: string, at: number): FrameRecord | null {
    const line = this.#scanner;
    line.begin(text);
    line.blanks();
    const time = line.time();
    if (time === null || !line.blanks()) return null;
    const isFd = line.skip("CANFD ");
    if (isFd) line.blanks();
    const number = line.decimal(3);
    const digits = line.width;
    if (number < 0 || !line.blanks()) return null;
    const direction = isFd ? this.#direction() : null;
    const name = this.#name();
    const way = isFd ? direction : this.#direction();
    if (name === null || way === null) return null;
    const content = isFd ? this.#fdContent(at) : this.#classicContent();
    if (content === null) return null;
    const channel = String(number).padStart(digits, "0");
    return frameRecord({ time, channel, direction: way, at }, name, content);
  }

  #direction(): TraceDirection | null {
    const line = this.#scanner;
    const direction = line.skip("Rx") ? "rx" : line.skip("Tx") ? "tx" : null;
    return line.blanks() ? direction : null;
  }

  #name(): FrameName | null {
    const id = this.#scanner.hex();
    const extended = this.#scanner.skip("x");
    if (id < 0 || id > (extended ? EXTENDED_ID_MAX : BASE_ID_MAX)) return null;
    return this.#scanner.blanks() ? { id, extended } : null;
  }

  #classicContent(): FrameContent | null {
    const line = this.#scanner;
    if (!line.skip("d ")) return null;
    line.blanks();
    const dlc = line.hex();
    if (dlc < 0 || dlc > 15 || !line.isEnd()) return null;
    const data = line.bytes(Math.min(dlc, 8));
    if (data === null) return null;
    const { fd, brs, esi } = CLASSIC_FLAGS;
    return { kind: "data", fd, brs, esi, dlc, data };
  }

  #fdContent(at: number): FrameContent | null {
    const line = this.#scanner;
    const brs = this.#flag();
    const esi = this.#flag();
    const dlc = line.hex();
    if (brs === null || esi === null || dlc < 0 || line.width > 1 || !line.blanks()) return null;
    const count = line.decimal(2);
    if (count < 0 || count > 64 || !line.isEnd()) return null;
    const given = line.bytes(count);
    if (given === null) return null;
    // Behind the bytes: duration, bits, flags.
    for (let skipped = 0; skipped < 2; skipped++) {
      line.blanks();
      if (line.decimal(10) < 0 || !line.isEnd()) return null;
    }
    line.blanks();
    const flags = line.hex();
    if (flags < 0 || !line.isEnd()) return null;
    return fdContentOf({ brs, esi, dlc, flags, given }, at, this.#output);
  }

  #flag(): boolean | null {
    const line = this.#scanner;
    const flag = line.skip("1 ") ? true : line.skip("0 ") ? false : null;
    line.blanks();
    return flag;
  }
}
