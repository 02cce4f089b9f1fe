/**
 * The dependencies of a list-append history as the search for cycles wants them. In the quick form
 * one helper vertex per key stands between the last version that is read and the appends after it
 * that no read shows: each reader of the one precedes each of the others.
 */

import { APPEND, type HistoryTable, READ_LIST } from "../history/history-table.ts";
import type { AppendEdges } from "./append-edges.ts";
import { proveAppendStep } from "./append-proofs.ts";
import type { EdgeList } from "./components.ts";
import type { ProveStep } from "./cycles.ts";
import type { Dependencies, EdgeSink, QuickGraph } from "./dependencies.ts";
import { APPEND_RELATIONS } from "./relations.ts";
import { isPossible, NONE } from "./transactions.ts";

export class AppendDependencies implements Dependencies {
  readonly table: HistoryTable;
  readonly type: Uint8Array;
  readonly explainedBy = APPEND_RELATIONS;
  private readonly edges: AppendEdges;

  constructor(edges: AppendEdges) {
    this.table = edges.table;
    this.type = edges.index.type;
    this.edges = edges;
  }

  readonly prove: ProveStep = (edge, nameOf) => proveAppendStep(this.edges, edge, nameOf);

  addQuickEdges(list: EdgeList): QuickGraph {
    const { table } = this;
    const ends = new DistinctEnds(table.keys);
    for (let row = 0; row < table.rows; row++) {
      if (isPossible(this.type[row])) addEdgesInto(this.edges, row, { list, ends });
    }
    const isEmpty = list.length === 0 || (ends.edges === list.length && !ends.haveTwo);
    return { nodes: table.rows + table.keys, isEmpty };
  }

  addEdgesAmong(rows: readonly number[], sink: EdgeSink): void {
    for (const row of rows) {
      if (sink.isFull) return;
      this.edges.eachEdgeInto(row, (from, bit) => {
        sink.add(from, row, bit);
      });
    }
  }
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
