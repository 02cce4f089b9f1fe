/**
 * Splits the bytes of a history into operations, whatever its form: a JSON array, JSON lines, EDN
 * maps one after another, or one EDN list of them. Bytes come in chunks of any size. An operation
 * that is cut by the end of a chunk is read again from its start when more have come, so whoever
 * takes operations must keep nothing of one before its last token.
 */

import { EdnTokens } from "./edn-tokens.ts";
import { malformed } from "./history-table.ts";
import { JsonTokens } from "./json-tokens.ts";
import { type Bookmark, CLOSE, END, INCOMPLETE, OPEN_LIST, type Tokens } from "./tokens.ts";

/**
 * Where so many bytes hold no whole operation a bracket or a quote is missing; the rest of the
 * file, of whatever size, is not gathered in memory to find out.
 */
const LONGEST_OPERATION = 64 << 20;

const NO_BYTES = new Uint8Array(0);

type Place = "before" | "among-maps" | "in-list" | "after";

export class OperationStream {
  private readonly take: (tokens: Tokens, first: number) => void;
  private readonly bookmark: Bookmark = { position: 0, line: 1, depth: 0, expected: 0 };
  private tokens: Tokens | undefined;
  private place: Place = "before";
  private pending: Uint8Array = NO_BYTES;
  /** Parsing waits for so many bytes, so that one huge operation is not begun at every chunk. */
  private wanted = 0;

  /** `take` gets the first token of each operation and takes the others. */
  constructor(take: (tokens: Tokens, first: number) => void) {
    this.take = take;
  }

  /** The bytes are not kept beyond the operation that they begin. */
  feed(chunk: Uint8Array): void {
    this.pending = joined(this.pending, chunk);
    if (this.pending.length >= this.wanted) this.parse(false);
  }

  finish(): void {
    this.parse(true);
  }

  private parse(isLast: boolean): void {
    if (this.tokens === undefined) {
      this.tokens = tokensFor(this.pending, isLast);
      this.pending = this.tokens === undefined ? this.pending.slice() : withoutMark(this.pending);
    }
    const { tokens, bookmark } = this;
    if (tokens === undefined) {
      if (this.pending.length > LONGEST_OPERATION) throw tooLong(1);
      this.wanted = this.pending.length * 2;
      return;
    }
    tokens.load(this.pending, isLast);
    const length = this.pending.length;
    try {
      do tokens.keep(bookmark);
      while (this.step(tokens));
      this.pending = NO_BYTES;
      this.wanted = 0;
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      tokens.goBack(bookmark);
      if (length - bookmark.position > LONGEST_OPERATION) throw tooLong(bookmark.line);
      // A copy, so that the chunk of the caller may be used again.
      this.pending = this.pending.slice(bookmark.position);
      this.wanted = bookmark.position === 0 ? length * 2 : 0;
    }
  }

  /** One operation or one bracket around them; false at the end of the file. */
  private step(tokens: Tokens): boolean {
    const kind = tokens.next();
    if (kind === END) return false;
    if (this.place === "after") {
      throw malformed(tokens.line, "more after the list of operations; expected the end");
    }
    if (this.place === "in-list" && kind === CLOSE) {
      this.place = "after";
      return true;
    }
    if (this.place === "before" && kind === OPEN_LIST) {
      this.place = "in-list";
      return true;
    }
    this.take(tokens, kind);
    if (this.place === "before") this.place = "among-maps";
    return true;
  }
}

/**
 * JSON begins an object with a quote, EDN with a colon. Undefined while the bytes that tell have
 * not come; an empty file, or an empty list, is taken for JSON.
 */
function tokensFor(bytes: Uint8Array, isLast: boolean): Tokens | undefined {
  let brackets = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x20 || isSpace(byte)) continue;
    const isOpening = byte === 0x5b || byte === 0x7b;
    if (!isOpening || brackets === 2) {
      return startsJson(byte) ? new JsonTokens() : new EdnTokens();
    }
    brackets = byte === 0x7b ? 2 : brackets + 1;
  }
  return isLast ? new JsonTokens() : undefined;
}

/** Some editors put the byte order mark of UTF-8 before a text. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef ? bytes.subarray(3) : bytes;
}

function startsJson(byte: number): boolean {
  return byte === 0x22 || byte === 0x5d || byte === 0x7d;
}

function isSpace(byte: number): boolean {
  const isMark = byte === 0xef || byte === 0xbb || byte === 0xbf;
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || isMark;
}

function tooLong(line: number): Error {
  const size = `${LONGEST_OPERATION >> 20} MiB`;
  return malformed(line, `no operation ends within ${size} of here; expected shorter ones`);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
