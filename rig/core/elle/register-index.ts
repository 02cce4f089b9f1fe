/**
 * What each transaction shows of registers to others: its external reads (of a key that it had not
 * written yet) and its external writes (the last one of each key). A touch is both, for one key of
 * one transaction. Versions of a key are its values, and nil, which it holds at first.
 *
 * Refuses what can't be judged: other micro-operations, nil as a value that is written, a value
 * that was read and has two writers, and, as Elle does, keys of several kinds.
 */

import { GrowableInt32 } from "../history/growable.ts";
import {
  APPEND,
  FAIL,
  type HistoryTable,
  malformed,
  OK,
  READ_LIST,
  WRITE,
} from "../history/history-table.ts";
import { grouped } from "./counting.ts";
import { isPossible, NONE } from "./transactions.ts";
import { refuseMixedKinds } from "./type-sanity.ts";
import { isNil, versionRead } from "./versions.ts";

/** Touches of transactions that are ok, and those of info that write. */
export interface Touches {
  /** By row: where its touches begin; one entry more than there are rows. */
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly key: Int32Array;
  /** Version read, always NONE for info; version written; NONE for none. */
  readonly read: Int32Array;
  readonly write: Int32Array;
}

/** Rows by version: those of `version` are `rows[start[version]]` to `rows[start[version + 1]]`. */
export interface VersionRows {
  readonly start: Int32Array;
  readonly rows: Int32Array;
}

export interface RegisterIndex {
  /** How many versions there are. */
  readonly versions: number;
  readonly touches: Touches;
  /** Transactions that are ok and wrote, or read, this version externally. */
  readonly writers: VersionRows;
  readonly readers: VersionRows;
  /** By element: a row, or NONE. */
  readonly failedWriter: Int32Array;
  /** The last operation that wrote it and then wrote to the same key again. */
  readonly intermediate: Int32Array;
  /** By element: 1 where any operation writes it. */
  readonly isWritten: Uint8Array;
  /** Elements with more than one writer that nobody read. */
  readonly repeated: readonly number[];
}

export function indexRegisters(table: HistoryTable): RegisterIndex {
  const failedWriter = new Int32Array(table.elements).fill(NONE);
  const intermediate = new Int32Array(table.elements).fill(NONE);
  const isWritten = new Uint8Array(table.elements);
  const seen = new Int32Array(table.keys).fill(NONE);
  for (let row = 0; row < table.rows; row++) {
    const first = table.mopStart[row] as number;
    // Backwards: a write is intermediate if one to the same key has been seen already.
    for (let mop = (table.mopStart[row + 1] as number) - 1; mop >= first; mop--) {
      const kind = table.mopKind[mop] as number;
      if (kind === APPEND || kind === READ_LIST) throw notRegister(table, row, kind);
      if (kind !== WRITE) continue;
      const element = table.mopElement[mop] as number;
      const key = table.mopKey[mop] as number;
      isWritten[element] = 1;
      if (table.type[row] === FAIL) failedWriter[element] = row;
      if (seen[key] === row) intermediate[element] = row;
      seen[key] = row;
    }
  }
  const touches = touchesOf(table);
  const versions = table.elements + table.keys;
  const isOk = (touch: number) => table.type[touches.row[touch] as number] === OK;
  const writers = rowsByVersion(touches, versions, (t) =>
    isOk(t) ? (touches.write[t] as number) : NONE,
  );
  const readers = rowsByVersion(touches, versions, (t) => touches.read[t] as number);
  refuseMixedKinds(table);
  const repeated: number[] = [];
  for (let element = 0; element < table.elements; element++) {
    if (isWritten[element] === 0) continue;
    checkElement(table, element, writers, readers);
    const count = (writers.start[element + 1] as number) - (writers.start[element] as number);
    if (count > 1) repeated.push(element);
  }
  return { versions, touches, writers, readers, failedWriter, intermediate, isWritten, repeated };
}

/** What the transaction finds of the key first: a nil that it then overwrites tells nothing. */
export function firstVersion(table: HistoryTable, touches: Touches, touch: number): number {
  const read = touches.read[touch] as number;
  const write = touches.write[touch] as number;
  return write !== NONE && (read === NONE || isNil(table, read)) ? write : read;
}

/** What the transaction leaves in the key. */
export function finalVersion(touches: Touches, touch: number): number {
  const write = touches.write[touch] as number;
  return write === NONE ? (touches.read[touch] as number) : write;
}

function touchesOf(table: HistoryTable): Touches {
  const start = new Int32Array(table.rows + 1);
  const row = new GrowableInt32();
  const key = new GrowableInt32();
  const read = new GrowableInt32();
  const write = new GrowableInt32();
  const touchOf = new Int32Array(table.keys).fill(NONE);
  for (let at = 0; at < table.rows; at++) {
    const first = row.length;
    start[at] = first;
    if (!isPossible(table.type[at])) continue;
    const end = table.mopStart[at + 1] as number;
    for (let mop = table.mopStart[at] as number; mop < end; mop++) {
      const isWrite = table.mopKind[mop] === WRITE;
      if (!isWrite && table.type[at] !== OK) continue;
      const mopKey = table.mopKey[mop] as number;
      const known = touchOf[mopKey] as number;
      if (known >= first) {
        if (isWrite) write.array[known] = table.mopElement[mop] as number;
        continue;
      }
      touchOf[mopKey] = row.length;
      row.push(at);
      key.push(mopKey);
      read.push(isWrite ? NONE : versionRead(table, mop));
      write.push(isWrite ? (table.mopElement[mop] as number) : NONE);
    }
  }
  start[table.rows] = row.length;
  return {
    start,
    row: row.finish(),
    key: key.finish(),
    read: read.finish(),
    write: write.finish(),
  };
}

function rowsByVersion(
  touches: Touches,
  versions: number,
  versionOf: (touch: number) => number,
): VersionRows {
  const { start, items } = grouped(touches.row.length, versions, versionOf);
  return { start, rows: items.map((touch) => touches.row[touch] as number) };
}

function checkElement(
  table: HistoryTable,
  element: number,
  writers: VersionRows,
  readers: VersionRows,
): void {
  const first = writers.start[element] as number;
  const isRead = (readers.start[element + 1] as number) > (readers.start[element] as number);
  const isTwice = isRead && (writers.start[element + 1] as number) - first > 1;
  const isNilWritten = table.names.element(element) === "nil";
  if (!isTwice && !isNilWritten) return;
  const key = `key ${table.names.key(table.elementKey[element] as number)}`;
  if (isNilWritten) {
    throw malformed(
      lineOfWrite(table, element),
      `nil is written to ${key}; expected another value, nil is what a key holds at first`,
    );
  }
  const lines = [writers.rows[first], writers.rows[first + 1]].map(
    (row) => table.line[row as number],
  );
  throw malformed(
    lines[1] as number,
    `${table.names.element(element)} is written to ${key} a second time (first on line ` +
      `${lines[0]}), and read; expected each value once`,
  );
}

function lineOfWrite(table: HistoryTable, element: number): number {
  let row = 0;
  for (let mop = 0; mop < table.mopKind.length; mop++) {
    while ((table.mopStart[row + 1] as number) <= mop) row++;
    if (table.mopKind[mop] === WRITE && table.mopElement[mop] === element) break;
  }
  return table.line[row] as number;
}

function notRegister(table: HistoryTable, row: number, kind: number): Error {
  const found = kind === APPEND ? "an append" : "a read of a list";
  return malformed(
    table.line[row] as number,
    `operation ${table.index[row]} has ${found}; expected r and w of rw-register`,
  );
}
