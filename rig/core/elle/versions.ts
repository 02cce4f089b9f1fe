/**
 * Versions of registers by number: the elements of the history come first, then for each key its
 * nil, which it holds before any write.
 */

import { type HistoryTable, READ_NIL } from "../history/history-table.ts";
import { elementText } from "./texts.ts";

export function nilOf(table: HistoryTable, key: number): number {
  return table.elements + key;
}

export function isNil(table: HistoryTable, version: number): boolean {
  return version >= table.elements;
}

export function keyOfVersion(table: HistoryTable, version: number): number {
  if (isNil(table, version)) return version - table.elements;
  return table.elementKey[version] as number;
}

export function versionText(table: HistoryTable, version: number): string {
  return isNil(table, version) ? "nil" : elementText(table, version);
}

/** The version that a read found. */
export function versionRead(table: HistoryTable, mop: number): number {
  if (table.mopKind[mop] === READ_NIL) return nilOf(table, table.mopKey[mop] as number);
  return table.mopElement[mop] as number;
}
