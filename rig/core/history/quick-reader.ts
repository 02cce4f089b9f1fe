/**
 * The quick way through an operation in its usual writing, byte by byte into the columns. Nearly
 * all bytes of a large history are of this form. At anything else, be it odd or wrong, the reader
 * stops without a word, and the operation is read again from its start by way of tokens: what is
 * accepted, and every error, is decided there alone.
 */

import { APPEND, FAIL, INFO, INVOKE, OK, READ_NIL, READ_VALUE, WRITE } from "./history-table.ts";
import type { MopColumns } from "./mop-columns.ts";
import type { QuickWriting } from "./quick-writing.ts";
import type { RowFields } from "./table-builder.ts";

export const UNUSUAL = -1;

const NO_TYPE = -1;
const NEW_LINE = 0x0a;
const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
/** Integers of twice so many digits are exact. */
const HALF_DIGITS = 7;
const POWERS_OF_TEN = [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7];

export class QuickReader {
  private readonly mops: MopColumns;
  private readonly writing: QuickWriting;
  private bytes = new Uint8Array(0);
  /** Never an integer at first, so that a large one changes nothing for compiled code. */
  private integer = Number.NaN;

  constructor(mops: MopColumns, writing: QuickWriting) {
    this.mops = mops;
    this.writing = writing;
  }

  /**
   * Reads the fields of a map from the byte after its opening bracket. Returns where its closing
   * bracket is, or UNUSUAL; micro-operations may then have been added. A closing bracket has to
   * follow somewhere in the bytes: nothing here reads over one.
   */
  read(bytes: Uint8Array, from: number, fields: RowFields): number {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    fields.type = NO_TYPE;
    fields.index = null;
    fields.process = null;
    fields.time = -1;
    fields.node = null;
    let at = from;
    for (;;) {
      at = this.field(at, fields);
      if (at < 0) return UNUSUAL;
      const byte = bytes[at];
      if (byte === CLOSE_MAP) break;
      if (byte !== COMMA) return UNUSUAL;
      at = this.afterSpace(at + 1);
    }
    return fields.process === null || fields.type === NO_TYPE ? UNUSUAL : at;
  }

  /** Where the fields of the operation after this place begin: at once, or on the next line. */
  next(from: number, isInList: boolean): number {
    const { bytes } = this;
    let at = from;
    if (isInList && this.writing.separator === COMMA) {
      if (bytes[at] !== COMMA) return UNUSUAL;
      at++;
    }
    if (bytes[at] === NEW_LINE) at++;
    return bytes[at] === OPEN_MAP ? at + 1 : UNUSUAL;
  }

  /** Each step takes where it begins and returns where it ends; UNUSUAL leads to UNUSUAL. */
  private field(at: number, fields: RowFields): number {
    const { bytes, writing } = this;
    let stop: number;
    switch (bytes[at + 1]) {
      case 0x69:
        stop = this.digits(this.after(at, writing.index));
        fields.index = this.integer;
        return stop;
      case 0x70:
        stop = this.digits(this.after(at, writing.process));
        fields.process = this.integer;
        return stop;
      case 0x74:
        if (bytes[at + 2] === 0x79) return this.type(this.after(at, writing.type), fields);
        stop = this.digits(this.after(at, writing.time));
        fields.time = this.integer;
        return stop;
      case 0x76:
        return this.value(this.after(at, writing.value));
      case 0x6e:
        return this.node(at, fields);
      default:
        return this.other(at);
    }
  }

  /** A field that does not count, if it is a word or a number. */
  private other(from: number): number {
    const { bytes, writing } = this;
    if (bytes[from] !== writing.mark) return UNUSUAL;
    const at = this.after(this.letters(from + 1), writing.named);
    if (at < 0 || bytes[at] !== writing.mark) return this.digits(at);
    const stop = this.letters(at + 1);
    return stop === at + 1 ? UNUSUAL : this.matched(stop, writing.ended);
  }

  private node(from: number, fields: RowFields): number {
    const { bytes, writing } = this;
    const stop = this.other(from);
    const end = this.letters(from + 1);
    const isNode = bytes[from + 2] === 0x6f && bytes[from + 3] === 0x64 && bytes[from + 4] === 0x65;
    if (stop < 0 || end !== from + 5 || !isNode) return stop;
    const at = this.after(end, writing.named);
    const isWord = bytes[at] === writing.mark;
    const word = () => String.fromCharCode(...bytes.subarray(at + 1, this.letters(at + 1)));
    fields.node = isWord ? word() : String(this.integer);
    return stop;
  }

  private letters(from: number): number {
    let at = from;
    while ((this.bytes[at] as number) >= 0x61 && (this.bytes[at] as number) <= 0x7a) at++;
    return at;
  }

  private type(at: number, fields: RowFields): number {
    const { bytes, writing } = this;
    switch (at < 0 ? UNUSUAL : bytes[at + 1]) {
      case 0x6f:
        fields.type = OK;
        return this.matched(at, writing.ok);
      case 0x66:
        fields.type = FAIL;
        return this.matched(at, writing.fail);
      case 0x69:
        if (bytes[at + 3] === 0x76) {
          fields.type = INVOKE;
          return this.matched(at, writing.invoke);
        }
        fields.type = INFO;
        return this.matched(at, writing.info);
      default:
        return UNUSUAL;
    }
  }

  private value(from: number): number {
    const { bytes } = this;
    if (from < 0) return UNUSUAL;
    if (bytes[from] !== OPEN_LIST) return this.matched(from, this.writing.nil);
    let at = from + 1;
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      at = this.mop(at);
      if (at < 0) return UNUSUAL;
      const byte = bytes[at];
      if (byte === CLOSE_LIST) return at + 1;
      if (byte !== this.writing.separator) return UNUSUAL;
      at = this.afterSpace(at + 1);
    }
  }

  private mop(from: number): number {
    const { bytes, mops, writing } = this;
    const letter = bytes[from + 2];
    const isRead = letter === 0x72;
    const name = isRead ? writing.read : letter === 0x61 ? writing.append : writing.write;
    let at = this.digits(this.after(from, name));
    if (at < 0 || bytes[at] !== writing.separator) return UNUSUAL;
    const key = mops.keyNumbers.ofInteger(this.integer);
    at = this.afterSpace(at + 1);
    if (isRead && bytes[at] === OPEN_LIST) {
      at = this.list(at + 1, key);
    } else if (isRead && bytes[at] === writing.nil[0]) {
      at = this.matched(at, writing.nil);
      mops.add(READ_NIL, key, 0);
    } else {
      at = this.digits(at);
      if (at < 0) return UNUSUAL;
      const kind = isRead ? READ_VALUE : letter === 0x61 ? APPEND : WRITE;
      mops.add(kind, key, mops.elementNumbers.ofInteger(key, this.integer));
    }
    return at >= 0 && bytes[at] === CLOSE_LIST ? at + 1 : UNUSUAL;
  }

  /** Returns the position after the closing bracket. */
  private list(from: number, key: number): number {
    const { bytes, mops } = this;
    const { separator } = this.writing;
    const shared = mops.beginList(key);
    const integers = mops.elementNumbers.integers.array;
    let isShared = true;
    let count = 0;
    let at = from;
    let byte = bytes[at] as number;
    while (byte !== CLOSE_LIST) {
      const start = at;
      let value = 0;
      while (byte >= 0x30 && byte <= 0x39) {
        value = value * 10 + byte - 0x30;
        byte = bytes[++at] as number;
      }
      const length = at - start;
      if (length === 0 || length > 9 || (length > 1 && bytes[start] === 0x30)) return UNUSUAL;
      if (isShared && count < shared.length && integers[shared[count] as number] === value) {
        count++;
      } else {
        if (isShared) mops.listBegins(count);
        isShared = false;
        mops.listInteger(value);
      }
      if (byte === CLOSE_LIST) break;
      if (byte !== separator) return UNUSUAL;
      byte = bytes[++at] as number;
      if (byte === SPACE) byte = bytes[++at] as number;
      if (byte === CLOSE_LIST) return UNUSUAL;
    }
    if (isShared) mops.listBegins(count);
    mops.endList();
    return at + 1;
  }

  /** An unsigned integer without leading zero, into `integer`. */
  private digits(from: number): number {
    const { bytes } = this;
    if (from < 0) return UNUSUAL;
    let at = from;
    let value = 0;
    let byte = bytes[at] as number;
    const half = from + HALF_DIGITS;
    while (byte >= 0x30 && byte <= 0x39 && at < half) {
      value = value * 10 + byte - 0x30;
      byte = bytes[++at] as number;
    }
    this.integer = value;
    if (at === half) at = this.moreDigits(at);
    const length = at - from;
    const isPlain = length === 1 || (length > 1 && bytes[from] !== 0x30);
    return isPlain ? at : UNUSUAL;
  }

  /** Apart from the others, whose arithmetic is that of 32 bits. */
  private moreDigits(from: number): number {
    const { bytes } = this;
    let at = from;
    let value = 0;
    let byte = bytes[at] as number;
    while (byte >= 0x30 && byte <= 0x39) {
      if (at - from === HALF_DIGITS) return UNUSUAL;
      value = value * 10 + byte - 0x30;
      byte = bytes[++at] as number;
    }
    this.integer = this.integer * (POWERS_OF_TEN[at - from] as number) + value;
    return at;
  }

  private matched(from: number, text: Uint8Array): number {
    const { bytes } = this;
    for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return UNUSUAL;
    return from + text.length;
  }

  /** The position after a text and the space that may follow it. */
  private after(from: number, text: Uint8Array): number {
    const at = this.matched(from, text);
    return at < 0 ? UNUSUAL : this.afterSpace(at);
  }

  private afterSpace(at: number): number {
    return this.bytes[at] === SPACE ? at + 1 : at;
  }
}
