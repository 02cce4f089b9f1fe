/**
 * Every scenario on many seeds: the outcome is the expected one on each. The number of seeds can
 * be raised with RIG_SEEDS for a nightly job.
 */

import { describe, expect, it } from "vitest";
import { latencySummary } from "../../rig/core/metrics/latency.ts";
import { latenciesNsOf, spansOf } from "../../rig/core/metrics/spans.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { simulate } from "../support/simulate.ts";

const SEEDS = Number(process.env["RIG_SEEDS"] ?? 40);

describe("each scenario gives what is expected of it, on every seed", () => {
  it.each(SCENARIOS.map(({ name }) => name))(
    "%s",
    (scenario) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
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
        expect({ seed, outcome, asExpected, reasons }).toMatchObject({
          seed,
          outcome: "valid",
          asExpected: true,
        });
      }
    },
    300_000,
  );
});
