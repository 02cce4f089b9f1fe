/**
 * Tables in a plain form that can be compared, and reading from text in pieces.
 */

import {
  APPEND,
  type HistoryTable,
  READ_LIST,
  READ_NIL,
  READ_VALUE,
  WRITE,
} from "../../../rig/core/history/history-table.ts";
import { HistoryReader, readHistory } from "../../../rig/core/history/read-history.ts";

const KINDS: Readonly<Record<number, string>> = {
  [APPEND]: "append",
  [READ_NIL]: "r",
  [READ_LIST]: "r",
  [WRITE]: "w",
  [READ_VALUE]: "r",
};
const TYPES = ["invoke", "ok", "fail", "info"];

/** Everything in a table that does not depend on the numbers given to keys and elements. */
export function plain(table: HistoryTable) {
  return Array.from({ length: table.rows }, (_, row) => {
    const mops: unknown[] = [];
    for (let mop = table.mopStart[row] ?? 0; mop < (table.mopStart[row + 1] ?? 0); mop++) {
      mops.push([
        KINDS[table.mopKind[mop] ?? -1],
        table.names.key(table.mopKey[mop] ?? 0),
        argument(table, mop),
      ]);
    }
    return {
      index: table.index[row],
      type: TYPES[table.type[row] ?? -1],
      process: table.process[row],
      time: table.time[row],
      partner: table.partner[row],
      node: table.names.node(row),
      mops,
    };
  });
}

function argument(table: HistoryTable, mop: number): unknown {
  const kind = table.mopKind[mop];
  const at = table.mopElement[mop] ?? 0;
  if (kind === READ_NIL) return null;
  if (kind !== READ_LIST) return table.names.element(at);
  const list = table.lists.subarray(at, at + (table.mopLength[mop] ?? 0));
  return Array.from(list, (element) => table.names.element(element));
}

export function lines(table: HistoryTable): number[] {
  return [...table.line];
}

export function fromText(text: string): HistoryTable {
  return readHistory(new TextEncoder().encode(text));
}

/** Reads a text cut into pieces of these sizes, over and over. */
export function inPieces(text: string, sizes: readonly number[]): HistoryTable {
  const bytes = new TextEncoder().encode(text);
  const reader = new HistoryReader();
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = Math.max(1, sizes[piece % sizes.length] ?? 1);
    // A copy that is spoilt afterwards: the reader may not keep it.
    const chunk = bytes.slice(at, at + size);
    reader.feed(chunk);
    chunk.fill(0x58);
    at += size;
  }
  return reader.finish();
}
