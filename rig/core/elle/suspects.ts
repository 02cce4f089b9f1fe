/**
 * The quick answer to "is there any cycle?" over a whole history, and where not to look for one.
 * The graph here has helper vertices, which keep it linear in the size of the history: barriers
 * for realtime, and one vertex per key between the last version and the appends after it that no
 * read shows. Each group returned holds all transactions of at least one cycle of this graph.
 */

import { APPEND, INVOKE, READ_LIST } from "../history/history-table.ts";
import type { AppendEdges } from "./append-edges.ts";
import { isPossible, NONE } from "./append-index.ts";
import { EdgeList, largeComponents, peel, strongComponents } from "./components.ts";
import { barrierEdges, type Order, processPredecessors } from "./order-edges.ts";

export interface Suspects {
  /** Rows, ascending, of transactions that may be on cycles with each other. */
  readonly groups: readonly number[][];
  /** Nothing in the history relates two transactions. */
  readonly isEmpty: boolean;
}

export function findSuspects(edges: AppendEdges, order: Order): Suspects {
  const { table, index } = edges;
  const list = new EdgeList();
  const ends = new DistinctEnds(table.keys);
  for (let row = 0; row < table.rows; row++) {
    if (isPossible(index.type[row])) addEdgesInto(edges, row, { list, ends });
  }
  let isEmpty = list.length === 0 || (ends.edges === list.length && !ends.haveTwo);
  const dataEdges = list.length;
  if (order === "realtime") {
    let isChained = false;
    barrierEdges(table, index.type, (from, to) => {
      list.add(from, to);
      // An edge to a barrier relates nothing yet; one to a completion does.
      if (index.type[to] !== INVOKE) isChained = true;
    });
    if (isChained) isEmpty = false;
  } else if (order === "process") {
    const before = processPredecessors(table);
    for (let row = 0; row < table.rows; row++) {
      if (before[row] !== NONE) list.add(before[row] as number, row);
    }
    if (list.length > dataEdges) isEmpty = false;
  }
  const graph = list.graph(table.rows + table.keys);
  const { left, count } = peel(graph);
  if (count === 0) return { groups: [], isEmpty };
  const components = strongComponents(graph, left);
  const isTransaction = (node: number) => node < table.rows && isPossible(index.type[node]);
  return { groups: largeComponents(components, isTransaction), isEmpty };
}

interface Sink {
  readonly list: EdgeList;
  readonly ends: DistinctEnds;
}

function addEdgesInto(edges: AppendEdges, row: number, sink: Sink): void {
  const { table } = edges;
  const { list, ends } = sink;
  const add = (from: number) => list.add(from, row);
  const end = table.mopStart[row + 1] as number;
  for (let mop = table.mopStart[row] as number; mop < end; mop++) {
    if (table.mopKind[mop] === READ_LIST) {
      edges.eachWriterRead(mop, row, add);
      continue;
    }
    if (table.mopKind[mop] !== APPEND) continue;
    const element = table.mopElement[mop] as number;
    if (!edges.isUnobserved(element)) {
      edges.eachBefore(element, row, add);
      continue;
    }
    const key = table.mopKey[mop] as number;
    const helper = table.rows + key;
    if (ends.isNew(key)) {
      // For no row of the history: all readers of the last version count.
      edges.eachBefore(element, NONE, (from) => {
        list.add(from, helper);
        ends.add(key, from);
      });
    }
    if (!ends.hasSource(key)) continue;
    list.add(helper, row);
    ends.add(key, row);
  }
}

/** Tells whether the helper vertex of some key stands between two different transactions. */
class DistinctEnds {
  haveTwo = false;
  edges = 0;
  private readonly first: Int32Array;

  constructor(keys: number) {
    this.first = new Int32Array(keys).fill(-2);
  }

  /** True once per key. */
  isNew(key: number): boolean {
    if (this.first[key] !== -2) return false;
    this.first[key] = NONE;
    return true;
  }

  hasSource(key: number): boolean {
    return (this.first[key] as number) >= 0;
  }

  add(key: number, row: number): void {
    this.edges++;
    if (this.first[key] === NONE) this.first[key] = row;
    else if (this.first[key] !== row) this.haveTwo = true;
  }
}
