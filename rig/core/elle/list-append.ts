/**
 * The list-append checker: is this history one that a database of the given consistency model
 * could have produced? Anomalies, their names and the verdict are Elle's (0.2.7); `garbage-read`
 * is added. A valid history is judged in time linear in its size; exact graphs are built only for
 * transactions that are on cycles.
 */

import type { HistoryTable } from "../history/history-table.ts";
import { AppendEdges } from "./append-edges.ts";
import { indexAppends, NONE } from "./append-index.ts";
import { proveAppendStep } from "./append-proofs.ts";
import { findCycles, SEARCH_GAVE_UP } from "./cycles.ts";
import { Findings } from "./findings.ts";
import { EMPTY_GRAPH, judge, orderFor } from "./judge.ts";
import { LabelledEdges, stronglyConnectedParts } from "./labelled-graph.ts";
import { canonicalModel, forbiddenBy } from "./lattice.ts";
import { type Order, processPredecessors, RealtimeOrder } from "./order-edges.ts";
import { checkReads } from "./read-checks.ts";
import { PROCESS, REALTIME } from "./relations.ts";
import type { CheckOptions, CheckResult } from "./result.ts";
import { findSuspects } from "./suspects.ts";
import { checkTransactions } from "./transaction-checks.ts";
import { checkDirtyUpdates, checkLostUpdates } from "./update-checks.ts";
import { checkOrders, versionOrder } from "./version-order.ts";

/**
 * Many reads of one version and many appends that no read shows have an edge for each pair. What
 * is found without the edges beyond this many is still true; that there is no more, is not.
 */
const MOST_EDGES = 10_000_000;

/** Enough for any history of a test run; about a second of work in the worst case. */
const DEFAULT_STEPS = 50_000_000;

/**
 * Throws `usage.unknown-model` for a model that is none, `input.malformed` for a history with
 * other micro-operations or with one element appended twice.
 */
export function checkListAppend(history: HistoryTable, options: CheckOptions): CheckResult {
  const model = canonicalModel(options.consistency);
  const index = indexAppends(history);
  const findings = new Findings();
  const versions = versionOrder(history, index);
  // Made-up elements apart from the longest read make that read incompatible with it, and Elle
  // tells no more than this; but a model that allows it must still not allow made-up elements.
  const isTold = !forbiddenBy(model).has("incompatible-order");
  checkReads(history, index, {
    findings,
    tellsGarbage: (element) => isTold || versions.place[element] !== NONE,
  });
  checkTransactions(history, index.type, findings);
  checkOrders(history, index, findings);
  checkDirtyUpdates(history, index, findings);
  checkLostUpdates(history, index.type, findings);
  checkCycles(new AppendEdges(history, index, versions), {
    findings,
    order: orderFor(model),
    steps: options.searchSteps ?? DEFAULT_STEPS,
  });
  return judge(model, findings, history);
}

interface CycleOptions {
  readonly findings: Findings;
  readonly order: Order;
  readonly steps: number;
}

function checkCycles(edges: AppendEdges, options: CycleOptions): void {
  const { findings, order, steps } = options;
  const { table } = edges;
  const { groups, isEmpty } = findSuspects(edges, order);
  if (isEmpty) {
    findings.add(EMPTY_GRAPH, () => ({
      explanation: "No two transactions of this history depend on each other: nothing was checked.",
      operations: [],
    }));
  }
  if (groups.length === 0) return;
  const addOrder = orderEdges(table, order);
  for (const rows of groups) {
    const number = new Map(rows.map((row, at) => [row, at]));
    const list = new LabelledEdges();
    rows.forEach((row, to) => {
      const add = (from: number, bit: number) => {
        const known = number.get(from);
        if (known !== undefined && list.length < MOST_EDGES) list.add(known, to, bit);
      };
      edges.eachEdgeInto(row, add);
      addOrder(row, add);
    });
    if (list.length === MOST_EDGES) {
      findings.add(SEARCH_GAVE_UP, () => ({
        explanation: `Only ${MOST_EDGES} of the edges between ${rows.length} operations were used.`,
        operations: [],
      }));
    }
    for (const part of stronglyConnectedParts(list.graph(rows))) {
      findCycles(part, {
        findings,
        steps,
        prove: (from, to, relation) => proveAppendStep(edges, from, to, relation),
        indexOf: (row) => table.index[row] as number,
      });
    }
  }
}

/** Visits the edges of order into a row. */
function orderEdges(table: HistoryTable, order: Order) {
  if (order === "realtime") {
    const realtime = new RealtimeOrder(table);
    return (row: number, add: (from: number, bit: number) => void) =>
      realtime.eachBefore(row, (from) => add(from, REALTIME));
  }
  const before = order === "process" ? processPredecessors(table) : undefined;
  return (row: number, add: (from: number, bit: number) => void) => {
    const from = before?.[row] ?? -1;
    if (from >= 0) add(from, PROCESS);
  };
}
