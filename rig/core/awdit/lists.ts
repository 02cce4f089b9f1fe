/**
 * Lists as transactions: a read is one of the writer of the last element, and the list itself
 * shows in which order its writers came. An append that is in no list came after all that are.
 */

import { elementText, keyText, operationText } from "../elle/texts.ts";
import { APPEND, type HistoryTable, OK, READ_LIST, READ_NIL } from "../history/history-table.ts";
import {
  type ExternalRead,
  type KnownOrder,
  type ReadFault,
  type Transactions,
  transactionsOf,
} from "./transactions.ts";
import { rowsThatCount, type Writers, writersOf, wrongSource } from "./writers.ts";

const NONE = -1;

interface Reading {
  readonly table: HistoryTable;
  readonly writers: Writers;
  /** By key: the read with the longest list, or NONE. */
  readonly longest: Int32Array;
  readonly faults: ReadFault[];
}

export function listTransactions(table: HistoryTable): Transactions {
  const writers = writersOf(table, APPEND);
  const longest = longestReads(table);
  const reading: Reading = { table, writers, longest, faults: [] };
  const reads = new Map<number, readonly ExternalRead[]>();
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] === OK) reads.set(row, externalReads(reading, row));
  }
  // All that is in a list has happened, not only what is at its end.
  const isRead = new Uint8Array(table.rows);
  for (const mop of longest) {
    if (mop === NONE) continue;
    for (const element of listOf(table, mop)) {
      const writer = writers.possible[element] as number;
      if (writer !== NONE) isRead[writer] = 1;
    }
  }
  const workload = {
    rows: rowsThatCount(table, isRead),
    reads: (row: number) => reads.get(row) ?? [],
    writeKind: APPEND,
    faults: reading.faults,
  };
  return transactionsOf(table, workload, knownOrder(reading, workload.rows));
}

function longestReads(table: HistoryTable): Int32Array {
  const longest = new Int32Array(table.keys).fill(NONE);
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] !== OK) continue;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      if (table.mopKind[mop] !== READ_LIST) continue;
      const key = table.mopKey[mop] as number;
      const best = longest[key] as number;
      const length = table.mopLength[mop] as number;
      if (best === NONE || length > (table.mopLength[best] as number)) longest[key] = mop;
    }
  }
  return longest;
}

function listOf(table: HistoryTable, mop: number): Int32Array {
  const offset = table.mopElement[mop] as number;
  return table.lists.subarray(offset, offset + (table.mopLength[mop] as number));
}

function externalReads(reading: Reading, row: number): ExternalRead[] {
  const { table, faults } = reading;
  const external: ExternalRead[] = [];
  const own = new Map<number, number[]>();
  const end = table.mopStart[row + 1] as number;
  for (let mop = table.mopStart[row] as number; mop < end; mop++) {
    const kind = table.mopKind[mop];
    const key = table.mopKey[mop] as number;
    const appended = own.get(key) ?? [];
    if (kind === APPEND) {
      own.set(key, [...appended, table.mopElement[mop] as number]);
    } else if (kind === READ_NIL || kind === READ_LIST) {
      const list = kind === READ_NIL ? new Int32Array(0) : listOf(table, mop);
      const wrong = wrongList(reading, { row, mop, key, list, appended });
      if (wrong !== null) {
        faults.push({ row, text: `${operationText(table, row)} reads ${wrong}` });
      } else if (appended.length === 0) {
        const last = list.at(-1);
        const writer = last === undefined ? NONE : (reading.writers.possible[last] as number);
        external.push({ key, writer });
      }
    }
  }
  return external;
}

interface ListRead {
  readonly row: number;
  readonly mop: number;
  readonly key: number;
  readonly list: Int32Array;
  /** What the transaction has appended to the key so far. */
  readonly appended: readonly number[];
}

function wrongList(reading: Reading, read: ListRead): string | null {
  const { table, writers, longest } = reading;
  const { row, mop, key, list, appended } = read;
  const others = list.length - appended.length;
  if (!appended.every((element, i) => list[others + i] === element)) {
    return `${keyText(table, key)} and doesn't find what it has just appended`;
  }
  const best = longest[key] as number;
  if (mop === best) {
    const wrong = wrongElement(reading, list);
    if (wrong !== null) return wrong;
  } else if (best !== NONE && !isPrefix(table, mop, best)) {
    return `${keyText(table, key)} in another order than other operations`;
  }
  if (others <= 0) return null;
  const last = list[others - 1] as number;
  if (writers.possible[last] === row) {
    return `${elementText(table, last)} of ${keyText(table, key)} before it appends it`;
  }
  return appended.length > 0 ? null : wrongSource(table, writers, last);
}

/** Looks at all elements; for the longest list of each key only, as the others are parts of it. */
function wrongElement({ table, writers }: Reading, list: Int32Array): string | null {
  const seen = new Set<number>();
  for (const element of list) {
    if (seen.has(element)) return `${elementText(table, element)} twice in one list`;
    seen.add(element);
    if (writers.possible[element] === NONE) return wrongSource(table, writers, element);
  }
  return null;
}

function isPrefix(table: HistoryTable, mop: number, of: number): boolean {
  if (table.mopKind[mop] === READ_NIL || table.mopElement[mop] === table.mopElement[of]) {
    return true;
  }
  const longer = listOf(table, of);
  return listOf(table, mop).every((element, i) => element === longer[i]);
}

function knownOrder({ table, writers, longest }: Reading, rows: readonly number[]): KnownOrder {
  const order = { from: [] as number[], to: [] as number[], key: [] as number[] };
  const add = (key: number, from: number, to: number) => {
    if (from === NONE || to === NONE || from === to) return;
    order.from.push(from);
    order.to.push(to);
    order.key.push(key);
  };
  const isListed = new Uint8Array(table.elements);
  const lastWriter = new Int32Array(table.keys).fill(NONE);
  for (let key = 0; key < table.keys; key++) {
    const mop = longest[key] as number;
    if (mop === NONE) continue;
    for (const element of listOf(table, mop)) {
      isListed[element] = 1;
      const writer = writers.possible[element] as number;
      add(key, lastWriter[key] as number, writer);
      lastWriter[key] = writer;
    }
  }
  for (const row of rows) {
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      const key = table.mopKey[mop] as number;
      if (table.mopKind[mop] !== APPEND || isListed[table.mopElement[mop] as number] === 1)
        continue;
      add(key, lastWriter[key] as number, row);
    }
  }
  return order;
}
