/**
 * Edges between transactions that come from order, not from data. Realtime: an operation that
 * completed before another was invoked comes before it; only edges that don't follow from others
 * are given. Process: the successful operations of one process come in their order.
 *
 * Realtime needs no graph search: the direct predecessors of an operation are the successful
 * completions before its invocation, from the latest invocation on that one of those had.
 */

import { type HistoryTable, INFO, INVOKE, OK } from "../history/history-table.ts";
import { NONE } from "./transactions.ts";

export type Order = "none" | "process" | "realtime";

export class RealtimeOrder {
  private readonly table: HistoryTable;
  /** Rows of successful completions, ascending. */
  private readonly oks: number[] = [];
  /** By row of a successful completion: its place in `oks`. */
  readonly place: Int32Array;
  /** By row of an invocation: which of `oks` are its direct predecessors. `first` ascends. */
  readonly first: Int32Array;
  private readonly end: Int32Array;

  constructor(table: HistoryTable) {
    this.table = table;
    this.place = new Int32Array(table.rows);
    this.first = new Int32Array(table.rows);
    this.end = new Int32Array(table.rows);
    let latestInvocation = NONE;
    let first = 0;
    for (let row = 0; row < table.rows; row++) {
      if (table.type[row] === INVOKE) {
        while (first < this.oks.length && (this.oks[first] as number) < latestInvocation) first++;
        this.first[row] = first;
        this.end[row] = this.oks.length;
      } else if (table.type[row] === OK && table.partner[row] !== NONE) {
        this.place[row] = this.oks.length;
        this.oks.push(row);
        latestInvocation = Math.max(latestInvocation, table.partner[row] as number);
      }
    }
  }

  eachBefore(row: number, visit: (from: number) => void): void {
    const isInvocation = this.table.type[row] === INVOKE;
    const invocation = isInvocation ? row : (this.table.partner[row] as number);
    if (invocation === NONE) return;
    const end = this.end[invocation] as number;
    for (let at = this.first[invocation] as number; at < end; at++) visit(this.oks[at] as number);
  }
}

/** By row: the successful completion of the same process before it, or NONE. */
export function processPredecessors(table: HistoryTable): Int32Array {
  const before = new Int32Array(table.rows).fill(NONE);
  const last = new Map<number, number>();
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] !== OK) continue;
    const process = table.process[row] as number;
    before[row] = last.get(process) ?? NONE;
    last.set(process, row);
  }
  return before;
}

/**
 * Realtime order with at most three edges an operation, for finding out whether there are cycles
 * at all: a chain of barriers, one for each successful completion. The row of the invocation
 * serves as the barrier's vertex. `type` has open invocations that count as INFO.
 */
export function barrierEdges(
  table: HistoryTable,
  type: Uint8Array,
  visit: (from: number, to: number) => void,
): void {
  let last = NONE;
  for (let row = 0; row < table.rows; row++) {
    const partner = table.partner[row] as number;
    if (table.type[row] === INVOKE) {
      const isOpen = partner === NONE && type[row] === INFO;
      if (last !== NONE && (partner !== NONE || isOpen)) visit(last, isOpen ? row : partner);
    } else if (table.type[row] === OK && partner !== NONE) {
      visit(row, partner);
      if (last !== NONE) visit(last, partner);
      last = partner;
    }
  }
}
