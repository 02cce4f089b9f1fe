/**
 * Who appended each element, by outcome. Refuses what can't be judged: micro-operations that are
 * neither reads nor appends, and one element appended to a key by two invocations.
 *
 * An invocation that never completes is no transaction, as in Elle; but where one of its appends
 * was read it did happen, and it is taken as one of unknown outcome (Elle stops there).
 */

import {
  APPEND,
  FAIL,
  type HistoryTable,
  INFO,
  INVOKE,
  malformed,
  READ_VALUE,
  WRITE,
} from "../history/history-table.ts";
import { NONE } from "./transactions.ts";

/** All arrays but `type` are by element and hold a row, or NONE. */
export interface AppendIndex {
  /** Types of the rows, with the invocations that count as transactions made INFO. */
  readonly type: Uint8Array;
  readonly invoked: Int32Array;
  /** The transaction, ok or info, that appended it. */
  readonly writer: Int32Array;
  readonly failedWriter: Int32Array;
  /** The last completion of any type that appended it. */
  readonly completed: Int32Array;
  /** The last operation that appended it and then appended to the same key again. */
  readonly intermediate: Int32Array;
  readonly hasFailedWriters: boolean;
  /** How many appends a completion repeats; invocations that do are refused. */
  readonly repeated: number;
  readonly firstRepeated: number;
}

export function indexAppends(table: HistoryTable): AppendIndex {
  const perElement = () => new Int32Array(table.elements).fill(NONE);
  const index = {
    type: table.type.slice(),
    invoked: perElement(),
    writer: perElement(),
    failedWriter: perElement(),
    completed: perElement(),
    intermediate: perElement(),
    hasFailedWriters: false,
    repeated: 0,
    firstRepeated: NONE,
  };
  const seen = new Int32Array(table.keys).fill(NONE);
  for (let row = 0; row < table.rows; row++) {
    const first = table.mopStart[row] as number;
    // Backwards: an append is intermediate if one to the same key has been seen already.
    for (let mop = (table.mopStart[row + 1] as number) - 1; mop >= first; mop--) {
      const kind = table.mopKind[mop] as number;
      if (kind === WRITE || kind === READ_VALUE) throw notListAppend(table, row, kind);
      if (kind !== APPEND) continue;
      const element = table.mopElement[mop] as number;
      const key = table.mopKey[mop] as number;
      if (seen[key] === row) index.intermediate[element] = row;
      seen[key] = row;
      const type = table.type[row] as number;
      if (type === INVOKE) {
        const other = index.invoked[element] as number;
        if (other !== NONE) throw appendedTwice(table, element, [other, row]);
        index.invoked[element] = row;
      } else {
        if (index.completed[element] !== NONE) {
          if (index.repeated++ === 0) index.firstRepeated = element;
        }
        index.completed[element] = row;
        if (type === FAIL) {
          index.failedWriter[element] = row;
          index.hasFailedWriters = true;
        } else {
          index.writer[element] = row;
        }
      }
    }
  }
  admitOpenInvocations(table, index);
  return index;
}

function admitOpenInvocations(table: HistoryTable, index: AppendIndex): void {
  for (const element of table.lists) {
    if (index.completed[element] !== NONE) continue;
    const row = index.invoked[element] as number;
    // One that completed without this append has changed its mind; that is not its own outcome.
    if (row === NONE || table.partner[row] !== NONE || index.type[row] === INFO) continue;
    index.type[row] = INFO;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      if (table.mopKind[mop] !== APPEND) continue;
      const appended = table.mopElement[mop] as number;
      if (index.writer[appended] === NONE) index.writer[appended] = row;
    }
  }
}

function notListAppend(table: HistoryTable, row: number, kind: number): Error {
  const found = kind === WRITE ? "a write (w)" : "a read of something that is no list";
  return malformed(
    table.line[row] as number,
    `operation ${table.index[row]} has ${found}; expected r and append of list-append`,
  );
}

function appendedTwice(
  table: HistoryTable,
  element: number,
  rows: readonly [number, number],
): Error {
  const key = table.names.key(table.elementKey[element] as number);
  const first = table.line[rows[0]];
  return malformed(
    table.line[rows[1]] as number,
    `${table.names.element(element)} is appended to key ${key} a second time (first on line ` +
      `${first}); expected each element once`,
  );
}
