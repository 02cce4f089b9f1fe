/**
 * The quick answer to "is there any cycle?" over a whole history, and where not to look for one.
 * The graph here has helper vertices, which keep it linear in the size of the history: those of
 * the workload, and barriers for realtime. Each group returned holds all transactions of at least
 * one cycle of this graph.
 */

import { INVOKE } from "../history/history-table.ts";
import { EdgeList, largeComponents, peel, strongComponents } from "./components.ts";
import type { Dependencies } from "./dependencies.ts";
import { barrierEdges, type Order, processPredecessors } from "./order-edges.ts";
import { isPossible, NONE } from "./transactions.ts";

export interface Suspects {
  /** Rows, ascending, of transactions that may be on cycles with each other. */
  readonly groups: readonly number[][];
  /** Nothing in the history relates two transactions. */
  readonly isEmpty: boolean;
}

export function findSuspects(dependencies: Dependencies, order: Order): Suspects {
  const { table, type } = dependencies;
  const list = new EdgeList();
  const { nodes, isEmpty: hasNoData } = dependencies.addQuickEdges(list);
  const hasOrder = addOrder(dependencies, order, list);
  const isEmpty = hasNoData && !hasOrder;
  const graph = list.graph(nodes);
  const { left, count } = peel(graph);
  if (count === 0) return { groups: [], isEmpty };
  const components = strongComponents(graph, left);
  const isTransaction = (node: number) => node < table.rows && isPossible(type[node]);
  return { groups: largeComponents(components, isTransaction), isEmpty };
}

/** Whether the order relates two transactions. */
function addOrder(dependencies: Dependencies, order: Order, list: EdgeList): boolean {
  const { table, type } = dependencies;
  const dataEdges = list.length;
  if (order === "realtime") {
    let isChained = false;
    barrierEdges(table, type, (from, to) => {
      list.add(from, to);
      // An edge to a barrier relates nothing yet; one to a completion does.
      if (type[to] !== INVOKE) isChained = true;
    });
    return isChained;
  }
  if (order === "process") {
    const before = processPredecessors(table);
    for (let row = 0; row < table.rows; row++) {
      if (before[row] !== NONE) list.add(before[row] as number, row);
    }
  }
  return list.length > dataEdges;
}
