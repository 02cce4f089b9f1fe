/**
 * Every scenario on many seeds: the outcome is the expected one on each. The number of seeds can
 * be raised with RIG_SEEDS for a nightly job.
 */

import { describe, expect, it } from "vitest";
import { latencySummary } from "../../rig/core/metrics/latency.ts";
import { latenciesNsOf, spansOf } from "../../rig/core/metrics/spans.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { simulate } from "../support/simulate.ts";

const ALL = process.env["RIG_SEEDS"];
const SEEDS = Number(ALL ?? 5);
const SIGNED_SEEDS = 3;

describe("each scenario gives what is expected of it, on every seed", () => {
  it.each(SCENARIOS.map(({ name }) => name))(
    "%s",
    (scenario) => {
      // Signed runs take five times as long: all their seeds are for a job of their own.
      const isSigned = makePlan({ scenario, seed: 1 }).auth !== undefined;
      const seeds = isSigned && ALL === undefined ? SIGNED_SEEDS : SEEDS;
      for (let seed = 1; seed <= seeds; seed++) {
        const evidence = simulate({ scenario, seed });
        const baselines: Record<string, number> = {};
        for (const assertion of evidence.plan.assertions) {
          if (!("scenario" in assertion)) continue;
          const { nodes } = evidence.plan;
          const baseline = simulate({ scenario: assertion.scenario, seed, nodes });
          const latency = latencySummary(latenciesNsOf(spansOf(baseline.operations)));
          baselines[assertion.scenario] = latency.p50Us ?? 0;
        }
        const { outcome, asExpected, reasons } = judgeRun({ ...evidence, baselines });
        const isDetection = evidence.plan.expectation.class === "must-detect";
        expect({ seed, outcome, asExpected, reasons }).toMatchObject({
          seed,
          outcome: isDetection ? "invalid" : "valid",
          asExpected: true,
        });
      }
    },
    300_000,
  );
});
