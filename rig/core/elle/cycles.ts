/**
 * All that the cycles of one strongly connected graph show: which models they rule out, and for
 * each type of cycle at most one example. Types that can't occur, because a model that forbids
 * them still holds, and types that are implied by one found before, are not looked for.
 */

import type { HistoryTable } from "../history/history-table.ts";
import { microOperationText } from "../history/operation-detail.ts";
import { findCycleHits } from "./cycle-exists.ts";
import { CycleSearch } from "./cycle-search.ts";
import { CYCLE_SPECS } from "./cycle-specs.ts";
import { cycleType } from "./cycle-type.ts";
import { type Finding, type Findings, nameAt } from "./findings.ts";
import { bitsBetween, type LabelledGraph } from "./labelled-graph.ts";
import { forbiddenBy, friendlyName, impliedBy, impossibleModels } from "./lattice.ts";
import { CYCLE_MODELS, cycleExistsType } from "./lattice-data.ts";
import { inSetOrder } from "./path-search.ts";
import { type ExplainedBy, explainedRelation } from "./relations.ts";
import type { CycleStep, Relation } from "./result.ts";
import { detailOfRow } from "./row-details.ts";
import { shortestLike } from "./shorter-cycle.ts";
import { cutText, indexOf, type NameOf, operationText, type RowEdge, spanOf } from "./texts.ts";
import { NONE } from "./transactions.ts";

export const SEARCH_GAVE_UP = "cycle-search-timeout";

/** Says why one transaction comes before another; the only part that knows the workload. */
export type ProveStep = (edge: RowEdge, nameOf: NameOf) => CycleStep;

export interface CycleContext {
  readonly findings: Findings;
  readonly prove: ProveStep;
  readonly explainedBy: ExplainedBy;
  readonly table: HistoryTable;
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
  const indexes = graph.rows.map((row) => indexOf(context.table, row));
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
  const { explainedBy } = context;
  const type = cycleType(relationsOf(graph, cycle, explainedBy));
  context.findings.add(type, () => {
    const shortest = shortestLike(graph, cycle, { type, explainedBy });
    return cycleFinding(graph, fromEarliest(graph, shortest, context.table), context);
  });
}

/** The same cycle, told from the transaction that began first. */
function fromEarliest(
  { rows }: LabelledGraph,
  cycle: readonly number[],
  table: HistoryTable,
): readonly number[] {
  const begins = cycle.map((node) => {
    const row = rows[node] as number;
    const [invoked] = spanOf(table, row);
    return invoked === NONE ? row : invoked;
  });
  const first = begins.indexOf(Math.min(...begins));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

function cycleFinding(
  graph: LabelledGraph,
  cycle: readonly number[],
  { table, explainedBy, prove }: CycleContext,
): Finding {
  const relations = relationsOf(graph, cycle, explainedBy);
  const rows = cycle.map((node) => graph.rows[node] as number);
  const nameOf = (row: number) => {
    const place = rows.indexOf(row);
    return place < 0 ? operationText(table, row) : nameAt(place);
  };
  const steps = rows.map((from, at) => {
    const to = rows[(at + 1) % rows.length] as number;
    return prove({ from, to, relation: relations[at] as Relation }, nameOf);
  });
  const members = rows.map((row, at) => {
    const detail = detailOfRow(table, row, nameAt(at));
    const what = detail.operations.map(microOperationText).join(", ");
    return `${detail.name} is ${operationText(table, row)}: ${cutText(what)}.`;
  });
  const reasons = steps.map(({ relation, because }, at) => {
    const next = nameAt((at + 1) % rows.length);
    return `${nameAt(at)} comes before ${next} (${relation}): ${because}.`;
  });
  const end = `So ${nameAt(0)} would have to come before itself: a contradiction.`;
  return { sentences: [...members, ...reasons, end], rows, cycle: steps };
}

function existsAnomaly(model: string, rows: readonly number[], { table }: CycleContext): Finding {
  const operations = rows.slice(0, 16).map((row) => indexOf(table, row));
  const more =
    rows.length > operations.length ? ` and ${rows.length - operations.length} more` : "";
  return {
    sentences: [
      `Operations ${operations.join(", ")}${more} come before each other in a circle, in a way ` +
        `that ${friendlyName(model)} does not allow.`,
    ],
    rows: rows.slice(0, 16),
  };
}

/** The verdict stands on what was found; an example of any type shows where to look. */
function giveUp(graph: LabelledGraph, search: CycleSearch, context: CycleContext): void {
  context.findings.add(SEARCH_GAVE_UP, () => ({
    sentences: [
      `The search for cycles among ${graph.nodes} operations was given up after ` +
        `${context.steps} steps; there may be more types of cycles than are named.`,
    ],
    rows: graph.rows.slice(0, 16),
  }));
  addCycle(graph, search.anyCycle(), context);
}
