/**
 * What became of updates: a version of a failed operation on which a successful one was built
 * (dirty-update), and several transactions that read the same state of a key and all appended to
 * it (lost-update).
 */

import {
  APPEND,
  FAIL,
  type HistoryTable,
  OK,
  READ_LIST,
  READ_NIL,
} from "../history/history-table.ts";
import type { AppendIndex } from "./append-index.ts";
import type { Findings } from "./findings.ts";
import {
  capital,
  elementText,
  indexOf,
  keyText,
  listText,
  operationText,
  readList,
} from "./texts.ts";
import { NONE } from "./transactions.ts";
import { longestReads } from "./version-order.ts";

export function checkDirtyUpdates(
  table: HistoryTable,
  index: AppendIndex,
  findings: Findings,
): void {
  if (!index.hasFailedWriters) return;
  const longest = longestReads(table, () => true);
  for (let key = 0; key < table.keys; key++) {
    const mop = longest[key] as number;
    if (mop === NONE) continue;
    // The failed element last passed that no successful one has followed yet.
    let failed = NONE;
    for (const element of new Set(readList(table, mop))) {
      const row = index.completed[element] as number;
      if (row === NONE) continue;
      if (table.type[row] === FAIL) {
        if (failed === NONE) failed = element;
      } else if (table.type[row] === OK) {
        if (failed !== NONE) {
          const elements = [failed, element] as const;
          findings.add("dirty-update", () => dirtyUpdate(table, index, elements));
        }
        failed = NONE;
      }
    }
  }
}

function dirtyUpdate(table: HistoryTable, index: AppendIndex, elements: readonly [number, number]) {
  const key = table.elementKey[elements[0]] as number;
  const failed = index.completed[elements[0]] as number;
  const built = index.completed[elements[1]] as number;
  return {
    explanation:
      `${capital(operationText(table, failed))} failed to append ` +
      `${elementText(table, elements[0])} to ${keyText(table, key)}, yet ` +
      `${operationText(table, built)} appended ${elementText(table, elements[1])} after it and ` +
      "succeeded.",
    operations: [indexOf(table, failed), indexOf(table, built)],
    key: table.names.key(key),
  };
}

/** Finds transactions that read the same value of a key, and then appended to the key. */
export function checkLostUpdates(table: HistoryTable, type: Uint8Array, findings: Findings): void {
  const values = new ReadValues(table);
  const firstRow = new Int32Array(values.count).fill(NONE);
  const ownFirstRow = new Map<string, number>();
  const groups = new Map<number | string, { mop: number; rows: number[] }>();
  const readIn = new Int32Array(table.keys).fill(NONE);
  const readMop = new Int32Array(table.keys);
  const doneIn = new Int32Array(table.keys).fill(NONE);
  for (let row = 0; row < table.rows; row++) {
    if (type[row] !== OK) continue;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      const key = table.mopKey[mop] as number;
      if (table.mopKind[mop] !== APPEND) {
        if (readIn[key] !== row) readMop[key] = mop;
        readIn[key] = row;
        continue;
      }
      if (readIn[key] !== row || doneIn[key] === row) continue;
      doneIn[key] = row;
      const read = readMop[key] as number;
      const value = values.of(read);
      let first: number;
      if (typeof value === "number") {
        first = firstRow[value] as number;
        if (first === NONE) firstRow[value] = row;
      } else {
        first = ownFirstRow.get(value) ?? NONE;
        if (first === NONE) ownFirstRow.set(value, row);
      }
      if (first === NONE) continue;
      const group = groups.get(value);
      if (group === undefined) groups.set(value, { mop: read, rows: [first, row] });
      else group.rows.push(row);
    }
  }
  for (const { mop, rows } of groups.values()) {
    findings.add("lost-update", () => lostUpdate(table, mop, rows));
  }
}

/** Numbers for (key, value read), or a text for the few lists that are stored on their own. */
class ReadValues {
  readonly count: number;
  private readonly table: HistoryTable;

  constructor(table: HistoryTable) {
    this.table = table;
    this.count = table.lists.length + 2 * table.keys;
  }

  of(mop: number): number | string {
    const { table } = this;
    const key = table.mopKey[mop] as number;
    if (table.mopKind[mop] === READ_NIL) return table.lists.length + 2 * key;
    const length = table.mopLength[mop] as number;
    if (length === 0) return table.lists.length + 2 * key + 1;
    const offset = table.mopElement[mop] as number;
    if (offset === table.sharedStart[key]) return offset + length - 1;
    return `${key}:${readList(table, mop).join()}`;
  }
}

function lostUpdate(table: HistoryTable, mop: number, rows: readonly number[]) {
  const key = table.mopKey[mop] as number;
  const value = table.mopKind[mop] === READ_LIST ? listText(table, readList(table, mop)) : "nil";
  const who = rows.slice(0, 4).map((row) => operationText(table, row));
  if (rows.length > who.length) who.push(`${rows.length - who.length} more`);
  return {
    explanation:
      `${capital(who.slice(0, -1).join(", "))} and ${who.at(-1)} all read ` +
      `${keyText(table, key)} as ${value} and then appended to it: each but one built on a state ` +
      "that was no longer the last.",
    operations: rows.map((row) => indexOf(table, row)),
    key: table.names.key(key),
  };
}
