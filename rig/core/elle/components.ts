/**
 * Directed graphs in compressed rows, and their strongly connected components. A valid history has
 * no cycle, and peeling off vertices without predecessors shows that with one array and no stack;
 * only what is left goes through Tarjan's algorithm, written without recursion because a history
 * can hold a path of a million transactions.
 */

import { GrowableInt32 } from "../history/growable.ts";
import { addUp, countUp } from "./counting.ts";

export interface Graph {
  readonly nodes: number;
  /** Edges of `node` are `target[start[node]]` to `target[start[node + 1]]`. */
  readonly start: Int32Array;
  readonly target: Int32Array;
}

/** Vertices that are in no component: peeled off, or not asked for. */
export const NO_COMPONENT = -1;

export class EdgeList {
  private readonly from = new GrowableInt32();
  private readonly to = new GrowableInt32();

  get length(): number {
    return this.from.length;
  }

  add(from: number, to: number): void {
    this.from.push(from);
    this.to.push(to);
  }

  graph(nodes: number): Graph {
    const count = this.from.length;
    const from = this.from.array;
    const to = this.to.array;
    const start = new Int32Array(nodes + 1);
    for (let i = 0; i < count; i++) countUp(start, (from[i] as number) + 1);
    addUp(start);
    const next = start.slice(0, nodes);
    const target = new Int32Array(count);
    for (let i = 0; i < count; i++) target[countUp(next, from[i] as number)] = to[i] as number;
    return { nodes, start, target };
  }
}

/** 1 for each vertex that is left when all that can't be on a cycle from the front is gone. */
export function peel(graph: Graph): { left: Uint8Array; count: number } {
  const { nodes, start, target } = graph;
  const degree = new Int32Array(nodes);
  for (let i = 0; i < target.length; i++) countUp(degree, target[i] as number);
  const queue = new Int32Array(nodes);
  let length = 0;
  for (let node = 0; node < nodes; node++) if (degree[node] === 0) queue[length++] = node;
  const left = new Uint8Array(nodes).fill(1);
  for (let i = 0; i < length; i++) {
    const node = queue[i] as number;
    left[node] = 0;
    const end = start[node + 1] as number;
    for (let edge = start[node] as number; edge < end; edge++) {
      const to = target[edge] as number;
      const degreeLeft = (degree[to] as number) - 1;
      degree[to] = degreeLeft;
      if (degreeLeft === 0) queue[length++] = to;
    }
  }
  return { left, count: nodes - length };
}

/**
 * Number of the component of each vertex, 0 and up; `isIn` leaves vertices out. Components of one
 * vertex are numbered too.
 */
export function strongComponents(
  graph: Graph,
  isIn?: Uint8Array,
): { component: Int32Array; count: number } {
  const { nodes, start, target } = graph;
  const component = new Int32Array(nodes).fill(NO_COMPONENT);
  const order = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const edge = new Int32Array(nodes);
  const path = new Int32Array(nodes);
  const open = new Int32Array(nodes);
  let pathLength = 0;
  let openLength = 0;
  let visited = 0;
  let count = 0;
  for (let root = 0; root < nodes; root++) {
    if (order[root] !== 0 || (isIn !== undefined && isIn[root] === 0)) continue;
    path[pathLength++] = root;
    while (pathLength > 0) {
      const node = path[pathLength - 1] as number;
      if (order[node] === 0) {
        order[node] = ++visited;
        low[node] = visited;
        edge[node] = start[node] as number;
        open[openLength++] = node;
      }
      const end = start[node + 1] as number;
      let hasChild = false;
      for (let at = edge[node] as number; at < end; at++) {
        const to = target[at] as number;
        if (isIn !== undefined && isIn[to] === 0) continue;
        if (order[to] === 0) {
          // The edge is looked at again on return, and then takes the child's low number.
          edge[node] = at;
          path[pathLength++] = to;
          hasChild = true;
          break;
        }
        if (component[to] === NO_COMPONENT && (low[to] as number) < (low[node] as number)) {
          low[node] = low[to] as number;
        }
      }
      if (hasChild) continue;
      pathLength--;
      if (low[node] !== order[node]) continue;
      let member: number;
      do {
        member = open[--openLength] as number;
        component[member] = count;
      } while (member !== node);
      count++;
    }
  }
  return { component, count };
}

/** Members of the components that pass `isCounted` and are two or more, in ascending order. */
export function largeComponents(
  components: { component: Int32Array; count: number },
  isCounted: (node: number) => boolean,
): number[][] {
  const { component, count } = components;
  const sizes = new Int32Array(count);
  for (let node = 0; node < component.length; node++) {
    const number = component[node] as number;
    if (number !== NO_COMPONENT && isCounted(node)) countUp(sizes, number);
  }
  const members = new Map<number, number[]>();
  for (let node = 0; node < component.length; node++) {
    const number = component[node] as number;
    if (number === NO_COMPONENT || (sizes[number] as number) < 2 || !isCounted(node)) continue;
    const list = members.get(number);
    if (list === undefined) members.set(number, [node]);
    else list.push(node);
  }
  return [...members.values()];
}
