/**
 * Words for explanations: operations, lists and values of a history as a person would say them.
 * Long lists are cut to their end, where the differences are.
 */

import { type HistoryTable, READ_LIST, READ_NIL } from "../history/history-table.ts";
import type { CycleStep, Relation } from "./result.ts";
import { NONE } from "./transactions.ts";

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

/** What a read has found: a list, a value or nil. */
export function readText(table: HistoryTable, mop: number): string {
  const kind = table.mopKind[mop];
  if (kind === READ_LIST) return listText(table, readList(table, mop));
  return kind === READ_NIL ? "nil" : elementText(table, table.mopElement[mop] as number);
}

export function indexOf(table: HistoryTable, row: number): number {
  return table.index[row] as number;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** An edge between two rows, as it is explained. */
export interface RowEdge {
  readonly from: number;
  readonly to: number;
  readonly relation: Relation;
}

/** The step of a cycle that comes from order; one from data has its own reason over this. */
export function orderStep(table: HistoryTable, { from, to, relation }: RowEdge): CycleStep {
  const step = { from: indexOf(table, from), to: indexOf(table, to), relation };
  const [first, second] = [operationText(table, from), operationText(table, to)];
  if (relation === "process") {
    return { ...step, because: `${first} came before ${second} in the same process` };
  }
  const invocation = table.partner[to] as number;
  const at = invocation === NONE ? step.to : indexOf(table, invocation);
  const because = `${first} had completed when ${second} was invoked (at index ${at})`;
  return { ...step, because };
}
