/**
 * The order in which the elements of a key were appended, as the longest read of the key shows it,
 * and reads that contradict each other about it (incompatible-order).
 */

import { APPEND, type HistoryTable, READ_LIST } from "../history/history-table.ts";
import type { AppendIndex } from "./append-index.ts";
import type { Findings } from "./findings.ts";
import { compareInSet } from "./set-order.ts";
import { capital, keyText, listText, operationText, readList } from "./texts.ts";
import { isPossible, NONE } from "./transactions.ts";

export interface VersionOrder {
  /** By key: where its elements begin in `order`; one entry more than there are keys. */
  readonly start: Int32Array;
  /** Elements in the order of their versions. */
  readonly order: Int32Array;
  /** By element: its place in `order`, or NONE where no longest read has it. */
  readonly place: Int32Array;
  /** By key: the micro-operation of the longest read, or NONE. */
  readonly longest: Int32Array;
}

/**
 * Micro-operation of the longest read of each key among these rows. Of several that are equally
 * long the last in set order, as in Elle; only elements that are integers have such an order, of
 * others the first is taken.
 */
export function longestReads(table: HistoryTable, isCounted: (row: number) => boolean): Int32Array {
  const longest = new Int32Array(table.keys).fill(NONE);
  const lengths = new Int32Array(table.keys);
  for (let row = 0; row < table.rows; row++) {
    if (!isCounted(row)) continue;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      const length = table.mopLength[mop] as number;
      const key = table.mopKey[mop] as number;
      if (length === 0 || length < (lengths[key] as number)) continue;
      if (length > (lengths[key] as number) || isLaterInSet(table, mop, longest[key] as number)) {
        lengths[key] = length;
        longest[key] = mop;
      }
    }
  }
  return longest;
}

function isLaterInSet(table: HistoryTable, mop: number, than: number): boolean {
  if (table.mopElement[mop] === table.mopElement[than]) return false;
  const values = Array.from(readList(table, mop), (element) => integerOf(table, element));
  const others = Array.from(readList(table, than), (element) => integerOf(table, element));
  return compareInSet(values, others) > 0;
}

/** The integer that an element is; 0 for all others. */
function integerOf(table: HistoryTable, element: number): number {
  const value = Number(table.names.element(element));
  return Number.isSafeInteger(value) ? value : 0;
}

export function versionOrder(table: HistoryTable, index: AppendIndex): VersionOrder {
  const longest = longestReads(table, (row) => isPossible(index.type[row]));
  const only = onlyAppends(table, index);
  const start = new Int32Array(table.keys + 1);
  const order = new Int32Array(table.elements);
  const place = new Int32Array(table.elements).fill(NONE);
  let length = 0;
  for (let key = 0; key < table.keys; key++) {
    start[key] = length;
    const mop = longest[key] as number;
    if (mop !== NONE) {
      for (const element of readList(table, mop)) {
        if (place[element] !== NONE) continue;
        place[element] = length;
        order[length++] = element;
      }
    } else if ((only[key] as number) >= 0) {
      const element = only[key] as number;
      place[element] = length;
      order[length++] = element;
    }
  }
  start[table.keys] = length;
  return { start, order: order.subarray(0, length), place, longest };
}

/** By key: the element, if there is just one append to it; it needs no read to have its place. */
function onlyAppends(table: HistoryTable, index: AppendIndex): Int32Array {
  const several = -2;
  const only = new Int32Array(table.keys).fill(NONE);
  for (let row = 0; row < table.rows; row++) {
    if (!isPossible(index.type[row])) continue;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      if (table.mopKind[mop] !== APPEND) continue;
      const key = table.mopKey[mop] as number;
      only[key] = only[key] === NONE ? (table.mopElement[mop] as number) : several;
    }
  }
  return only;
}

interface KeyRead {
  readonly row: number;
  readonly mop: number;
  readonly list: Int32Array;
}

/** Reads of one key must all be prefixes of each other; one anomaly per key where they are not. */
export function checkOrders(table: HistoryTable, index: AppendIndex, findings: Findings): void {
  // Nearly always: no read is apart from the shared list of its key.
  if (table.keys === 0 || table.sharedStart[0] === 0) return;
  const readsOf = new Map<number, KeyRead[]>();
  // First the keys that have a read apart from the shared list, then all reads of those.
  for (const isFirst of [true, false]) {
    for (let row = 0; row < table.rows; row++) {
      if (!isPossible(index.type[row])) continue;
      const end = table.mopStart[row + 1] as number;
      for (let mop = table.mopStart[row] as number; mop < end; mop++) {
        if (table.mopKind[mop] !== READ_LIST || table.mopLength[mop] === 0) continue;
        const key = table.mopKey[mop] as number;
        if (!isFirst) readsOf.get(key)?.push({ row, mop, list: readList(table, mop) });
        else if (table.mopElement[mop] !== table.sharedStart[key]) readsOf.set(key, []);
      }
    }
    if (readsOf.size === 0) return;
  }
  for (const reads of readsOf.values()) {
    reads.sort((a, b) => a.list.length - b.list.length);
    for (let i = 1; i < reads.length; i++) {
      const shorter = reads[i - 1] as KeyRead;
      const longer = reads[i] as KeyRead;
      if (isPrefix(shorter.list, longer.list)) continue;
      findings.add("incompatible-order", () => incompatible(table, shorter, longer));
      break;
    }
  }
}

function isPrefix(shorter: Int32Array, longer: Int32Array): boolean {
  if (shorter.byteOffset === longer.byteOffset) return true;
  for (let i = 0; i < shorter.length; i++) if (shorter[i] !== longer[i]) return false;
  return true;
}

function incompatible(table: HistoryTable, a: KeyRead, b: KeyRead) {
  const key = table.mopKey[a.mop] as number;
  return {
    sentences: [
      `${capital(operationText(table, a.row))} read ${keyText(table, key)} as ` +
        `${listText(table, a.list)}, ${operationText(table, b.row)} as ` +
        `${listText(table, b.list)}: no single order of appends gives both.`,
    ],
    rows: [a.row, b.row],
    key: table.names.key(key),
  };
}
