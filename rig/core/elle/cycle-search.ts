/**
 * Looks for one cycle of a given type in a strongly connected graph: breadth first over pairs of
 * vertex and what the walk has met so far, from each vertex that a cycle of the type can begin at.
 * That is linear per beginning, where a search over paths is exponential; in the rare case that
 * the shortest walk visits a vertex twice, paths are searched after all. Steps are counted against
 * a budget, never time: the same history always gets the same answer.
 */

import { strongComponents } from "./components.ts";
import type { CycleSpec } from "./cycle-specs.ts";
import { type LabelledGraph, projection } from "./labelled-graph.ts";
import { PROCESS, REALTIME, RW, WR, WW } from "./relations.ts";

export interface StepBudget {
  left: number;
}

/** What a walk has met: the number of anti-dependencies up to 2, and these bits. */
const RW_COUNT = 3;
const LAST_WAS_RW = 4;
const MET_WR = 8;
const MET_ORDER = 16;
const STATES = 32;
const ILLEGAL = -1;

const PLAIN = [WW, WR, RW, PROCESS, REALTIME] as const;
const NO_PARENT = -1;

/** One path may cost so many steps in the search that only takes paths. */
const PATH_STEPS = 100_000;

export class CycleSearch {
  private readonly graph: LabelledGraph;
  private readonly budget: StepBudget;
  private readonly visitedBy: Int32Array;
  private readonly parent: Int32Array;
  private readonly queue: Int32Array;
  private epoch = 0;

  constructor(graph: LabelledGraph, budget: StepBudget) {
    this.graph = graph;
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
    for (let from = 0; from < graph.nodes; from++) {
      if (budget.left <= 0) return undefined;
      if (!this.canBegin(from, spec, component)) continue;
      const walk = this.shortestWalk(from, spec, component);
      if (walk === undefined) continue;
      if (new Set(walk).size === walk.length) return walk;
      const path = this.shortestPath(from, spec, component);
      if (path !== undefined) return path;
    }
    return undefined;
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

  private canBegin(from: number, spec: CycleSpec, component: Int32Array): boolean {
    const { graph } = this;
    const end = graph.start[from + 1] as number;
    for (let edge = graph.start[from] as number; edge < end; edge++) {
      if (component[graph.target[edge] as number] !== component[from]) continue;
      if (((graph.bits[edge] as number) & firstMask(spec)) !== 0) return true;
    }
    return false;
  }

  private shortestWalk(from: number, spec: CycleSpec, component: Int32Array): number[] | undefined {
    const { graph, queue, visitedBy, parent, budget } = this;
    const epoch = ++this.epoch;
    let length = 0;
    for (let next = -1; next < length; next++) {
      const isFirst = next < 0;
      const at = isFirst ? from * STATES : (queue[next] as number);
      const node = isFirst ? from : Math.floor(at / STATES);
      const state = at % STATES;
      const end = graph.start[node + 1] as number;
      for (let edge = graph.start[node] as number; edge < end; edge++) {
        if (budget.left-- <= 0) return undefined;
        const to = graph.target[edge] as number;
        if (component[to] !== component[from]) continue;
        const bits = (graph.bits[edge] as number) & (isFirst ? firstMask(spec) : 0xff);
        for (let uses = usesOf(bits, spec); uses !== 0; uses &= uses - 1) {
          const after = stateAfter(state, uses & -uses, spec);
          if (after === ILLEGAL) continue;
          if (to === from) {
            if (isComplete(after, spec)) return this.walkTo(at, from);
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
    if (Math.floor(last / STATES) === from) return [from];
    for (let at = last; at !== NO_PARENT; at = this.parent[at] as number) {
      walk.push(Math.floor(at / STATES));
    }
    walk.push(from);
    return walk.reverse();
  }

  /** Like the shortest walk, but vertices of the path so far are not entered again. */
  private shortestPath(from: number, spec: CycleSpec, component: Int32Array): number[] | undefined {
    const { graph, budget } = this;
    const paths: PathEnd[] = [{ node: from, state: 0, before: undefined }];
    let steps = PATH_STEPS;
    for (const path of paths) {
      const end = graph.start[path.node + 1] as number;
      for (let edge = graph.start[path.node] as number; edge < end; edge++) {
        budget.left--;
        if (steps-- <= 0) return undefined;
        const to = graph.target[edge] as number;
        if (component[to] !== component[from]) continue;
        const isFirst = path.before === undefined;
        const bits = (graph.bits[edge] as number) & (isFirst ? firstMask(spec) : 0xff);
        for (let uses = usesOf(bits, spec); uses !== 0; uses &= uses - 1) {
          const state = stateAfter(path.state, uses & -uses, spec);
          if (state === ILLEGAL) continue;
          if (to === from && isComplete(state, spec)) return nodesOf(path);
          if (!isOn(path, to)) paths.push({ node: to, state, before: path });
        }
      }
    }
    return undefined;
  }
}

interface PathEnd {
  readonly node: number;
  readonly state: number;
  readonly before: PathEnd | undefined;
}

function isOn(path: PathEnd, node: number): boolean {
  for (let at: PathEnd | undefined = path; at !== undefined; at = at.before) {
    if (at.node === node) return true;
  }
  return false;
}

function nodesOf(path: PathEnd): number[] {
  const nodes: number[] = [];
  for (let at: PathEnd | undefined = path; at !== undefined; at = at.before) nodes.push(at.node);
  return nodes.reverse();
}

/** A cycle may be taken to begin at any of its edges: at one that it must have, if any. */
function firstMask(spec: CycleSpec): number {
  if (spec.rw !== "none") return RW;
  const wanted = (spec.wantsWr ? WR : 0) | spec.wantsOrder;
  return wanted === 0 ? spec.legal : wanted;
}

/**
 * As what an edge is tried: as each relation that the cycle must have, and otherwise as the first
 * legal one only, since those are all alike.
 */
function usesOf(bits: number, spec: CycleSpec): number {
  const wanted = (spec.rw === "none" ? 0 : RW) | (spec.wantsWr ? WR : 0) | spec.wantsOrder;
  let uses = bits & wanted;
  for (const relation of PLAIN) {
    if ((bits & spec.legal & ~wanted & relation) === 0) continue;
    uses |= relation;
    break;
  }
  return uses;
}

function stateAfter(state: number, use: number, spec: CycleSpec): number {
  const count = state & RW_COUNT;
  const met = state & ~(RW_COUNT | LAST_WAS_RW);
  if (use !== RW) {
    if (use === WR && spec.wantsWr) return met | count | MET_WR;
    return met | count | (use === spec.wantsOrder ? MET_ORDER : 0);
  }
  if (spec.rw === "one" && count > 0) return ILLEGAL;
  if (spec.rw === "many") return met | Math.min(count + 1, 2);
  if (spec.rw === "one") return met | 1;
  if ((state & LAST_WAS_RW) !== 0) return ILLEGAL;
  return met | Math.min(count + 1, 2) | LAST_WAS_RW;
}

/** Whether a walk that has come back to its beginning has all that the type asks for. */
function isComplete(state: number, spec: CycleSpec): boolean {
  if (spec.wantsWr && (state & MET_WR) === 0) return false;
  if (spec.wantsOrder !== 0 && (state & MET_ORDER) === 0) return false;
  const count = state & RW_COUNT;
  if (spec.rw === "none") return true;
  if (spec.rw === "one") return count === 1;
  // The first edge is one too, so the last may not be.
  return count >= 2 && (state & LAST_WAS_RW) === 0;
}
