/** Runs a scenario in memory, to its end, and returns the evidence. */

import { makeNode } from "../../rig/core/consensus/make-node.ts";
import type { RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { makePlan, type PlanRequest } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import type { RunEvidence } from "../../rig/core/run/evidence.ts";
import { EvidenceBuilder } from "../../rig/core/run/evidence-builder.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import { SimulatedRun } from "../../rig/simulation/simulated-run.ts";

const EVENTS_MAX = 20_000_000;

export function simulate(request: PlanRequest): RunEvidence {
  return simulatePlan(makePlan(request));
}

/** `rules` plants a bug in the nodes. */
export function simulatePlan(plan: RunPlan, rules?: RojRules): RunEvidence {
  const builder = new EvidenceBuilder(plan);
  const sink = { record: (entry: RunRecord) => builder.add(entry), node() {}, frame() {} };
  const make = (node: number, own = rules) =>
    makeNode(plan, node, own === undefined ? {} : { rules: own });
  const run = new SimulatedRun({ plan, makeNode: make, sink });
  if (!run.advance(EVENTS_MAX)) throw new Error(`the run does not end: seed ${plan.seed}`);
  run.end(null);
  return builder.evidence();
}
