/**
 * The shortest cycle of a type, for a person to read: the one that the search has found follows
 * Elle's order and may be longer. Breadth first from each vertex, the found ones first, never
 * deeper than what would be shorter; under a budget of steps, so it may stay with what it has.
 */

import { afterEdge, CYCLE_STATES, NO_EDGES, typeOfState } from "./cycle-type.ts";
import type { LabelledGraph } from "./labelled-graph.ts";
import { type ExplainedBy, explainedRelation } from "./relations.ts";

/** A few milliseconds. */
const STEPS = 200_000;

/** A cycle no longer than `found`, of the same type, as vertices in order. */
export function shortestLike(
  graph: LabelledGraph,
  found: readonly number[],
  { type, explainedBy }: { readonly type: string; readonly explainedBy: ExplainedBy },
): readonly number[] {
  let best = found;
  const search = { graph, type, explainedBy, left: STEPS };
  for (let at = 0; at < found.length + graph.nodes; at++) {
    if (best.length === 2 || search.left <= 0) break;
    const from = at < found.length ? (found[at] as number) : at - found.length;
    best = cycleThrough(from, best.length - 1, search) ?? best;
  }
  return best;
}

interface Search {
  readonly graph: LabelledGraph;
  readonly type: string;
  readonly explainedBy: ExplainedBy;
  left: number;
}

interface Walk {
  readonly node: number;
  readonly state: number;
  readonly length: number;
  readonly before: Walk | undefined;
}

function cycleThrough(from: number, longest: number, search: Search): number[] | undefined {
  const { graph, type, explainedBy } = search;
  const begun: Walk = { node: from, state: NO_EDGES, length: 1, before: undefined };
  const queue = [begun];
  const visited = new Set<number>();
  for (const walk of queue) {
    const end = graph.start[walk.node + 1] as number;
    for (let edge = graph.start[walk.node] as number; edge < end; edge++) {
      if (search.left-- <= 0) return undefined;
      const node = graph.target[edge] as number;
      const relation = explainedRelation(graph.bits[edge] as number, explainedBy);
      const state = afterEdge(walk.state, relation);
      if (node === from) {
        if (typeOfState(state) !== type) continue;
        const cycle = verticesOf(walk);
        if (new Set(cycle).size === cycle.length) return cycle;
        continue;
      }
      const place = node * CYCLE_STATES + state;
      if (walk.length === longest || visited.has(place)) continue;
      visited.add(place);
      queue.push({ node, state, length: walk.length + 1, before: walk });
    }
  }
  return undefined;
}

function verticesOf(last: Walk): number[] {
  const vertices: number[] = [];
  for (let walk: Walk | undefined = last; walk !== undefined; walk = walk.before) {
    vertices.push(walk.node);
  }
  return vertices.reverse();
}
