/**
 * Reads a line from left to right without cutting it into pieces: the usual writing of a frame
 * takes a fraction of the time so. Whatever else a line holds is left to the format's own parser.
 */

import type { TraceTime } from "../trace-time.ts";
import { digitAt } from "./hex.ts";

const BLANK = 32;
const DOT = 46;
const DIGIT_0 = 48;
const SECONDS_DIGITS_MAX = 15;
/** Of the nanoseconds, by how many digits a fraction has. */
const SCALES = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

export class LineScanner {
  /** How many digits the last number had. */
  width = 0;
  #text = "";
  #at = 0;

  begin(text: string): void {
    this.#text = text;
    this.#at = 0;
  }

  /** The place of the next character. */
  get at(): number {
    return this.#at;
  }

  /** Skips spaces; whether there were some. */
  blanks(): boolean {
    const from = this.#at;
    while (this.#text.charCodeAt(this.#at) === BLANK) this.#at++;
    return this.#at > from;
  }

  /** Whether a word ends here: at a space or at the end of the line. */
  isEnd(): boolean {
    return this.#at >= this.#text.length || this.#text.charCodeAt(this.#at) === BLANK;
  }

  /** Skips this text; whether it stands here. */
  skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** What stands here up to the next space or the end. */
  word(): string {
    const from = this.#at;
    while (!this.isEnd()) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  /** What stands from here to the end of the line. */
  rest(): string {
    return this.#text.slice(this.#at);
  }

  /** A decimal number of at most so many digits; -1 where there is none. */
  decimal(digitsMax: number): number {
    const from = this.#at;
    let value = 0;
    for (;;) {
      const digit = this.#text.charCodeAt(this.#at) - DIGIT_0;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      this.#at++;
    }
    this.width = this.#at - from;
    return this.width > 0 && this.width <= digitsMax ? value : -1;
  }

  /** The same of hexadecimal digits, eight at most. */
  hex(): number {
    const from = this.#at;
    let value = 0;
    for (let digit = digitAt(this.#text, from); digit >= 0; ) {
      value = value * 16 + digit;
      digit = digitAt(this.#text, ++this.#at);
    }
    this.width = this.#at - from;
    return this.width > 0 && this.width <= 8 ? value : -1;
  }

  /** One hexadecimal digit; -1 where there is none. */
  digit(): number {
    return digitAt(this.#text, this.#at++);
  }

  /** Behind a dot up to nine digits, as billionths; -1 where there are none. */
  fraction(): number {
    if (this.#text.charCodeAt(this.#at) !== DOT) return -1;
    this.#at++;
    const value = this.decimal(SCALES.length - 1);
    return value < 0 ? -1 : value * (SCALES[this.width] as number);
  }

  /** Seconds with a fraction. */
  time(): TraceTime | null {
    const seconds = this.decimal(SECONDS_DIGITS_MAX);
    const nanoseconds = seconds < 0 ? -1 : this.fraction();
    return nanoseconds < 0 ? null : { seconds, nanoseconds };
  }

  /** So many pairs of hexadecimal digits, each behind one space or more. */
  bytes(count: number): Uint8Array | null {
    const text = this.#text;
    const data = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (!this.blanks()) return null;
      const high = digitAt(text, this.#at);
      const low = digitAt(text, this.#at + 1);
      this.#at += 2;
      if (high < 0 || low < 0 || !this.isEnd()) return null;
      data[i] = 16 * high + low;
    }
    return data;
  }
}
