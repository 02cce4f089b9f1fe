/**
 * Tokens of JSON, straight from bytes. The grammar of commas and colons is kept here, so that the
 * reader sees values and brackets only. A sequence of values without commas is taken outside all
 * brackets: JSON lines. Only a string with escapes is given to `JSON.parse`, alone.
 */

import { malformed } from "./history-table.ts";
import { QUICK_JSON } from "./quick-writing.ts";
import {
  CLOSE,
  canonicalNumber,
  END,
  INTEGER,
  NIL,
  NUMBER,
  OPEN_LIST,
  OPEN_MAP,
  STRING,
  Tokens,
  WORD,
} from "./tokens.ts";

/** What may come next. */
const ANY = 0;
const VALUE = 1;
const VALUE_OR_CLOSE = 2;
const KEY = 3;
const KEY_OR_CLOSE = 4;
const COMMA_OR_CLOSE = 5;

const CLOSE_LIST = 0x5d;
const CLOSE_MAP = 0x7d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

export class JsonTokens extends Tokens {
  readonly writing = QUICK_JSON;

  next(): number {
    let byte = this.skipSpace();
    if (byte < 0) return END;
    if (this.expected === COMMA_OR_CLOSE) {
      if (byte === COMMA) {
        this.position++;
        this.expected = this.closers.at(-1) === CLOSE_MAP ? KEY : VALUE;
        byte = this.skipSpace();
      } else if (byte !== CLOSE_LIST && byte !== CLOSE_MAP) {
        throw this.unexpected(byte, "a comma or a closing bracket");
      }
    }
    if (byte === CLOSE_LIST || byte === CLOSE_MAP) return this.close(byte);
    if (this.expected === KEY || this.expected === KEY_OR_CLOSE) return this.key(byte);
    return this.value(byte);
  }

  smallInteger(): number {
    const { bytes } = this;
    let at = this.position;
    if (this.expected === COMMA_OR_CLOSE) {
      if (bytes[at] !== COMMA) return -1;
      at++;
      if (bytes[at] === 0x20) at++;
    }
    const start = at;
    let value = 0;
    let digit = (bytes[at] as number) - 0x30;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at++;
      digit = (bytes[at] as number) - 0x30;
    }
    if (at === start || at - start > 9) return -1;
    const after = bytes[at];
    if (after !== COMMA && after !== CLOSE_LIST) return -1;
    if (bytes[start] === 0x30 && at - start > 1) return -1;
    this.position = at;
    this.expected = COMMA_OR_CLOSE;
    return value;
  }

  override passMap(position: number, line: number): void {
    super.passMap(position, line);
    this.afterValue();
  }

  text(): string {
    if (!this.hasEscapes) return this.decoded(this.start, this.stop);
    try {
      return JSON.parse(this.decoded(this.start - 1, this.stop + 1)) as string;
    } catch {
      throw malformed(this.line, "a string with a wrong escape");
    }
  }

  canonicalScalar(kind: number): string {
    if (kind === STRING) return JSON.stringify(this.text());
    if (kind === NIL) return "nil";
    if (kind === NUMBER) return canonicalNumber(this.text());
    if (kind === INTEGER && !Number.isNaN(this.integer)) return String(this.integer);
    return this.text();
  }

  private skipSpace(): number {
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte === undefined) {
        if (!this.isLast || this.closers.length > 0) throw this.noByte();
        return -1;
      }
      if (byte === 0x0a) this.line++;
      else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return byte;
      this.position++;
    }
  }

  private close(byte: number): number {
    const isAllowed = this.expected !== VALUE && this.expected !== KEY;
    if (!isAllowed || this.closers.at(-1) !== byte) throw this.unexpected(byte, "a value");
    this.position++;
    this.closers.pop();
    this.afterValue();
    return CLOSE;
  }

  private afterValue(): void {
    this.expected = this.closers.length === 0 ? ANY : COMMA_OR_CLOSE;
  }

  private key(byte: number): number {
    if (byte !== QUOTE) throw this.unexpected(byte, "a field name in double quotes");
    this.string();
    const { start, stop, hasEscapes } = this;
    const colon = this.skipSpace();
    if (colon !== 0x3a) throw this.unexpected(colon, "a colon");
    this.position++;
    this.expected = VALUE;
    this.start = start;
    this.stop = stop;
    this.hasEscapes = hasEscapes;
    return STRING;
  }

  private value(byte: number): number {
    if (byte === 0x5b || byte === 0x7b) {
      this.position++;
      this.closers.push(byte + 2);
      this.expected = byte === 0x5b ? VALUE_OR_CLOSE : KEY_OR_CLOSE;
      return byte === 0x5b ? OPEN_LIST : OPEN_MAP;
    }
    let kind: number;
    if (byte === QUOTE) {
      this.string();
      kind = STRING;
    } else if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) {
      kind = this.number();
    } else {
      kind = this.word(byte);
    }
    this.afterValue();
    return kind;
  }

  private string(): void {
    const { bytes } = this;
    let at = this.position + 1;
    this.start = at;
    this.hasEscapes = false;
    for (;;) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined) {
        this.position = at;
        throw this.noByte();
      }
      if (byte < 0x20) throw this.unexpected(byte, "a closing quote before the end of the line");
      if (byte === BACKSLASH) {
        this.hasEscapes = true;
        at++;
      }
      at++;
    }
    this.stop = at;
    this.position = at + 1;
  }

  private number(): number {
    this.hasEscapes = false;
    const { bytes } = this;
    const start = this.position;
    let at = bytes[start] === MINUS ? start + 1 : start;
    const first = at;
    let value = 0;
    let digit = (bytes[at] as number) - 0x30;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at++;
      digit = (bytes[at] as number) - 0x30;
    }
    const isPlain = at > first && (bytes[first] !== 0x30 || at === first + 1);
    if (!isPlain || continuesNumber(bytes[at])) return this.otherNumber(at);
    if (bytes[at] === undefined && !this.isLast) throw this.noByte();
    this.start = start;
    this.stop = at;
    this.position = at;
    this.integer = Number.isSafeInteger(value) ? (first === start ? value : 0 - value) : Number.NaN;
    return INTEGER;
  }

  /** A number with a fraction or an exponent, or none at all. */
  private otherNumber(from: number): number {
    const { bytes } = this;
    let at = from;
    while (continuesNumber(bytes[at])) at++;
    if (bytes[at] === undefined && !this.isLast) throw this.noByte();
    this.start = this.position;
    this.stop = at;
    const text = this.decoded(this.start, at);
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) {
      throw malformed(this.line, `${text} is no number of JSON`);
    }
    this.position = at;
    return NUMBER;
  }

  private word(byte: number): number {
    const { bytes } = this;
    let at = this.position;
    for (;;) {
      const next = bytes[at];
      if (next === undefined) {
        if (!this.isLast) throw this.noByte();
        break;
      }
      if (next < 0x61 || next > 0x7a) break;
      at++;
    }
    this.start = this.position;
    this.stop = at;
    this.hasEscapes = false;
    if (this.is("null")) {
      this.position = at;
      return NIL;
    }
    if (!this.is("true") && !this.is("false")) throw this.unexpected(byte, "a value");
    this.position = at;
    return WORD;
  }
}

/** Digits, signs, points and exponents. */
function continuesNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const isDigit = byte >= 0x30 && byte <= 0x39;
  return (
    isDigit || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === MINUS
  );
}
