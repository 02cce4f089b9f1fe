/**
 * Runs one scenario at level `sim` in memory, from its plan to its verdict: what a test of one's
 * own calls. Nothing is written; what happens goes to `sink` as well, for those who keep it.
 */

import { authorityOf, type MakeAuthority } from "../core/auth/profile.ts";
import { nodeMaker } from "../core/consensus/make-node.ts";
import { makePlan, type PlanRequest } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import { EvidenceBuilder } from "../core/run/evidence-builder.ts";
import type { RunRecord, RunSink } from "../core/run/record.ts";
import { judgeRun } from "../core/verdict/judge.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { baselineRecords } from "./baselines.ts";
import { SimulatedRun } from "./simulated-run.ts";

/** Some hundred times what the longest built-in scenario takes. */
const EVENTS_MAX = 500_000_000;

export interface ScenarioRun {
  readonly plan: RunPlan;
  readonly evidence: RunEvidence;
  /** The verdict with its reasons; `asExpected` is what a test asserts. */
  readonly result: RunResult;
}

/** Throws a `RigError` for a request that has no meaning, such as an unknown scenario. */
export function runScenario(
  request: PlanRequest,
  sink?: RunSink,
  makeSig?: MakeAuthority,
): ScenarioRun {
  return runPlan(makePlan(request), sink, makeSig);
}

/**
 * Runs a plan as it stands: one of `makePlan`, or one read from a `run.json`. `makeSig` makes the
 * signatures of profile `sig`.
 */
export function runPlan(plan: RunPlan, sink?: RunSink, makeSig?: MakeAuthority): ScenarioRun {
  const builder = new EvidenceBuilder(plan);
  const both: RunSink = {
    record(entry: RunRecord) {
      builder.add(entry);
      sink?.record(entry);
    },
    node: (...args) => sink?.node(...args),
    frame: (...args) => sink?.frame(...args),
  };
  for (const record of baselineRecords(plan)) both.record(record);
  const authority = authorityOf(plan, makeSig);
  const make = nodeMaker(plan, authority);
  const run = new SimulatedRun({ plan, makeNode: make, authority, sink: both });
  if (!run.advance(EVENTS_MAX)) {
    throw new RigError("rig.internal", `the run of seed ${plan.seed} does not end`);
  }
  run.end(null);
  const evidence = builder.evidence();
  return { plan, evidence, result: judgeRun(evidence) };
}
