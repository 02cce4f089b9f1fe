/**
 * All that the cycles of one strongly connected graph show: which models they rule out, and for
 * each type of cycle at most one example. Types that can't occur, because a model that forbids
 * them still holds, and types that are implied by one found before, are not looked for.
 */

import { findCycleHits } from "./cycle-exists.ts";
import { CycleSearch } from "./cycle-search.ts";
import { CYCLE_SPECS } from "./cycle-specs.ts";
import type { Findings } from "./findings.ts";
import { bitsBetween, type LabelledGraph } from "./labelled-graph.ts";
import { forbiddenBy, friendlyName, impliedBy, impossibleModels } from "./lattice.ts";
import { CYCLE_MODELS, cycleExistsType } from "./lattice-data.ts";
import { inSetOrder } from "./path-search.ts";
import { type ExplainedBy, explainedRelation } from "./relations.ts";
import type { CycleStep, Relation } from "./result.ts";

export const SEARCH_GAVE_UP = "cycle-search-timeout";

/** Says why one transaction comes before another; the only part that knows the workload. */
export type ProveStep = (from: number, to: number, relation: Relation) => CycleStep;

export interface CycleContext {
  readonly findings: Findings;
  readonly prove: ProveStep;
  readonly explainedBy: ExplainedBy;
  /** Index in the history of a row. */
  readonly indexOf: (row: number) => number;
  /** Steps for the search in each graph. */
  readonly steps: number;
}

export function findCycles(graph: LabelledGraph, context: CycleContext): void {
  const hits = findCycleHits(graph);
  const impossible = impossibleModels(hits.map((hit) => cycleExistsType(hit.model)));
  const redundant = new Set<string>();
  for (const model of CYCLE_MODELS) {
    if (impossible.has(model)) continue;
    for (const type of forbiddenBy([model])) redundant.add(type);
  }
  for (const { model, rows } of hits) {
    context.findings.add(cycleExistsType(model), () => existsAnomaly(model, rows, context));
  }
  const budget = { left: context.steps };
  const indexes = graph.rows.map(context.indexOf);
  const search = new CycleSearch(graph, () => inSetOrder(graph, indexes), budget);
  for (const spec of CYCLE_SPECS) {
    if (redundant.has(spec.type)) continue;
    const cycle = search.find(spec);
    if (budget.left <= 0) {
      giveUp(graph, search, context);
      return;
    }
    if (cycle === undefined) continue;
    const type = cycleType(relationsOf(graph, cycle, context.explainedBy));
    if (spec.isStrict && type !== spec.type) continue;
    addCycle(graph, cycle, context);
    for (const implied of impliedBy(spec.type)) redundant.add(implied);
  }
}

/** Type of a cycle by how its edges are explained. */
export function cycleType(relations: readonly Relation[]): string {
  let suffix = "";
  if (relations.includes("realtime")) suffix = "-realtime";
  else if (relations.includes("process")) suffix = "-process";
  const count = relations.filter((relation) => relation === "rw").length;
  if (count === 1) return `G-single-item${suffix}`;
  if (count > 1) {
    const isAdjacent = relations.some(
      (relation, at) => relation === "rw" && relations.at(at - 1) === "rw",
    );
    return (isAdjacent ? "G2-item" : "G-nonadjacent-item") + suffix;
  }
  return (relations.includes("wr") ? "G1c" : "G0") + suffix;
}

function relationsOf(
  graph: LabelledGraph,
  cycle: readonly number[],
  explainedBy: ExplainedBy,
): Relation[] {
  return cycle.map((from, at) => {
    const to = cycle[(at + 1) % cycle.length] as number;
    return explainedRelation(bitsBetween(graph, from, to), explainedBy);
  });
}

function addCycle(graph: LabelledGraph, cycle: readonly number[], context: CycleContext): void {
  const relations = relationsOf(graph, cycle, context.explainedBy);
  context.findings.add(cycleType(relations), () => {
    const rows = cycle.map((node) => graph.rows[node] as number);
    const steps = rows.map((row, at) =>
      context.prove(row, rows[(at + 1) % rows.length] as number, relations[at] as Relation),
    );
    const reasons = steps.map((step) => step.because).join("; ");
    const operations = rows.map(context.indexOf);
    return {
      explanation:
        `A cycle of ${rows.length} operations: ${reasons}. ` +
        `So operation ${operations[0]} would have to come before itself.`,
      operations,
      cycle: steps,
    };
  });
}

function existsAnomaly(model: string, rows: readonly number[], context: CycleContext) {
  const operations = rows.slice(0, 16).map(context.indexOf);
  const more =
    rows.length > operations.length ? ` and ${rows.length - operations.length} more` : "";
  return {
    explanation:
      `Operations ${operations.join(", ")}${more} come before each other in a circle, in a way ` +
      `that ${friendlyName(model)} does not allow.`,
    operations,
  };
}

/** The verdict stands on what was found; an example of any type shows where to look. */
function giveUp(graph: LabelledGraph, search: CycleSearch, context: CycleContext): void {
  context.findings.add(SEARCH_GAVE_UP, () => ({
    explanation:
      `The search for cycles among ${graph.nodes} operations was given up after ` +
      `${context.steps} steps; there may be more types of cycles than are named.`,
    operations: graph.rows.slice(0, 16).map(context.indexOf),
  }));
  addCycle(graph, search.anyCycle(), context);
}
