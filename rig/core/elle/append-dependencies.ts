/**
 * The dependencies of a list-append history as the search for cycles wants them. In the quick form
 * one helper vertex per key stands between the last version that is read and the appends after it
 * that no read shows: each reader of the one precedes each of the others. A transaction that is
 * both would be on a false cycle with the helper, and all that follows it would be left to search;
 * it gets edges of its own. Two such transactions are on a cycle indeed.
 */

import { GrowableInt32 } from "../history/growable.ts";
import { APPEND, type HistoryTable, READ_LIST } from "../history/history-table.ts";
import type { AppendEdges } from "./append-edges.ts";
import { proveAppendStep } from "./append-proofs.ts";
import type { EdgeList } from "./components.ts";
import { type Groups, grouped } from "./counting.ts";
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
    const { table, edges } = this;
    const unread = { rows: new GrowableInt32(), elements: new GrowableInt32() };
    for (let row = 0; row < table.rows; row++) {
      if (isPossible(this.type[row])) addEdgesInto(edges, row, { list, unread });
    }
    let isEmpty = list.length === 0;
    if (unread.rows.length > 0) {
      const helpers = new HelperEdges(edges, list);
      const { start, items } = unreadByKey(table, unread);
      for (let key = 0; key < table.keys; key++) {
        const appends = items.subarray(start[key], start[key + 1]);
        if (appends.length > 0) helpers.add(key, appends, unread);
      }
      if (helpers.relateTwo) isEmpty = false;
    }
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

/** Appends that no read shows. */
interface UnreadAppends {
  readonly rows: GrowableInt32;
  readonly elements: GrowableInt32;
}

interface Sink {
  readonly list: EdgeList;
  readonly unread: UnreadAppends;
}

function unreadByKey(table: HistoryTable, { elements }: UnreadAppends): Groups {
  const { array, length } = elements;
  return grouped(length, table.keys, (at) => table.elementKey[array[at] as number] as number);
}

function addEdgesInto(edges: AppendEdges, row: number, { list, unread }: Sink): void {
  const { table } = edges;
  const add = (from: number) => list.add(from, row);
  const end = table.mopStart[row + 1] as number;
  for (let mop = table.mopStart[row] as number; mop < end; mop++) {
    if (table.mopKind[mop] === READ_LIST) {
      edges.eachWriterRead(mop, row, add);
      continue;
    }
    if (table.mopKind[mop] !== APPEND) continue;
    const element = table.mopElement[mop] as number;
    if (edges.isUnobserved(element)) {
      unread.rows.push(row);
      unread.elements.push(element);
    } else {
      edges.eachBefore(element, row, add);
    }
  }
}

/** From the last version of a key that is read to the appends after it. */
class HelperEdges {
  /** Whether an edge leads from one transaction to another, by way of a helper or not. */
  relateTwo = false;
  private readonly edges: AppendEdges;
  private readonly list: EdgeList;
  /** By row: the last key for which it is a source. */
  private readonly sourceOf: Int32Array;

  constructor(edges: AppendEdges, list: EdgeList) {
    this.edges = edges;
    this.list = list;
    this.sourceOf = new Int32Array(edges.table.rows).fill(NONE);
  }

  /** `places` are those of the key's appends among the unread ones. */
  add(key: number, places: Int32Array, unread: UnreadAppends): void {
    const { list, sourceOf } = this;
    const appends = places.map((place) => unread.rows.array[place] as number);
    const element = unread.elements.array[places[0] as number] as number;
    const sources: number[] = [];
    // For no row of the history: all readers of the last version count.
    this.edges.eachBefore(element, NONE, (row) => {
      sources.push(row);
      sourceOf[row] = key;
    });
    const [first] = sources;
    if (first === undefined) return;
    if (sources.some((row) => row !== first) || appends.some((row) => row !== first)) {
      this.relateTwo = true;
    }
    const both = new Set(appends.filter((row) => sourceOf[row] === key));
    const [only = NONE] = both.size === 1 ? both : [];
    const helper = this.edges.table.rows + key;
    for (const row of sources) {
      if (row === only) continue;
      list.add(row, helper);
      if (only !== NONE) list.add(row, only);
    }
    for (const row of appends) {
      if (row === only) continue;
      list.add(helper, row);
      if (only !== NONE) list.add(only, row);
    }
  }
}
