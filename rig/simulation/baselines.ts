/** Runs made for comparison, on the same seed, before the run whose assertions ask for them. */

import { makeNode } from "../core/consensus/make-node.ts";
import { latencySummary } from "../core/metrics/latency.ts";
import { latenciesNsOf, spansOf } from "../core/metrics/spans.ts";
import { makePlan } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { EvidenceBuilder } from "../core/run/evidence-builder.ts";
import type { RunRecord } from "../core/run/record.ts";
import { SimulatedRun } from "./simulated-run.ts";

const EVENTS_MAX = 50_000_000;

/** One record for each scenario that the plan compares with. */
export function baselineRecords(plan: RunPlan): readonly RunRecord[] {
  const scenarios = plan.assertions.flatMap((each) => ("scenario" in each ? [each.scenario] : []));
  return [...new Set(scenarios)].flatMap((scenario) => {
    const { seed, nodes } = plan;
    const { operations } = plan.workload;
    const usual = makePlan({
      scenario,
      seed,
      nodes,
      operations,
      protocol: plan.protocol,
      // Messages of the same size; who checks the signatures makes no difference to the bus.
      ...(plan.auth === undefined ? {} : { auth: "ideal" }),
    });
    // The same work: only what strikes the nodes may make the difference.
    const baseline = { ...usual, workload: plan.workload };
    const { p50Us } = latencySummary(latenciesOf(baseline));
    if (p50Us === null) return [];
    return [{ type: "baseline", time: 0, scenario, medianUs: p50Us } as const];
  });
}

function latenciesOf(plan: RunPlan): readonly number[] {
  const builder = new EvidenceBuilder(plan);
  const sink = { record: (entry: RunRecord) => builder.add(entry), node() {}, frame() {} };
  const run = new SimulatedRun({ plan, makeNode: (node) => makeNode(plan, node), sink });
  run.advance(EVENTS_MAX);
  run.end(null);
  return latenciesNsOf(spansOf(builder.evidence().operations));
}
