/**
 * Looks for a cycle over simple paths, shell by shell, just as Elle does, so that the same cycle is
 * found first. The number of paths can grow exponentially; past a number of steps this gives up.
 *
 * A path that runs into itself away from its beginning, and has all that is asked for, is a loop
 * with a tail: the search then goes on among the vertices of the loop alone.
 */

import type { CycleSpec } from "./cycle-specs.ts";
import { bitsBetween, induced, type LabelledGraph } from "./labelled-graph.ts";
import { graphSetOrder } from "./set-order.ts";
import { BEGINNING, firstMask, ILLEGAL, isComplete, stateAfter, usesOf } from "./walk-state.ts";

export const GAVE_UP = Symbol("gave up");

export type PathResult = number[] | undefined | typeof GAVE_UP;

interface PathEnd {
  readonly node: number;
  readonly state: number;
  readonly before: PathEnd | undefined;
}

export interface PathSteps {
  left: number;
}

/** A graph with its vertices and neighbours in the order in which they are visited. */
interface OrderedGraph {
  readonly graph: LabelledGraph;
  readonly vertices: readonly number[];
  readonly neighbours: readonly (readonly number[])[];
}

/** Vertices of the first cycle found; `indexOf` gives the index in the history of a row. */
export function findByPaths(
  graph: LabelledGraph,
  spec: CycleSpec,
  indexOf: (row: number) => number,
  steps: PathSteps,
): PathResult {
  const ordered = inSetOrder(graph, indexOf);
  for (const from of ordered.vertices) {
    const found = findFrom(ordered, from, { spec, indexOf, steps });
    if (found !== undefined) return found;
  }
  return undefined;
}

interface SearchContext {
  readonly spec: CycleSpec;
  readonly indexOf: (row: number) => number;
  readonly steps: PathSteps;
}

function findFrom(ordered: OrderedGraph, from: number, context: SearchContext): PathResult {
  let shell: PathEnd[] = [{ node: from, state: BEGINNING, before: undefined }];
  while (shell.length > 0) {
    const open: PathEnd[] = [];
    for (const path of shell) {
      if (!isLoop(path)) {
        open.push(path);
        continue;
      }
      if (!isComplete(path.state, context.spec)) continue;
      if (path.node === from) return nodesBefore(path);
      const found = findInLoop(ordered.graph, path, context);
      if (found !== undefined) return found;
    }
    shell = [];
    for (const path of open) {
      if (!expand(ordered, path, shell, context)) return GAVE_UP;
    }
  }
  return undefined;
}

function expand(
  ordered: OrderedGraph,
  path: PathEnd,
  shell: PathEnd[],
  context: SearchContext,
): boolean {
  const { spec, steps } = context;
  const mask = path.before === undefined ? firstMask(spec) : 0xff;
  for (const to of ordered.neighbours[path.node] as readonly number[]) {
    if (steps.left-- <= 0) return false;
    const bits = bitsBetween(ordered.graph, path.node, to) & mask;
    for (const use of usesOf(bits, path.state, spec)) {
      const state = stateAfter(path.state, use, spec);
      if (state !== ILLEGAL) shell.push({ node: to, state, before: path });
    }
  }
  return true;
}

/** The loop's vertices, in the order of the path, are each tried as the beginning. */
function findInLoop(graph: LabelledGraph, path: PathEnd, context: SearchContext): PathResult {
  const nodes = nodesBefore(path);
  const loop = nodes.slice(nodes.indexOf(path.node));
  const members = [...loop].sort((a, b) => a - b);
  const ordered = inSetOrder(induced(graph, members), context.indexOf);
  for (const node of loop) {
    const found = findFrom(ordered, members.indexOf(node), context);
    if (found === undefined) continue;
    return found === GAVE_UP ? found : found.map((member) => members[member] as number);
  }
  return undefined;
}

function isLoop(path: PathEnd): boolean {
  for (let at = path.before; at !== undefined; at = at.before) {
    if (at.node === path.node) return true;
  }
  return false;
}

/** Vertices of a path but the last. */
function nodesBefore(path: PathEnd): number[] {
  const nodes: number[] = [];
  for (let at = path.before; at !== undefined; at = at.before) nodes.push(at.node);
  return nodes.reverse();
}

function inSetOrder(graph: LabelledGraph, indexOf: (row: number) => number): OrderedGraph {
  const indexes = graph.rows.map(indexOf);
  const neighbours = indexes.map((_, node) => {
    const targets = [...graph.target.subarray(graph.start[node], graph.start[node + 1])];
    const order = graphSetOrder(targets.map((target) => indexes[target] as number));
    return order.map((position) => targets[position] as number);
  });
  return { graph, vertices: graphSetOrder(indexes), neighbours };
}
