/**
 * Cuts the text of a DBC file into words, numbers, texts in quotes and marks, each with its line.
 * Texts may have several lines; comments of C++ are passed over.
 */

import { refuseLine } from "../trace/trace-reader.ts";
import { type Decimal, parseDecimal } from "./decimal.ts";

export type TokenKind = "word" | "number" | "text" | "mark" | "end";

const NUMBER = /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y;
// Names are those of C, but files have dots, dashes and letters of other languages in them.
const WORD = /[\p{L}\p{N}_][\p{L}\p{N}_.$-]*/uy;
const WORD_LETTER = /[\p{L}_]/u;
const REST_OF_LINE = /[^\S\r\n]*(?:[\r\n]|\/\/|$)/y;
const LINE_END = /[\r\n]/g;
const SHOWN = 30;

const LF = 10;
const CR = 13;
const BLANK = 32;
const QUOTE = 34;
const SLASH = 47;
const BACKSLASH = 92;

const isDigit = (code: number) => code >= 48 && code <= 57;
const isNamePart = (code: number) =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;

export class Scanner {
  kind: TokenKind = "end";
  /** Of a text what is between the quotes. */
  text = "";
  /** Where the token begins, from 1. */
  line = 1;
  /** Whether no other token stands before it on its line. */
  isFirstOfLine = true;
  readonly #source: string;
  #at = 0;
  #line = 1;
  #lastLine = 0;

  constructor(source: string) {
    this.#source = source;
    this.advance();
  }

  /** Goes to the next token. Throws `input.malformed` where a text never ends. */
  advance(): void {
    this.#passBlanks();
    this.line = this.#line;
    this.isFirstOfLine = this.#lastLine !== this.#line;
    const code = this.#codeAt(this.#at);
    if (Number.isNaN(code)) this.#set("end", "");
    else if (code === QUOTE) this.#quoted();
    else if (!this.#plain(code) && !this.#number() && !this.#word()) {
      this.#set("mark", String.fromCodePoint(this.#source.codePointAt(this.#at) ?? code));
      this.#at += this.text.length;
    }
    this.#lastLine = this.#line;
  }

  /** Whether no other token stands behind it on its line. */
  get isLastOfLine(): boolean {
    REST_OF_LINE.lastIndex = this.#at;
    return REST_OF_LINE.test(this.#source);
  }

  isMark(mark: string): boolean {
    return this.kind === "mark" && this.text === mark;
  }

  isWord(word: string): boolean {
    return this.kind === "word" && this.text === word;
  }

  /** Takes the mark if it comes next. */
  skipMark(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.advance();
    return true;
  }

  mark(mark: string, where: string): void {
    if (!this.skipMark(mark)) this.refuse(`"${mark}" ${where}`);
  }

  /** A name; some writers put it in quotes. */
  word(what: string): string {
    if (this.kind !== "word" && this.kind !== "number") this.refuse(what);
    return this.#taken();
  }

  quoted(what: string): string {
    if (this.kind !== "text") this.refuse(`${what} in quotes`);
    return this.#taken();
  }

  /** Any number, kept as the file has it. */
  decimal(what: string): Decimal {
    const sign = this.skipMark("-") ? "-" : "";
    if (sign === "") this.skipMark("+");
    if (this.kind !== "number") this.refuse(what);
    const decimal = parseDecimal(sign + this.text);
    if (decimal === null) this.refuse(`${what} of a sensible size`);
    this.advance();
    return decimal;
  }

  whole(what: string, max: number): number {
    const value = this.kind === "number" ? Number(this.text) : Number.NaN;
    if (!Number.isInteger(value) || value > max) this.refuse(`${what}, at most ${max},`);
    this.advance();
    return value;
  }

  /** Says what stands here instead of what is expected. */
  refuse(expected: string): never {
    const shown = this.text.length > SHOWN ? `${this.text.slice(0, SHOWN)}...` : this.text;
    const found = this.kind === "end" ? "the file ends" : `${JSON.stringify(shown)} stands`;
    refuseLine(this.line, `${found} where ${expected} is expected`);
  }

  #taken(): string {
    const { text } = this;
    this.advance();
    return text;
  }

  #set(kind: TokenKind, text: string): void {
    this.kind = kind;
    this.text = text;
  }

  /** NaN beyond the end. */
  #codeAt(at: number): number {
    return this.#source.charCodeAt(at);
  }

  /** Names and whole numbers of plain ASCII, which is nearly everything. */
  #plain(first: number): boolean {
    if (!isNamePart(first)) return false;
    const isNumber = isDigit(first);
    let end = this.#at + 1;
    let code = this.#codeAt(end);
    while (isNumber ? isDigit(code) : isNamePart(code)) code = this.#codeAt(++end);
    // Whether it goes on behind one of these is a matter for the patterns.
    if (code > 127 || code === 46 || code === 45 || code === 36) return false;
    if (isNumber && isNamePart(code)) return false;
    this.#take(isNumber ? "number" : "word", end);
    return true;
  }

  #number(): boolean {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.#source)) return false;
    // Names may begin with a digit: 4WD.
    if (WORD_LETTER.test(this.#source[NUMBER.lastIndex] ?? "")) return false;
    this.#take("number", NUMBER.lastIndex);
    return true;
  }

  #word(): boolean {
    WORD.lastIndex = this.#at;
    if (!WORD.test(this.#source)) return false;
    this.#take("word", WORD.lastIndex);
    return true;
  }

  #take(kind: TokenKind, end: number): void {
    this.#set(kind, this.#source.slice(this.#at, end));
    this.#at = end;
  }

  #quoted(): void {
    const from = this.#at + 1;
    let end = this.#source.indexOf('"', from);
    while (end >= 0 && this.#isEscaped(end, from)) end = this.#source.indexOf('"', end + 1);
    if (end < 0) refuseLine(this.line, "a text begins here and no quote ends it");
    const text = this.#source.slice(from, end);
    for (let at = from; at < end; at++) this.#countLine(at);
    this.#at = end + 1;
    this.#set("text", text.includes("\\") ? text.replaceAll('\\"', '"') : text);
  }

  /** Behind an odd number of backslashes. */
  #isEscaped(quote: number, from: number): boolean {
    let at = quote;
    while (at > from && this.#codeAt(at - 1) === BACKSLASH) at--;
    return (quote - at) % 2 === 1;
  }

  #passBlanks(): void {
    for (;;) {
      const code = this.#codeAt(this.#at);
      if (code === SLASH && this.#passComment()) continue;
      // Above ASCII, too, there are blanks, among them the byte order mark.
      const isBlank = code <= BLANK || (code > 127 && this.#source[this.#at]?.trim() === "");
      if (!isBlank || code === 0) return;
      this.#countLine(this.#at);
      this.#at++;
    }
  }

  #passComment(): boolean {
    const next = this.#source[this.#at + 1];
    if (next !== "/" && next !== "*") return false;
    if (next === "/") {
      LINE_END.lastIndex = this.#at;
      this.#at = LINE_END.exec(this.#source)?.index ?? this.#source.length;
      return true;
    }
    const end = this.#source.indexOf("*/", this.#at + 2);
    if (end < 0) refuseLine(this.#line, "a comment begins here and no */ ends it");
    for (; this.#at < end + 2; this.#at++) this.#countLine(this.#at);
    return true;
  }

  /** Lines end with LF, CR LF or CR alone. */
  #countLine(at: number): void {
    const code = this.#codeAt(at);
    if (code === LF || (code === CR && this.#codeAt(at + 1) !== LF)) this.#line++;
  }
}
