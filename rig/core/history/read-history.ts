/**
 * Reads a history from bytes, in any of the forms in use: a JSON array (as elle-cli wants it),
 * JSON lines, EDN with one map after another (Jepsen's `history.edn`), or one EDN vector or list
 * of maps. The form is told by the first bytes. Bytes come in chunks of any size, so a file may be
 * larger than the longest string of the engine; memory holds the table and one operation.
 */

import type { HistoryTable } from "./history-table.ts";
import { OperationReader } from "./operation-reader.ts";
import { OperationStream } from "./operation-stream.ts";
import { HistoryTableBuilder } from "./table-builder.ts";
import type { Tokens } from "./tokens.ts";

export class HistoryReader {
  private readonly builder = new HistoryTableBuilder();
  private readonly operations = new OperationReader(this.builder);
  private readonly stream = new OperationStream((tokens, first) => this.take(tokens, first));

  /** Takes the next bytes of the file; they are not kept beyond the operation they begin. */
  feed(chunk: Uint8Array): void {
    this.stream.feed(chunk);
  }

  /** The table, after the last byte was fed. Throws `input.malformed` with the line. */
  finish(): HistoryTable {
    this.stream.finish();
    return this.builder.finish();
  }

  private take(tokens: Tokens, first: number): void {
    try {
      this.operations.read(tokens, first);
    } catch (error) {
      // The operation may only be cut by the end of a chunk: it is read again from its start.
      this.builder.mops.rollBack();
      throw error;
    }
  }
}

/** The table of a whole file that is in memory. */
export function readHistory(bytes: Uint8Array): HistoryTable {
  const reader = new HistoryReader();
  reader.feed(bytes);
  return reader.finish();
}
