/**
 * What the search for cycles asks of a workload: the dependencies between transactions that its
 * data prove, in two forms. The quick form has helper vertices, stays linear in the size of the
 * history and may hold a little more than is proven; it only tells where cycles may be. The exact
 * form is asked for the few transactions that are left.
 */

import type { HistoryTable } from "../history/history-table.ts";
import type { EdgeList } from "./components.ts";
import type { ProveStep } from "./cycles.ts";
import type { ExplainedBy } from "./relations.ts";

export interface QuickGraph {
  /** Vertices: the rows of the history, and helpers after them. */
  readonly nodes: number;
  /** The data relate no two transactions. */
  readonly isEmpty: boolean;
}

export interface Dependencies {
  readonly table: HistoryTable;
  /** Types of the rows, with the invocations that count as transactions made INFO. */
  readonly type: Uint8Array;
  readonly explainedBy: ExplainedBy;
  readonly prove: ProveStep;
  addQuickEdges(list: EdgeList): QuickGraph;
  /** May add an edge more than once, and edges from other rows; never one to itself. */
  addEdgesAmong(rows: readonly number[], sink: EdgeSink): void;
}

export interface EdgeSink {
  /** Takes no more: there is no use in adding. */
  readonly isFull: boolean;
  add(from: number, to: number, bit: number): void;
}
