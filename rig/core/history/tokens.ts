/**
 * What the JSON and the EDN tokeniser have in common: a window of bytes, the position in it, the
 * line, and the stack of open brackets. A tokeniser that needs a byte which has not come yet
 * throws INCOMPLETE; the reader then restores its bookmark and tries again with more bytes. No
 * token is taken before the byte after it is known, so chunk boundaries can't change anything.
 */

import { malformed } from "./history-table.ts";
import type { QuickWriting } from "./quick-writing.ts";

export const END = 0;
export const OPEN_LIST = 1;
export const OPEN_MAP = 2;
export const OPEN_SET = 3;
export const CLOSE = 4;
export const INTEGER = 5;
/** A number that is not an integer by its writing: `1.0`, `1e3`, `1M`, `1/2`. */
export const NUMBER = 6;
export const STRING = 7;
export const KEYWORD = 8;
export const NIL = 9;
/** Booleans, symbols, characters: told apart by their text only. */
export const WORD = 10;
/** EDN's `#name`; the value that it marks follows. */
export const TAG = 11;

export const INCOMPLETE = new Error("more bytes are needed");

export interface Bookmark {
  position: number;
  line: number;
  depth: number;
  expected: number;
}

const DECODER = new TextDecoder();

export abstract class Tokens {
  bytes = new Uint8Array(0);
  position = 0;
  /** Where the last "}" is; who stops at each can't run over the end before it. */
  lastClosing = -1;
  /** No more bytes will come. */
  isLast = false;
  line = 1;
  /** Value of the last INTEGER; NaN if it is beyond 2^53. */
  integer = 0;
  /** Content of the last STRING, KEYWORD or WORD, unless it has escapes. */
  protected start = 0;
  protected stop = 0;
  protected hasEscapes = false;
  /** Closing byte of each open bracket. */
  protected readonly closers: number[] = [];
  /** State of a tokeniser's grammar, if it has one. */
  protected expected = 0;

  /** How this form writes the usual operation. */
  abstract readonly writing: QuickWriting;

  /** Kind of the next token; END only outside all brackets. */
  abstract next(): number;

  /**
   * The next item of a list if it is an unsigned integer below 10^9 in plain digits, else -1 with
   * nothing taken. Lists of such integers are nearly all bytes of a history.
   */
  abstract smallInteger(): number;

  /** Text of the last STRING, KEYWORD, WORD or TAG, without quotes and colon. */
  abstract text(): string;

  /** The last scalar in canonical EDN: equal exactly if the values are. */
  abstract canonicalScalar(kind: number): string;

  load(bytes: Uint8Array, isLast: boolean): void {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.position = 0;
    this.isLast = isLast;
    this.lastClosing = bytes.lastIndexOf(0x7d);
  }

  /** Goes on behind the open map, and others beside it, which somebody else has read. */
  passMap(position: number, line: number): void {
    this.position = position;
    this.line = line;
    this.closers.pop();
  }

  keep(bookmark: Bookmark): void {
    bookmark.position = this.position;
    bookmark.line = this.line;
    bookmark.depth = this.closers.length;
    bookmark.expected = this.expected;
  }

  goBack(bookmark: Bookmark): void {
    this.position = bookmark.position;
    this.line = bookmark.line;
    this.closers.length = bookmark.depth;
    this.expected = bookmark.expected;
  }

  get depth(): number {
    return this.closers.length;
  }

  /** Whether the content of the last STRING, KEYWORD or WORD is this ASCII text. */
  is(text: string): boolean {
    if (this.hasEscapes) return this.text() === text;
    if (this.stop - this.start !== text.length) return false;
    for (let i = 0; i < text.length; i++) {
      if (this.bytes[this.start + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  protected decoded(start: number, stop: number): string {
    return DECODER.decode(this.bytes.subarray(start, stop));
  }

  /** At the end of the window: more may come, or the file is cut short. */
  protected noByte(): Error {
    if (!this.isLast) return INCOMPLETE;
    const closer = this.closers.at(-1);
    const inside = closer === undefined ? "a token" : `brackets; expected "${char(closer)}"`;
    return malformed(this.line, `the file ends inside ${inside}`);
  }

  protected unexpected(byte: number, expected: string): Error {
    const shown = byte >= 0x20 && byte < 0x7f ? `"${char(byte)}"` : `byte 0x${byte.toString(16)}`;
    return malformed(this.line, `${shown} is out of place; expected ${expected}`);
  }
}

function char(byte: number): string {
  return String.fromCharCode(byte);
}

/** Text of a number that is not an integer; differs from that of any integer. */
export function canonicalNumber(text: string): string {
  const value = Number(text);
  if (Number.isNaN(value)) return text;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Reads over one value of any depth, whose first token has been taken. */
export function skipValue(tokens: Tokens, kind: number): void {
  let first = kind;
  while (first === TAG) first = tokens.next();
  if (first === CLOSE || first === END) throw missingValue(tokens);
  if (first !== OPEN_LIST && first !== OPEN_MAP && first !== OPEN_SET) return;
  const depth = tokens.depth - 1;
  while (tokens.depth > depth) tokens.next();
}

function missingValue(tokens: Tokens): Error {
  return malformed(tokens.line, "a value is missing");
}

interface OpenValue {
  readonly kind: number;
  readonly prefix: string;
  readonly parts: string[];
}

/**
 * The value whose first token has been taken, as canonical text. Lists and vectors are alike, as
 * in Clojure; the members of sets and the pairs of maps are sorted. Works without recursion, so
 * that deep values can't exhaust the stack.
 */
export function canonicalValue(tokens: Tokens, first: number): string {
  const open: OpenValue[] = [];
  let prefix = "";
  for (let kind = first; ; kind = tokens.next()) {
    let text: string;
    if (kind === TAG) {
      prefix += `#${tokens.text()} `;
      continue;
    }
    if (kind === OPEN_LIST || kind === OPEN_MAP || kind === OPEN_SET) {
      open.push({ kind, prefix, parts: [] });
      prefix = "";
      continue;
    }
    const closed = kind === CLOSE && prefix === "" ? open.pop() : undefined;
    if (closed === undefined && (kind === CLOSE || kind === END)) throw missingValue(tokens);
    if (closed !== undefined) text = closed.prefix + canonicalCollection(closed);
    else text = prefix + tokens.canonicalScalar(kind);
    prefix = "";
    const outer = open.at(-1);
    if (outer === undefined) return text;
    outer.parts.push(text);
  }
}

function canonicalCollection(value: OpenValue): string {
  if (value.kind === OPEN_LIST) return `[${value.parts.join(" ")}]`;
  if (value.kind === OPEN_SET) return `#{${value.parts.sort().join(" ")}}`;
  const pairs: string[] = [];
  for (let i = 0; i < value.parts.length; i += 2) {
    pairs.push(`${value.parts[i]} ${value.parts[i + 1] ?? "nil"}`);
  }
  return `{${pairs.sort().join(" ")}}`;
}
