/** Runs made for comparison, on the same seed, before the run whose assertions ask for them. */

import { makeNode } from "../core/consensus/make-node.ts";
import { latencySummary } from "../core/metrics/latency.ts";
import { latenciesNsOf, spansOf } from "../core/metrics/spans.ts";
import { makePlan } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import { EvidenceBuilder } from "../core/run/evidence-builder.ts";
import type { RunRecord } from "../core/run/record.ts";
import { SimulatedRun } from "./simulated-run.ts";

const EVENTS_MAX = 50_000_000;

export interface Baseline {
  readonly scenario: string;
  readonly plan: RunPlan;
}

/** The runs that the plan compares itself with: the same seed, size and level. */
export function baselinesOf(plan: RunPlan): readonly Baseline[] {
  const scenarios = plan.assertions.flatMap((each) => ("scenario" in each ? [each.scenario] : []));
  return [...new Set(scenarios)].map((scenario) => {
    const { seed, nodes, protocol, level } = plan;
    const { operations } = plan.workload;
    const usual = makePlan({
      scenario,
      seed,
      nodes,
      operations,
      protocol,
      level,
      // Messages of the same size; who checks the signatures makes no difference to the bus.
      ...(plan.auth === undefined ? {} : { auth: plan.auth === "mac" ? "mac" : "ideal" }),
    });
    // The same work: only what strikes the nodes may make the difference.
    return { scenario, plan: { ...usual, workload: plan.workload } };
  });
}

/** What a run with this evidence is to be compared with; nothing where nothing was acknowledged. */
export function baselineRecord(scenario: string, evidence: RunEvidence): readonly RunRecord[] {
  const { p50Us } = latencySummary(latenciesNsOf(spansOf(evidence.operations)));
  return p50Us === null ? [] : [{ type: "baseline", time: 0, scenario, medianUs: p50Us }];
}

/** One record for each scenario that the plan compares with, run here and now. */
export function baselineRecords(plan: RunPlan): readonly RunRecord[] {
  return baselinesOf(plan).flatMap(({ scenario, plan: baseline }) =>
    baselineRecord(scenario, evidenceOf(baseline)),
  );
}

function evidenceOf(plan: RunPlan): RunEvidence {
  const builder = new EvidenceBuilder(plan);
  const sink = { record: (entry: RunRecord) => builder.add(entry), node() {}, frame() {} };
  const run = new SimulatedRun({ plan, makeNode: (node) => makeNode(plan, node), sink });
  run.advance(EVENTS_MAX);
  run.end(null);
  return builder.evidence();
}
