/**
 * Which consistency models a strongly connected graph rules out merely because a cycle of some
 * relations exists in it, without naming one. Snapshot isolation allows cycles with two adjacent
 * anti-dependencies, so for it each vertex is split by how it was reached.
 */

import { EdgeList, type Graph, strongComponents } from "./components.ts";
import { countUp } from "./counting.ts";
import { type LabelledGraph, projection } from "./labelled-graph.ts";
import { impossibleModels } from "./lattice.ts";
import { CYCLE_MODELS, type CycleModel, cycleExistsType } from "./lattice-data.ts";
import { PROCESS, REALTIME, RW, WR, WW } from "./relations.ts";

interface CycleTest {
  /** Relations of the cycle. */
  readonly mask: number;
  /** Anti-dependencies are allowed too, but never two in a row. */
  readonly hasSingleRw: boolean;
}

const DATA = WW | WR;

const TESTS: Readonly<Record<CycleModel, CycleTest>> = {
  "PL-1": { mask: WW, hasSingleRw: false },
  "PL-2": { mask: DATA, hasSingleRw: false },
  "PL-SI": { mask: DATA, hasSingleRw: true },
  "PL-2.99": { mask: DATA | RW, hasSingleRw: false },
  "PL-3": { mask: DATA | RW, hasSingleRw: false },
  "strong-session-PL-1": { mask: WW | PROCESS, hasSingleRw: false },
  "strong-session-PL-2": { mask: DATA | PROCESS, hasSingleRw: false },
  "strong-session-snapshot-isolation": { mask: DATA | PROCESS, hasSingleRw: true },
  "strong-session-serializable": { mask: DATA | RW | PROCESS, hasSingleRw: false },
  "strong-PL-1": { mask: WW | REALTIME, hasSingleRw: false },
  "strong-PL-2": { mask: DATA | REALTIME, hasSingleRw: false },
  "strong-snapshot-isolation": { mask: DATA | REALTIME, hasSingleRw: true },
  "PL-SS": { mask: DATA | RW | REALTIME, hasSingleRw: false },
};

export interface CycleHit {
  readonly model: CycleModel;
  /** Rows of the smallest set of transactions found on such cycles together. */
  readonly rows: readonly number[];
}

/** The weakest models that are ruled out; those above them are not tested. */
export function findCycleHits(graph: LabelledGraph): CycleHit[] {
  const hits: CycleHit[] = [];
  let impossible = new Set<string>();
  for (const model of CYCLE_MODELS) {
    if (impossible.has(model)) continue;
    const { mask, hasSingleRw } = TESTS[model];
    const tested = hasSingleRw ? splitAtRw(graph, mask) : projection(graph, mask);
    const smallest = smallestComponent(tested);
    if (smallest === undefined) continue;
    const members = [...new Set(smallest.map((node) => node % graph.nodes))].sort((a, b) => a - b);
    hits.push({ model, rows: members.map((member) => graph.rows[member] as number) });
    impossible = impossibleModels(hits.map((hit) => cycleExistsType(hit.model)));
  }
  return hits;
}

/**
 * Two vertices for each: reached by an edge of `mask`, or by an anti-dependency. From the second,
 * only an edge of `mask` goes on.
 */
function splitAtRw(graph: LabelledGraph, mask: number): Graph {
  const { nodes, start, target, bits } = graph;
  const list = new EdgeList();
  for (let node = 0; node < nodes; node++) {
    const end = start[node + 1] as number;
    for (let edge = start[node] as number; edge < end; edge++) {
      const to = target[edge] as number;
      const edgeBits = bits[edge] as number;
      if ((edgeBits & mask) !== 0) {
        list.add(node, to);
        list.add(nodes + node, to);
      }
      if ((edgeBits & RW) !== 0) list.add(node, nodes + to);
    }
  }
  return list.graph(2 * nodes);
}

/** The smallest component of two or more vertices. */
function smallestComponent(graph: Graph): number[] | undefined {
  const { component, count } = strongComponents(graph);
  const sizes = new Int32Array(count);
  for (const number of component) countUp(sizes, number);
  let smallest = -1;
  for (const number of component) {
    const size = sizes[number] as number;
    if (size >= 2 && (smallest < 0 || size < (sizes[smallest] as number))) smallest = number;
  }
  if (smallest < 0) return undefined;
  const members: number[] = [];
  component.forEach((number, node) => {
    if (number === smallest) members.push(node);
  });
  return members;
}
