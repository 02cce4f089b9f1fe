/**
 * What one transaction shows by itself: reads that contradict its own earlier reads and appends
 * (internal), and reads of what it only appended afterwards (future-read). At most one of each
 * per transaction. Only transactions that touch a key twice are looked into.
 */

import { APPEND, type HistoryTable, OK, READ_LIST, READ_NIL } from "../history/history-table.ts";
import type { Findings } from "./findings.ts";
import {
  capital,
  elementText,
  keyText,
  listText,
  operationText,
  readList,
  readText,
} from "./texts.ts";

const NO_ELEMENTS = new Int32Array(0);

/** What a transaction must find in a key: a list it read, if any, and what it appended since. */
interface Expected {
  /** `unknown`: the key was appended to before it was read; `nil`: read as nil. */
  readonly base: Int32Array | "nil" | "unknown";
  readonly appended: number[];
}

export function checkTransactions(table: HistoryTable, type: Uint8Array, findings: Findings): void {
  const seen = new Int32Array(table.keys).fill(-1);
  for (let row = 0; row < table.rows; row++) {
    if (type[row] !== OK) continue;
    const end = table.mopStart[row + 1] as number;
    let hasRepeatedKey = false;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      const key = table.mopKey[mop] as number;
      if (seen[key] === row) hasRepeatedKey = true;
      seen[key] = row;
    }
    if (!hasRepeatedKey) continue;
    checkInternal(table, row, findings);
    checkFuture(table, row, findings);
  }
}

function checkInternal(table: HistoryTable, row: number, findings: Findings): void {
  const byKey = new Map<number, Expected>();
  const end = table.mopStart[row + 1] as number;
  for (let mop = table.mopStart[row] as number; mop < end; mop++) {
    const key = table.mopKey[mop] as number;
    const expected = byKey.get(key);
    if (table.mopKind[mop] === APPEND) {
      const element = table.mopElement[mop] as number;
      if (expected === undefined) byKey.set(key, { base: "unknown", appended: [element] });
      else expected.appended.push(element);
      continue;
    }
    const isNil = table.mopKind[mop] === READ_NIL;
    const read = isNil ? NO_ELEMENTS : readList(table, mop);
    if (expected !== undefined && !agrees(expected, read, isNil)) {
      findings.add("internal", () => internalAnomaly(table, { row, mop }, expected));
      return;
    }
    byKey.set(key, { base: isNil ? "nil" : read, appended: [] });
  }
}

function agrees(expected: Expected, read: Int32Array, isNil: boolean): boolean {
  const { base, appended } = expected;
  if (base === "nil" && appended.length === 0) return isNil;
  if (isNil && appended.length === 0) return false;
  const known = base === "nil" || base === "unknown" ? NO_ELEMENTS : base;
  const tail = read.length - appended.length;
  if (base === "unknown" ? tail < 0 : tail !== known.length) return false;
  for (let i = 0; i < appended.length; i++) {
    if (read[tail + i] !== appended[i]) return false;
  }
  // Two prefixes of the same stored list need no comparison.
  const isSameStore = known.byteOffset === read.byteOffset;
  if (base === "unknown" || isSameStore) return true;
  for (let i = 0; i < known.length; i++) if (read[i] !== known[i]) return false;
  return true;
}

function internalAnomaly(
  table: HistoryTable,
  at: { row: number; mop: number },
  expected: Expected,
) {
  const key = table.mopKey[at.mop] as number;
  const read = readText(table, at.mop);
  return {
    sentences: [
      `${capital(operationText(table, at.row))} read ${keyText(table, key)} as ${read}, but by ` +
        `its own earlier reads and appends it should have found ${expectedText(table, expected)}.`,
    ],
    rows: [at.row],
    key: table.names.key(key),
  };
}

function expectedText(table: HistoryTable, expected: Expected): string {
  const { base, appended } = expected;
  if (base === "nil" && appended.length === 0) return "nil";
  if (base === "unknown") return `a list that ends with ${listText(table, appended)}`;
  const known = base === "nil" ? NO_ELEMENTS : base;
  return listText(table, [...known, ...appended]);
}

function checkFuture(table: HistoryTable, row: number, findings: Findings): void {
  const first = table.mopStart[row] as number;
  const end = table.mopStart[row + 1] as number;
  for (let mop = first; mop < end; mop++) {
    if (table.mopKind[mop] !== APPEND) continue;
    const element = table.mopElement[mop] as number;
    for (let read = first; read < mop; read++) {
      const isSameKey = table.mopKey[read] === table.mopKey[mop];
      if (!isSameKey || table.mopKind[read] !== READ_LIST) continue;
      if (!readList(table, read).includes(element)) continue;
      findings.add("future-read", () => {
        const key = table.mopKey[mop] as number;
        return {
          sentences: [
            `${capital(operationText(table, row))} read ${elementText(table, element)} in ` +
              `${keyText(table, key)} before it appended it itself.`,
          ],
          rows: [row],
          key: table.names.key(key),
          values: [elementText(table, element)],
        };
      });
      return;
    }
  }
}
