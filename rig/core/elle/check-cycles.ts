/**
 * Looks for cycles in a history of any workload: first over the whole history in the quick form of
 * its dependencies, then exactly among the transactions that may be on cycles together.
 */

import type { HistoryTable } from "../history/history-table.ts";
import { findCycles, SEARCH_GAVE_UP } from "./cycles.ts";
import type { Dependencies, EdgeSink } from "./dependencies.ts";
import type { Findings } from "./findings.ts";
import { EMPTY_GRAPH } from "./judge.ts";
import { LabelledEdges, stronglyConnectedParts } from "./labelled-graph.ts";
import { type Order, processPredecessors, RealtimeOrder } from "./order-edges.ts";
import { PROCESS, REALTIME } from "./relations.ts";
import type { CheckOptions } from "./result.ts";
import { findSuspects } from "./suspects.ts";
import { NONE } from "./transactions.ts";

/**
 * Many reads of one version and many writes after it have an edge for each pair. What is found
 * without the edges beyond this many is still true; that there is no more, is not.
 */
const DEFAULT_EDGES = 10_000_000;

/** Enough for any history of a test run; about a second of work in the worst case. */
const DEFAULT_STEPS = 50_000_000;

export interface CycleOptions {
  readonly findings: Findings;
  readonly order: Order;
  readonly limits: Pick<CheckOptions, "searchSteps" | "mostEdges">;
}

export function checkCycles(dependencies: Dependencies, options: CycleOptions): void {
  const { findings, order, limits } = options;
  const { table, explainedBy, prove } = dependencies;
  const { groups, isEmpty } = findSuspects(dependencies, order);
  if (isEmpty) {
    findings.add(EMPTY_GRAPH, () => ({
      sentences: ["No two transactions of this history depend on each other: nothing was checked."],
      rows: [],
    }));
  }
  if (groups.length === 0) return;
  const addOrder = orderEdges(table, order);
  for (const rows of groups) {
    const sink = new GroupEdges(rows, limits.mostEdges ?? DEFAULT_EDGES);
    dependencies.addEdgesAmong(rows, sink);
    for (const row of rows) addOrder(row, sink);
    if (sink.isFull) {
      findings.add(SEARCH_GAVE_UP, () => ({
        sentences: [`Only ${sink.most} of the edges between ${rows.length} operations were used.`],
        rows: [],
      }));
    }
    for (const part of stronglyConnectedParts(sink.list.graph(rows))) {
      findCycles(part, {
        findings,
        steps: limits.searchSteps ?? DEFAULT_STEPS,
        prove,
        explainedBy,
        table,
      });
    }
  }
}

/** Keeps the edges between the rows of one group. */
class GroupEdges implements EdgeSink {
  readonly list = new LabelledEdges();
  readonly most: number;
  private readonly number: ReadonlyMap<number, number>;

  constructor(rows: readonly number[], most: number) {
    this.most = most;
    this.number = new Map(rows.map((row, at) => [row, at]));
  }

  get isFull(): boolean {
    return this.list.length >= this.most;
  }

  add(fromRow: number, toRow: number, bit: number): void {
    if (this.isFull) return;
    const from = this.number.get(fromRow);
    const to = this.number.get(toRow);
    if (from !== undefined && to !== undefined) this.list.add(from, to, bit);
  }
}

/** Adds the edges of order into a row. */
function orderEdges(table: HistoryTable, order: Order) {
  if (order === "realtime") {
    const realtime = new RealtimeOrder(table);
    return (row: number, sink: EdgeSink) =>
      realtime.eachBefore(row, (from) => sink.add(from, row, REALTIME));
  }
  const before = order === "process" ? processPredecessors(table) : undefined;
  return (row: number, sink: EdgeSink) => {
    const from = before?.[row] ?? NONE;
    if (from !== NONE) sink.add(from, row, PROCESS);
  };
}
