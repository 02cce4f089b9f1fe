/**
 * Reads a history from bytes, in any of the forms in use: a JSON array (as elle-cli wants it),
 * JSON lines, EDN with one map after another (Jepsen's `history.edn`), or one EDN vector or list
 * of maps. The form is told by the first bytes. Bytes come in chunks of any size, so a file may be
 * larger than the longest string of the engine; memory holds the table and one operation.
 */

import { EdnTokens } from "./edn-tokens.ts";
import { type HistoryTable, malformed } from "./history-table.ts";
import { JsonTokens } from "./json-tokens.ts";
import { OperationReader } from "./operation-reader.ts";
import { HistoryTableBuilder } from "./table-builder.ts";
import { type Bookmark, CLOSE, END, INCOMPLETE, OPEN_LIST, type Tokens } from "./tokens.ts";

const NO_BYTES = new Uint8Array(0);

/** Where the reader is in the file. */
const BEFORE = 0;
const AMONG_MAPS = 1;
const IN_LIST = 2;
const AFTER = 3;

export class HistoryReader {
  private readonly builder = new HistoryTableBuilder();
  private readonly operations = new OperationReader(this.builder);
  private readonly bookmark: Bookmark = { position: 0, line: 1, depth: 0, expected: 0 };
  private tokens: Tokens | undefined;
  private place = BEFORE;
  private pending: Uint8Array = NO_BYTES;
  /** Parsing waits for so many bytes, so that one huge operation is not begun at every chunk. */
  private wanted = 0;

  /** Takes the next bytes of the file; they are not kept beyond the operation they begin. */
  feed(chunk: Uint8Array): void {
    this.pending = joined(this.pending, chunk);
    if (this.pending.length >= this.wanted) this.parse(false);
  }

  /** The table, after the last byte was fed. Throws `input.malformed` with the line. */
  finish(): HistoryTable {
    this.parse(true);
    return this.builder.finish();
  }

  private parse(isLast: boolean): void {
    if (this.tokens === undefined) {
      this.tokens = tokensFor(this.pending, isLast);
      this.pending = this.tokens === undefined ? this.pending.slice() : withoutMark(this.pending);
    }
    const { tokens, bookmark } = this;
    if (tokens === undefined) return;
    tokens.load(this.pending, isLast);
    const length = this.pending.length;
    let mark = this.builder.mops.mark();
    try {
      do {
        tokens.keep(bookmark);
        mark = this.builder.mops.mark();
      } while (this.step(tokens));
      this.pending = NO_BYTES;
      this.wanted = 0;
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      tokens.goBack(bookmark);
      this.builder.mops.rollBack(mark);
      // A copy, so that the chunk of the caller may be used again.
      this.pending = this.pending.slice(bookmark.position);
      this.wanted = bookmark.position === 0 ? length * 2 : 0;
    }
  }

  /** One operation or one bracket around them; false at the end of the file. */
  private step(tokens: Tokens): boolean {
    const kind = tokens.next();
    if (this.place === AFTER) {
      if (kind === END) return false;
      throw malformed(tokens.line, "more after the list of operations; expected the end");
    }
    if (this.place === IN_LIST && kind === CLOSE) {
      this.place = AFTER;
      return true;
    }
    if (kind === END) return false;
    if (this.place === BEFORE && kind === OPEN_LIST) {
      this.place = IN_LIST;
      return true;
    }
    if (this.place === BEFORE) this.place = AMONG_MAPS;
    this.operations.read(tokens, kind);
    return true;
  }
}

/** The table of a whole file that is in memory. */
export function readHistory(bytes: Uint8Array): HistoryTable {
  const reader = new HistoryReader();
  reader.feed(bytes);
  return reader.finish();
}

/**
 * JSON begins an object with a quote, EDN with a colon. Undefined while the bytes that tell have
 * not come; an empty file, or an empty list, is taken for JSON.
 */
function tokensFor(bytes: Uint8Array, isLast: boolean): Tokens | undefined {
  let at = 0;
  let brackets = 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (isSpace(byte)) continue;
    const isOpening = byte === 0x5b || byte === 0x7b;
    if (!isOpening || ++brackets > 2) {
      return startsJson(byte) ? new JsonTokens() : new EdnTokens();
    }
    if (byte === 0x7b) break;
  }
  for (at++; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (!isSpace(byte)) return startsJson(byte) ? new JsonTokens() : new EdnTokens();
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

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
