/**
 * Several transactions that read the same state of a key and all wrote to it after that
 * (lost-update). The same for lists and for registers.
 */

import {
  APPEND,
  type HistoryTable,
  OK,
  READ_NIL,
  READ_VALUE,
  WRITE,
} from "../history/history-table.ts";
import type { Findings } from "./findings.ts";
import { capital, keyText, operationText, readList, readText } from "./texts.ts";
import { NONE } from "./transactions.ts";

/** Finds transactions that read the same value of a key, and then wrote to the key. */
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
      if (!isWrite(table.mopKind[mop])) {
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
    this.count = table.lists.length + 2 * table.keys + table.elements;
  }

  of(mop: number): number | string {
    const { table } = this;
    const key = table.mopKey[mop] as number;
    if (table.mopKind[mop] === READ_NIL) return table.lists.length + 2 * key;
    if (table.mopKind[mop] === READ_VALUE) {
      return table.lists.length + 2 * table.keys + (table.mopElement[mop] as number);
    }
    const length = table.mopLength[mop] as number;
    if (length === 0) return table.lists.length + 2 * key + 1;
    const offset = table.mopElement[mop] as number;
    if (offset === table.sharedStart[key]) return offset + length - 1;
    return `${key}:${readList(table, mop).join()}`;
  }
}

function lostUpdate(table: HistoryTable, mop: number, rows: readonly number[]) {
  const key = table.mopKey[mop] as number;
  const who = rows.slice(0, 4).map((row) => operationText(table, row));
  if (rows.length > who.length) who.push(`${rows.length - who.length} more`);
  return {
    sentences: [
      `${capital(who.slice(0, -1).join(", "))} and ${who.at(-1)} all read ` +
        `${keyText(table, key)} as ${readText(table, mop)} and then wrote to it: each but one ` +
        "built on a state that was no longer the last.",
    ],
    rows,
    key: table.names.key(key),
    values: [readText(table, mop)],
  };
}

function isWrite(kind: number | undefined): boolean {
  return kind === APPEND || kind === WRITE;
}
