/**
 * Looks for a cycle over simple paths, shell by shell, just as Elle does, so that the same cycle is
 * found first. The number of paths can grow exponentially; past a number of steps this gives up.
 *
 * A path that runs into itself away from its beginning, and has all that is asked for, is a loop
 * with a tail: the search then goes on among the vertices of the loop alone.
 */

import type { CycleSpec } from "./cycle-specs.ts";
import { bitsBetween, type LabelledGraph } from "./labelled-graph.ts";
import { graphSetOrder } from "./set-order.ts";
import { BEGINNING, firstMask, ILLEGAL, isComplete, stateAfter, usesOf } from "./walk-state.ts";

export const GAVE_UP = Symbol("gave up");

export type PathResult = number[] | undefined | typeof GAVE_UP;

/** A strongly connected graph and the order in which its vertices and neighbours are visited. */
export interface OrderedGraph {
  readonly graph: LabelledGraph;
  readonly vertices: readonly number[];
  readonly successors: Neighbours;
  /** Operation index of each vertex. */
  readonly indexes: readonly number[];
}

/** By vertex. */
type Neighbours = readonly (readonly number[])[];

export function inSetOrder(graph: LabelledGraph, indexes: readonly number[]): OrderedGraph {
  const successors = indexes.map((_, node) => {
    const targets = graph.target.subarray(graph.start[node], graph.start[node + 1]);
    return ordered([...targets], indexes);
  });
  const vertices = graphSetOrder(indexes);
  return { graph, vertices, successors, indexes };
}

function ordered(nodes: readonly number[], indexes: readonly number[]): number[] {
  const order = graphSetOrder(nodes.map((node) => indexes[node] as number));
  return order.map((position) => nodes[position] as number);
}

/** Vertices of the first cycle found. */
export function findByPaths(graph: OrderedGraph, spec: CycleSpec, steps: number): PathResult {
  const search = new PathSearch(graph, spec, steps);
  for (const from of graph.vertices) {
    const found = search.findFrom(from, graph.successors);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks back along paths for loops; a tenth of a second. Paths can be as long as the history. */
const MOST_LOOKS = 10_000_000;

interface PathEnd {
  readonly node: number;
  readonly state: number;
  readonly before: PathEnd | undefined;
}

class PathSearch {
  private readonly ordered: OrderedGraph;
  private readonly spec: CycleSpec;
  private stepsLeft: number;
  private looksLeft = MOST_LOOKS;

  constructor(ordered: OrderedGraph, spec: CycleSpec, steps: number) {
    this.ordered = ordered;
    this.spec = spec;
    this.stepsLeft = steps;
  }

  findFrom(from: number, neighbours: Neighbours): PathResult {
    let shell: PathEnd[] = [{ node: from, state: BEGINNING, before: undefined }];
    while (shell.length > 0) {
      const open: PathEnd[] = [];
      for (const path of shell) {
        if (this.looksLeft <= 0) return GAVE_UP;
        if (!this.isLoop(path)) {
          open.push(path);
          continue;
        }
        if (!isComplete(path.state, this.spec)) continue;
        if (path.node === from) return nodesBefore(path);
        const found = this.findInLoop(path);
        if (found !== undefined) return found;
      }
      shell = [];
      for (const path of open) {
        if (!this.expand(path, neighbours, shell)) return GAVE_UP;
      }
    }
    return undefined;
  }

  private isLoop(path: PathEnd): boolean {
    for (let at = path.before; at !== undefined; at = at.before) {
      this.looksLeft--;
      if (at.node === path.node) return true;
    }
    return false;
  }

  private expand(path: PathEnd, neighbours: Neighbours, shell: PathEnd[]): boolean {
    const { spec } = this;
    const mask = path.before === undefined ? firstMask(spec) : 0xff;
    for (const to of neighbours[path.node] as readonly number[]) {
      if (this.stepsLeft-- <= 0) return false;
      const bits = bitsBetween(this.ordered.graph, path.node, to) & mask;
      for (const use of usesOf(bits, path.state, spec)) {
        const state = stateAfter(path.state, use, spec);
        if (state !== ILLEGAL) shell.push({ node: to, state, before: path });
      }
    }
    return true;
  }

  /** The loop's vertices, in the order of the path, are each tried as the beginning. */
  private findInLoop(path: PathEnd): PathResult {
    const { successors, indexes } = this.ordered;
    const nodes = nodesBefore(path);
    const loop = nodes.slice(nodes.indexOf(path.node));
    const members = new Set(loop);
    const neighbours: number[][] = [];
    for (const node of loop) {
      const inside = (successors[node] as readonly number[]).filter((to) => members.has(to));
      neighbours[node] = ordered(inside, indexes);
    }
    for (const node of loop) {
      const found = this.findFrom(node, neighbours);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Vertices of a path but the last. */
function nodesBefore(path: PathEnd): number[] {
  const nodes: number[] = [];
  for (let at = path.before; at !== undefined; at = at.before) nodes.push(at.node);
  return nodes.reverse();
}
