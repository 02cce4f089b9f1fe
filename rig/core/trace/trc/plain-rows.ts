/**
 * Rows of data frames in TRC files in their usual writing, read from left to right, column by
 * column. All others are left to the parser of words.
 */

import { fdLengthOfDlc, isFrameLength } from "../../can/dlc.ts";
import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import { dlcFor, type FrameRecord, type TraceDirection } from "../record.ts";
import { LineScanner } from "../text/line-scanner.ts";
import type { TraceTime } from "../trace-time.ts";
import { CLASSIC, FRAME_TYPES, type FrameType } from "./row.ts";

const MS_DIGITS_MAX = 15;
const NO_DATA = new Uint8Array(0);

export class PlainTrcRows {
  readonly #line = new LineScanner();
  #time: TraceTime = { seconds: 0, nanoseconds: 0 };
  #type: FrameType = CLASSIC;
  #channel = "";
  #direction: TraceDirection | null = null;
  #id = 0;
  #extended = false;
  #dlc = 0;
  #length = 0;
  #data: Uint8Array = NO_DATA;

  /** Null for every other writing, also for a wrong one. */
  parse(text: string, columns: readonly string[], at: number): FrameRecord | null {
    const line = this.#line;
    line.begin(text);
    this.#type = CLASSIC;
    this.#channel = "";
    this.#direction = null;
    for (const letter of columns) {
      if (letter !== "D") line.blanks();
      if (!this.#column(letter) || !line.isEnd()) return null;
    }
    // A remote frame without a length has a word where the data would be.
    if (columns.at(-1) !== "D" || line.rest() !== "") return null;
    const { fd, brs, esi } = this.#type;
    return {
      kind: "data",
      time: this.#time,
      channel: this.#channel,
      direction: this.#direction,
      at,
      id: this.#id,
      extended: this.#extended,
      fd,
      brs,
      esi,
      dlc: this.#dlc,
      data: this.#data,
    };
  }

  #column(letter: string): boolean {
    const line = this.#line;
    switch (letter) {
      case "N":
        return line.decimal(MS_DIGITS_MAX) >= 0 && (line.skip(")") || line.isEnd());
      case "O":
        return this.#offset();
      case "T":
        return this.#frameType();
      case "B":
        this.#channel = line.word();
        return this.#channel !== "-";
      case "d":
      case "t":
        this.#direction = line.skip("Rx") ? "rx" : line.skip("Tx") ? "tx" : null;
        return this.#direction !== null;
      case "I":
        return this.#identifier();
      case "R":
        return line.word() !== "";
      case "l":
      case "L":
        return this.#size(letter === "L");
      default:
        return this.#bytes(letter);
    }
  }

  /** Milliseconds. */
  #offset(): boolean {
    const line = this.#line;
    const ms = line.decimal(MS_DIGITS_MAX);
    if (ms < 0) return false;
    const part = line.isEnd() ? 0 : line.fraction() / 1000;
    const seconds = Math.floor(ms / 1000);
    this.#time = { seconds, nanoseconds: (ms - seconds * 1000) * 1e6 + part };
    return part >= 0 && Number.isInteger(part);
  }

  #frameType(): boolean {
    const type = FRAME_TYPES[this.#line.word()];
    if (type === undefined || type.kind !== "data") return false;
    this.#type = type;
    return true;
  }

  #identifier(): boolean {
    this.#id = this.#line.hex();
    const { width } = this.#line;
    this.#extended = width === 8;
    const max = this.#extended ? EXTENDED_ID_MAX : BASE_ID_MAX;
    return (width === 4 || width === 8) && this.#id >= 0 && this.#id <= max;
  }

  #size(isCode: boolean): boolean {
    const size = this.#line.decimal(2);
    const isFd = this.#type.fd === true;
    if (size < 0 || size > (isFd ? (isCode ? 15 : 64) : 8)) return false;
    this.#length = isFd && isCode ? fdLengthOfDlc(size) : size;
    this.#dlc = isFd && !isCode ? dlcFor(size) : size;
    return !isFd || isFrameLength(this.#length, true);
  }

  #bytes(letter: string): boolean {
    const data = letter === "D" ? this.#line.bytes(this.#length) : null;
    this.#data = data ?? NO_DATA;
    return data !== null;
  }
}
