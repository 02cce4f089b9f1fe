/**
 * Looks for one cycle of a given type in a strongly connected graph: breadth first over pairs of
 * vertex and what the walk has met so far, from each vertex that a cycle of the type can begin at.
 * That is linear per beginning, where a search over paths is exponential; where it finds a walk, a
 * search over paths is tried, which finds what Elle finds. Steps are counted against a budget,
 * never time: the same history always gets the same answer.
 */

import { strongComponents } from "./components.ts";
import type { CycleSpec } from "./cycle-specs.ts";
import { type LabelledGraph, projection } from "./labelled-graph.ts";
import { findByPaths, GAVE_UP, type OrderedGraph } from "./path-search.ts";
import { RW } from "./relations.ts";
import {
  BEGINNING,
  firstMask,
  ILLEGAL,
  isComplete,
  STATES,
  stateAfter,
  usesOf,
} from "./walk-state.ts";

export interface StepBudget {
  left: number;
}

const NO_PARENT = -1;

/** Steps for the search over paths, for one type of cycle. */
const PATH_STEPS = 200_000;

/** By vertex, where a walk may go. */
interface Area {
  readonly component: Int32Array;
  readonly rank: Int32Array;
}

export class CycleSearch {
  private readonly graph: LabelledGraph;
  private readonly inOrder: () => OrderedGraph;
  private ordered: OrderedGraph | undefined;
  private readonly budget: StepBudget;
  private readonly visitedBy: Int32Array;
  private readonly parent: Int32Array;
  private readonly queue: Int32Array;
  private epoch = 0;
  /** By relations of an edge and state before it, for one type of cycle: the states after it. */
  private states: (readonly number[])[] = [];

  /** `inOrder` is asked for the order of the graph when a search over paths needs it. */
  constructor(graph: LabelledGraph, inOrder: () => OrderedGraph, budget: StepBudget) {
    this.graph = graph;
    this.inOrder = inOrder;
    this.budget = budget;
    this.visitedBy = new Int32Array(graph.nodes * STATES);
    this.parent = new Int32Array(graph.nodes * STATES);
    this.queue = new Int32Array(graph.nodes * STATES);
  }

  /** Vertices of a cycle in order, or undefined if there is none or the budget is used up. */
  find(spec: CycleSpec): number[] | undefined {
    const { graph, budget } = this;
    const mask = spec.rw === "none" ? spec.legal : spec.legal | RW;
    const { component } = strongComponents(projection(graph, mask));
    // Components are numbered from the last to the first. After the one anti-dependency that a
    // cycle begins with, none may follow, so there is no way up to a higher number.
    const isOneRw = spec.rw === "one";
    const rank = isOneRw ? strongComponents(projection(graph, spec.legal)).component : component;
    const area = { component, rank };
    this.states = [];
    let hasWalk = false;
    let cycle: number[] | undefined;
    for (let from = 0; from < graph.nodes && cycle === undefined; from++) {
      if (!this.canBegin(from, spec, area)) continue;
      const walk = this.shortestWalk(from, spec, area);
      if (budget.left <= 0) return undefined;
      if (walk === undefined) continue;
      hasWalk = true;
      if (new Set(walk).size === walk.length) cycle = walk;
    }
    if (!hasWalk) return undefined;
    this.ordered ??= this.inOrder();
    const path = findByPaths(this.ordered, spec, PATH_STEPS);
    return path === GAVE_UP ? cycle : path;
  }

  /** Any cycle through the first vertex. */
  anyCycle(): number[] {
    const { graph } = this;
    const came = new Int32Array(graph.nodes).fill(NO_PARENT);
    const queue = [0];
    for (const node of queue) {
      const end = graph.start[node + 1] as number;
      for (let edge = graph.start[node] as number; edge < end; edge++) {
        const to = graph.target[edge] as number;
        if (to === 0) {
          const cycle: number[] = [];
          for (let at = node; at !== 0; at = came[at] as number) cycle.push(at);
          return [0, ...cycle.reverse()];
        }
        if (came[to] !== NO_PARENT) continue;
        came[to] = node;
        queue.push(to);
      }
    }
    return [];
  }

  private canBegin(from: number, spec: CycleSpec, area: Area): boolean {
    const { graph } = this;
    const end = graph.start[from + 1] as number;
    for (let edge = graph.start[from] as number; edge < end; edge++) {
      if (!leadsBack(graph.target[edge] as number, from, area)) continue;
      if (((graph.bits[edge] as number) & firstMask(spec)) !== 0) return true;
    }
    return false;
  }

  private shortestWalk(from: number, spec: CycleSpec, area: Area): number[] | undefined {
    const { graph, queue, visitedBy, parent, budget, states } = this;
    const epoch = ++this.epoch;
    let length = 0;
    for (let next = -1; next < length; next++) {
      const isFirst = next < 0;
      const at = isFirst ? from * STATES + BEGINNING : (queue[next] as number);
      const node = Math.floor(at / STATES);
      const state = at % STATES;
      const end = graph.start[node + 1] as number;
      for (let edge = graph.start[node] as number; edge < end; edge++) {
        if (budget.left-- <= 0) return undefined;
        const to = graph.target[edge] as number;
        if (!leadsBack(to, from, area)) continue;
        const bits = (graph.bits[edge] as number) & (isFirst ? firstMask(spec) : 0xff);
        const place = bits * STATES + state;
        states[place] ??= statesAfter(bits, state, spec);
        for (const after of states[place]) {
          if (to === from) {
            if (isComplete(after, spec)) return isFirst ? [from] : this.walkTo(at, from);
            continue;
          }
          const reached = to * STATES + after;
          if (visitedBy[reached] === epoch) continue;
          visitedBy[reached] = epoch;
          parent[reached] = isFirst ? NO_PARENT : at;
          queue[length++] = reached;
        }
      }
    }
    return undefined;
  }

  private walkTo(last: number, from: number): number[] {
    const walk: number[] = [];
    for (let at = last; at !== NO_PARENT; at = this.parent[at] as number) {
      walk.push(Math.floor(at / STATES));
    }
    walk.push(from);
    return walk.reverse();
  }
}

/** Whether there may be a way back from one vertex to another. */
function leadsBack(node: number, to: number, { component, rank }: Area): boolean {
  return component[node] === component[to] && (rank[node] as number) >= (rank[to] as number);
}

function statesAfter(bits: number, state: number, spec: CycleSpec): number[] {
  return usesOf(bits, state, spec)
    .map((use) => stateAfter(state, use, spec))
    .filter((after) => after !== ILLEGAL);
}
