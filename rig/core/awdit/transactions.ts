/**
 * A history as weak isolation levels see it: transactions in sessions, what each reads from which
 * other one, and which keys it writes. Reads of a key that the transaction has written itself tell
 * nothing of others and are left out. After Biswas and Enea, "On the Complexity of Checking
 * Transactional Consistency" (2019), section 2.
 *
 * A session is a process. Transactions are those that are ok, and those of unknown outcome of
 * which something was read: these have happened, and count with what they wrote.
 */

import { GrowableInt32 } from "../history/growable.ts";
import type { HistoryTable } from "../history/history-table.ts";

/** Wrote the initial state of every key, before all others. */
export const INITIAL = 0;

/** A read that no isolation level allows, as a sentence. */
export interface ReadFault {
  readonly row: number;
  readonly text: string;
}

export interface Transactions {
  readonly table: HistoryTable;
  /** With INITIAL; the others are in the order of the history. */
  readonly count: number;
  /** By transaction; -1 for INITIAL. */
  readonly row: Int32Array;
  /** Session, and place in it; sessions are numbered from 0. INITIAL has session -1. */
  readonly session: Int32Array;
  readonly place: Int32Array;
  readonly sessions: number;
  /** Reads of a transaction, in its order, are `readStart[t]` to `readStart[t + 1]`. */
  readonly readStart: Int32Array;
  readonly readKey: Int32Array;
  /** The transaction that wrote what was read. */
  readonly readFrom: Int32Array;
  /** Keys that a transaction writes, ascending. */
  readonly writeStart: Int32Array;
  readonly writeKey: Int32Array;
  /** Transactions of which one is known to come before the other, since lists show it. */
  readonly known: KnownOrder;
  readonly faults: readonly ReadFault[];
}

export interface KnownOrder {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly key: readonly number[];
}

/** What a workload makes of the micro-operations of a row that is ok. */
export interface ExternalRead {
  readonly key: number;
  /** Row of the writer; -1 for the initial state. */
  readonly writer: number;
}

export interface Workload {
  /** Rows that count as transactions, in the order of the history. */
  readonly rows: readonly number[];
  reads(row: number): readonly ExternalRead[];
  readonly writeKind: number;
  readonly faults: readonly ReadFault[];
}

export function transactionsOf(
  table: HistoryTable,
  workload: Workload,
  knownRows: KnownOrder,
): Transactions {
  const { rows } = workload;
  const count = rows.length + 1;
  const of = new Int32Array(table.rows).fill(-1);
  const row = new Int32Array(count).fill(-1);
  rows.forEach((each, i) => {
    of[each] = i + 1;
    row[i + 1] = each;
  });
  const sessions = sessionsOf(table, row);
  const readStart = new Int32Array(count + 1);
  const writeStart = new Int32Array(count + 1);
  const readKey = new GrowableInt32();
  const readFrom = new GrowableInt32();
  const writeKey = new GrowableInt32();
  for (let t = 1; t < count; t++) {
    for (const { key, writer } of workload.reads(row[t] as number)) {
      readKey.push(key);
      readFrom.push(writer < 0 ? INITIAL : (of[writer] as number));
    }
    for (const key of writtenKeys(table, row[t] as number, workload.writeKind)) writeKey.push(key);
    readStart[t + 1] = readKey.length;
    writeStart[t + 1] = writeKey.length;
  }
  const known = {
    from: knownRows.from.map((each) => of[each] as number),
    to: knownRows.to.map((each) => of[each] as number),
    key: knownRows.key,
  };
  return {
    table,
    count,
    row,
    ...sessions,
    readStart,
    readKey: readKey.finish(),
    readFrom: readFrom.finish(),
    writeStart,
    writeKey: writeKey.finish(),
    known,
    faults: workload.faults,
  };
}

export function writes({ writeStart, writeKey }: Transactions, t: number, key: number): boolean {
  let low = writeStart[t] as number;
  let high = writeStart[t + 1] as number;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((writeKey[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low < (writeStart[t + 1] as number) && writeKey[low] === key;
}

function sessionsOf(table: HistoryTable, row: Int32Array) {
  const session = new Int32Array(row.length).fill(-1);
  const place = new Int32Array(row.length);
  const numbers = new Map<number, number>();
  const lengths: number[] = [];
  for (let t = 1; t < row.length; t++) {
    const process = table.process[row[t] as number] as number;
    let number = numbers.get(process);
    if (number === undefined) {
      number = lengths.push(0) - 1;
      numbers.set(process, number);
    }
    session[t] = number;
    const length = lengths[number] as number;
    place[t] = length;
    lengths[number] = length + 1;
  }
  return { session, place, sessions: lengths.length };
}

function writtenKeys(table: HistoryTable, row: number, kind: number): number[] {
  const keys: number[] = [];
  const end = table.mopStart[row + 1] as number;
  for (let mop = table.mopStart[row] as number; mop < end; mop++) {
    const key = table.mopKey[mop] as number;
    if (table.mopKind[mop] === kind && !keys.includes(key)) keys.push(key);
  }
  return keys.sort((a, b) => a - b);
}
