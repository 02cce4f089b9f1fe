/**
 * The exact dependency graph of a few transactions: every edge with all the relations that prove
 * it, as bits. Made only for transactions that are on cycles together, where the relations matter.
 */

import { GrowableInt32 } from "../history/growable.ts";
import { type Graph, largeComponents, strongComponents } from "./components.ts";
import { addUp, countUp } from "./counting.ts";

export interface LabelledGraph extends Graph {
  /** Row of the history of each vertex, ascending. */
  readonly rows: readonly number[];
  /** Relations of each edge. */
  readonly bits: Uint8Array;
}

export class LabelledEdges {
  private readonly from = new GrowableInt32();
  private readonly to = new GrowableInt32();
  private readonly bit = new GrowableInt32();

  get length(): number {
    return this.from.length;
  }

  add(from: number, to: number, bit: number): void {
    this.from.push(from);
    this.to.push(to);
    this.bit.push(bit);
  }

  /** Edges between the same two vertices become one; the targets of a vertex ascend. */
  graph(rows: readonly number[]): LabelledGraph {
    const nodes = rows.length;
    const count = this.from.length;
    const byTarget = sortedBy(this.to.array, identity(count), nodes);
    const sorted = sortedBy(this.from.array, byTarget, nodes);
    const start = new Int32Array(nodes + 1);
    const target = new Int32Array(count);
    const bits = new Uint8Array(count);
    let length = 0;
    let node = 0;
    for (const edge of sorted) {
      const from = this.from.array[edge] as number;
      const to = this.to.array[edge] as number;
      while (node <= from) start[node++] = length;
      const isNew = length === start[from] || target[length - 1] !== to;
      if (isNew) target[length++] = to;
      bits[length - 1] = (bits[length - 1] as number) | (this.bit.array[edge] as number);
    }
    while (node <= nodes) start[node++] = length;
    return { nodes, rows, start, target: target.slice(0, length), bits: bits.slice(0, length) };
  }
}

/** The strongly connected parts of a graph with two or more vertices, each as its own graph. */
export function stronglyConnectedParts(graph: LabelledGraph): LabelledGraph[] {
  const parts = largeComponents(strongComponents(graph), () => true);
  if (parts.length === 1 && parts[0]?.length === graph.nodes) return [graph];
  return parts.map((members) => induced(graph, members));
}

/** The graph of some vertices, given ascending, and the edges between them. */
export function induced(graph: LabelledGraph, members: readonly number[]): LabelledGraph {
  const numbers = new Int32Array(graph.nodes).fill(-1);
  members.forEach((member, number) => {
    numbers[member] = number;
  });
  const edges = new LabelledEdges();
  members.forEach((member, number) => {
    const end = graph.start[member + 1] as number;
    for (let edge = graph.start[member] as number; edge < end; edge++) {
      const to = numbers[graph.target[edge] as number] as number;
      if (to >= 0) edges.add(number, to, graph.bits[edge] as number);
    }
  });
  return edges.graph(members.map((member) => graph.rows[member] as number));
}

/** The edges that have one of these relations, without the relations. */
export function projection(graph: LabelledGraph, mask: number): Graph {
  const start = new Int32Array(graph.nodes + 1);
  const target = new Int32Array(graph.target.length);
  let length = 0;
  for (let node = 0; node < graph.nodes; node++) {
    const end = graph.start[node + 1] as number;
    for (let edge = graph.start[node] as number; edge < end; edge++) {
      if (((graph.bits[edge] as number) & mask) === 0) continue;
      target[length++] = graph.target[edge] as number;
    }
    start[node + 1] = length;
  }
  return { nodes: graph.nodes, start, target: target.subarray(0, length) };
}

/** Relations from one vertex to another; 0 where there is no edge. */
export function bitsBetween(graph: LabelledGraph, from: number, to: number): number {
  const end = graph.start[from + 1] as number;
  for (let edge = graph.start[from] as number; edge < end; edge++) {
    if (graph.target[edge] === to) return graph.bits[edge] as number;
  }
  return 0;
}

function identity(count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

/** Stable counting sort of edge numbers by a vertex of each edge. */
function sortedBy(vertex: Int32Array, edges: Int32Array, nodes: number): Int32Array {
  const next = new Int32Array(nodes + 1);
  for (const edge of edges) countUp(next, (vertex[edge] as number) + 1);
  addUp(next);
  const sorted = new Int32Array(edges.length);
  for (const edge of edges) sorted[countUp(next, vertex[edge] as number)] = edge;
  return sorted;
}
