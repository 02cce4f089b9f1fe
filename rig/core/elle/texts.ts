/**
 * Words for explanations: operations, lists and values of a history as a person would say them.
 * Long lists are cut to their end, where the differences are.
 */

import { type HistoryTable, INVOKE, READ_LIST, READ_NIL } from "../history/history-table.ts";
import { timeText } from "../time/time-text.ts";
import type { CycleStep, Relation } from "./result.ts";
import { NONE } from "./transactions.ts";

const SHOWN_ELEMENTS = 12;

/** `operation 7 (process 3, node n1, 1.500 ms to 2.000 ms)`, by the index in the history. */
export function operationText(table: HistoryTable, row: number): string {
  const details = [`process ${table.process[row]}`];
  const node = nodeOfRow(table, row);
  if (node !== undefined) details.push(`node ${node}`);
  const times = timesText(table, row);
  if (times !== undefined) details.push(times);
  return `operation ${table.index[row]} (${details.join(", ")})`;
}

/** The row of the invocation, and that of the completion; NONE where there is none. */
export function spanOf(table: HistoryTable, row: number): readonly [number, number] {
  const partner = table.partner[row] as number;
  return table.type[row] === INVOKE ? [row, partner] : [partner, row];
}

/** An operation's node may be named at its invocation, its completion or both. */
export function nodeOfRow(table: HistoryTable, row: number): string | undefined {
  const partner = table.partner[row] as number;
  return table.names.node(row) ?? (partner === NONE ? undefined : table.names.node(partner));
}

function timesText(table: HistoryTable, row: number): string | undefined {
  const [invoked, completed] = spanOf(table, row).map((each) => timeOf(table, each));
  if (invoked === undefined) return completed === undefined ? undefined : `at ${completed}`;
  return completed === undefined ? `from ${invoked} on` : `${invoked} to ${completed}`;
}

/** Time of a row in words, where it has one. */
export function timeOf(table: HistoryTable, row: number): string | undefined {
  const timeNs = row === NONE ? -1 : (table.time[row] as number);
  return timeNs < 0 ? undefined : timeText(timeNs);
}

export function keyText(table: HistoryTable, key: number): string {
  return `key ${table.names.key(key)}`;
}

export function elementText(table: HistoryTable, element: number): string {
  return table.names.element(element);
}

/** A list of elements; of a long one the end, where the differences are. */
export function listText(
  table: HistoryTable,
  elements: Iterable<number>,
  shown = SHOWN_ELEMENTS,
): string {
  const names = Array.from(elements, (element) => table.names.element(element));
  const hidden = names.length - shown;
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

/** What an explanation calls the operation of a row: a short name, or all that is known of it. */
export type NameOf = (row: number) => string;

/** The step of a cycle that comes from order; one from data has its own reason over this. */
export function orderStep(table: HistoryTable, edge: RowEdge, nameOf: NameOf): CycleStep {
  const { from, to, relation } = edge;
  const step = { from: indexOf(table, from), to: indexOf(table, to), relation };
  const [first, second] = [nameOf(from), nameOf(to)];
  if (relation === "process") {
    const who = `process ${table.process[from]}`;
    return { ...step, because: `${who} was done with ${first} before it began ${second}` };
  }
  const [invoked] = spanOf(table, to);
  const because =
    `${first} had completed ${momentText(table, from)} before ${second} was invoked ` +
    momentText(table, invoked === NONE ? to : invoked);
  return { ...step, because };
}

/** `at 1.500 ms (index 7)`. */
function momentText(table: HistoryTable, row: number): string {
  const time = timeOf(table, row);
  const index = `index ${indexOf(table, row)}`;
  return time === undefined ? `at ${index}` : `at ${time} (${index})`;
}

const SHOWN_CHARACTERS = 240;

/** Transactions of hundreds of micro-operations are told in detail elsewhere. */
export function cutText(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}
