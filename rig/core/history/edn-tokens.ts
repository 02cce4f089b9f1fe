/**
 * Tokens of EDN, straight from bytes. Commas are space, `;` and `#_` are skipped, tags are handed
 * on whatever their name. What EDN does not know but Clojure prints (ratios, `##NaN`, names with
 * odd characters) passes as a word: values are compared by their text, and few are looked into.
 */

import { malformed } from "./history-table.ts";
import { QUICK_EDN } from "./quick-writing.ts";
import {
  CLOSE,
  canonicalNumber,
  END,
  INTEGER,
  KEYWORD,
  NIL,
  NUMBER,
  OPEN_LIST,
  OPEN_MAP,
  OPEN_SET,
  STRING,
  TAG,
  Tokens,
  WORD,
} from "./tokens.ts";

/** `#_`: the value after it does not count. */
const DISCARD = -1;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x29;
const CLOSE_VECTOR = 0x5d;
const CLOSE_MAP = 0x7d;

/** 1 for bytes that end a token: space, brackets, quotes, comment. */
const ENDS_TOKEN = new Uint8Array(256);
for (const c of ' \t\r\n\f,()[]{}";') ENDS_TOKEN[c.charCodeAt(0)] = 1;

const ESCAPES: Readonly<Record<string, string>> = {
  t: "\t",
  r: "\r",
  n: "\n",
  b: "\b",
  f: "\f",
};

export class EdnTokens extends Tokens {
  readonly writing = QUICK_EDN;

  next(): number {
    let discards = 0;
    for (;;) {
      const kind = this.token();
      if (kind === DISCARD) {
        discards++;
      } else if (discards === 0) {
        return kind;
      } else if (kind === CLOSE || kind === END) {
        throw malformed(this.line, "a value is missing after #_");
      } else if (kind !== TAG) {
        // Inside a value that is skipped only the brackets count.
        if (kind === OPEN_LIST || kind === OPEN_MAP || kind === OPEN_SET) {
          const depth = this.depth - 1;
          while (this.depth > depth) this.token();
        }
        discards--;
      }
    }
  }

  smallInteger(): number {
    const { bytes } = this;
    let at = this.position;
    while (bytes[at] === 0x20 || bytes[at] === 0x2c) at++;
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
    if (after !== 0x20 && after !== CLOSE_VECTOR && after !== 0x2c && after !== CLOSE_LIST) {
      return -1;
    }
    this.position = at;
    return value;
  }

  text(): string {
    const text = this.decoded(this.start, this.stop);
    if (!this.hasEscapes) return text;
    return text.replace(/\\(u[0-9a-fA-F]{4}|[0-7]{1,3}|[\s\S])/g, (_, name: string) => {
      if (name.length === 5) return String.fromCharCode(Number.parseInt(name.slice(1), 16));
      if (/^[0-7]/.test(name)) return String.fromCharCode(Number.parseInt(name, 8));
      return ESCAPES[name] ?? name;
    });
  }

  canonicalScalar(kind: number): string {
    if (kind === STRING) return JSON.stringify(this.text());
    if (kind === KEYWORD) return `:${this.text()}`;
    if (kind === NIL) return "nil";
    if (kind === NUMBER) return canonicalNumber(this.text());
    if (kind !== INTEGER) return this.text();
    return Number.isNaN(this.integer) ? plainDigits(this.text()) : String(this.integer);
  }

  private token(): number {
    const byte = this.skipSpace();
    if (byte < 0) return END;
    switch (byte) {
      case 0x28:
        return this.open(CLOSE_LIST, OPEN_LIST);
      case 0x5b:
        return this.open(CLOSE_VECTOR, OPEN_LIST);
      case 0x7b:
        return this.open(CLOSE_MAP, OPEN_MAP);
      case CLOSE_LIST:
      case CLOSE_VECTOR:
      case CLOSE_MAP:
        if (this.closers.at(-1) !== byte) throw this.unexpected(byte, "another bracket");
        this.position++;
        this.closers.pop();
        return CLOSE;
      case QUOTE:
        return this.string();
      case BACKSLASH:
        return this.character();
      case 0x23:
        return this.dispatch();
      default:
        return this.word(byte);
    }
  }

  private skipSpace(): number {
    const { bytes } = this;
    let inComment = false;
    for (;;) {
      const byte = bytes[this.position];
      if (byte === undefined) {
        if (!this.isLast || this.closers.length > 0) throw this.noByte();
        return -1;
      }
      if (byte === 0x0a) {
        this.line++;
        inComment = false;
      } else if (byte === 0x3b) {
        inComment = true;
      } else if (!inComment && byte !== 0x20 && byte !== 0x2c && (byte < 0x09 || byte > 0x0d)) {
        return byte;
      }
      this.position++;
    }
  }

  private open(closer: number, kind: number): number {
    this.position++;
    this.closers.push(closer);
    return kind;
  }

  private string(): number {
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
      if (byte === 0x0a) this.line++;
      if (byte === BACKSLASH) {
        this.hasEscapes = true;
        at++;
      }
      at++;
    }
    this.stop = at;
    this.position = at + 1;
    return STRING;
  }

  /** `\a`, `\newline`, `\(`: the byte after the backslash always belongs to it. */
  private character(): number {
    if (this.bytes[this.position + 1] === undefined) throw this.noByte();
    this.endToken(this.position + 2);
    return WORD;
  }

  /** What follows a number sign: a set, a tag, a value to skip, or `##Inf`. */
  private dispatch(): number {
    const after = this.bytes[this.position + 1];
    if (after === undefined) throw this.noByte();
    if (after === 0x5f) {
      this.position += 2;
      return DISCARD;
    }
    if (after === 0x7b) {
      this.position++;
      return this.open(CLOSE_MAP, OPEN_SET);
    }
    if (after === QUOTE) {
      this.position++;
      this.string();
      return WORD;
    }
    if (ENDS_TOKEN[after] === 1) throw this.unexpected(after, "a tag after #");
    this.endToken(this.position + 1);
    if (after === 0x23) return WORD;
    this.start++;
    return TAG;
  }

  private word(byte: number): number {
    this.endToken(this.position + 1);
    if (byte === 0x3a) {
      this.start++;
      return KEYWORD;
    }
    const isSigned = byte === 0x2b || byte === 0x2d;
    const first = isSigned ? this.bytes[this.start + 1] : byte;
    if (first !== undefined && this.start + (isSigned ? 1 : 0) < this.stop) {
      if (first >= 0x30 && first <= 0x39) return this.number();
    }
    return this.is("nil") ? NIL : WORD;
  }

  private number(): number {
    let value = 0;
    let at = this.start;
    const sign = this.bytes[at];
    if (sign === 0x2b || sign === 0x2d) at++;
    for (; at < this.stop; at++) {
      const digit = (this.bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const isInteger = at === this.stop || (at === this.stop - 1 && this.bytes[at] === 0x4e);
    if (!isInteger) {
      // Clojure prints addresses such as 0x1f, in values that nobody looks into.
      const isNumber = /^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?$|^[+-]?\d+\/\d+$/.test(this.text());
      return isNumber ? NUMBER : WORD;
    }
    if (!Number.isSafeInteger(value)) value = Number.NaN;
    this.integer = sign === 0x2d ? 0 - value : value;
    return INTEGER;
  }

  /** Takes bytes from `from` on up to one that ends a token, and makes them the text. */
  private endToken(from: number): void {
    const { bytes } = this;
    let at = from;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) {
        if (!this.isLast) throw this.noByte();
        break;
      }
      if (ENDS_TOKEN[byte] === 1) break;
      at++;
    }
    this.start = this.position;
    this.stop = at;
    this.position = at;
    this.hasEscapes = false;
  }
}

/** `+0012N` as `12`: integers beyond 2^53 are compared by their digits. */
function plainDigits(text: string): string {
  const digits = text.replace(/^[+-]?0*|N$/g, "");
  return text.startsWith("-") ? `-${digits}` : digits;
}
