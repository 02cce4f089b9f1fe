/**
 * Words for explanations: operations, lists and values of a history as a person would say them.
 * Long lists are cut to their end, where the differences are.
 */

import type { HistoryTable } from "../history/history-table.ts";

const SHOWN_ELEMENTS = 12;

/** `operation 7 (process 3)`, by the index in the history. */
export function operationText(table: HistoryTable, row: number): string {
  return `operation ${table.index[row]} (process ${table.process[row]})`;
}

export function keyText(table: HistoryTable, key: number): string {
  return `key ${table.names.key(key)}`;
}

export function elementText(table: HistoryTable, element: number): string {
  return table.names.element(element);
}

/** A list of elements; of a long one the end, where the differences are. */
export function listText(table: HistoryTable, elements: Iterable<number>): string {
  const names = Array.from(elements, (element) => table.names.element(element));
  const hidden = names.length - SHOWN_ELEMENTS;
  if (hidden <= 0) return `[${names.join(" ")}]`;
  return `[(${hidden} more) ${names.slice(hidden).join(" ")}]`;
}

/** The list that a READ_LIST has read. */
export function readList(table: HistoryTable, mop: number): Int32Array {
  const offset = table.mopElement[mop] as number;
  return table.lists.subarray(offset, offset + (table.mopLength[mop] as number));
}

export function indexOf(table: HistoryTable, row: number): number {
  return table.index[row] as number;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
