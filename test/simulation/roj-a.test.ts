/**
 * ROJ-A in every scenario that it can do: the outcome is the expected one on each seed, and where
 * it may stop and ROJ-B must not, it says why. The number of seeds can be raised with RIG_SEEDS.
 */

import { describe, expect, it } from "vitest";
import { ROJ_RULES } from "../../rig/core/consensus/roj/rules.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { simulate, simulatePlan } from "../support/simulate.ts";

const SEEDS = Number(process.env["RIG_SEEDS"] ?? 3);
const PROTOCOL = { protocol: "roj-a" } as const;
/** Of the published ones, as the verdict matrix has them. */
const MATRIX: Readonly<Record<string, string>> = {
  happy: "tolerate",
  partition: "safe-only",
  "leader-crash": "safe-only",
  "message-loss": "tolerate",
  contention: "safe-only",
  "slow-network": "tolerate",
};
const MATRIX_SEEDS = Math.max(SEEDS, 6);

const ABLE = SCENARIOS.filter(({ name }) => !name.startsWith("bft-")).map(({ name }) => name);

describe("each scenario gives what is expected of ROJ-A, on every seed", () => {
  it.each(ABLE)(
    "%s",
    (scenario) => {
      const seeds = scenario in MATRIX ? MATRIX_SEEDS : SEEDS;
      for (let seed = 1; seed <= seeds; seed++) {
        const evidence = simulate({ scenario, seed, ...PROTOCOL });
        const baselines = { happy: 1 };
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

describe("what is expected of ROJ-A", () => {
  it.each(Object.entries(MATRIX))("in %s is %s", (scenario, expected) => {
    expect(makePlan({ scenario, seed: 1, ...PROTOCOL }).expectation.class).toBe(expected);
  });

  it.each([
    ["leader-crash", "1 of 5 nodes may be away"],
    ["masquerade", "1 of 5 nodes may be away"],
    ["contention", "no second round"],
    ["janus", "for ever"],
    ["torn-write", "for ever"],
  ])("in %s is explained", (scenario, why) => {
    expect(makePlan({ scenario, seed: 1, ...PROTOCOL }).expectation.why).toContain(why);
  });
});

describe("a slot of ROJ-A", () => {
  it("waits for its owner: nothing is acknowledged while that is away", () => {
    const { windows } = judgeRun(simulate({ scenario: "leader-crash", seed: 2, ...PROTOCOL }));
    const { issued, ok } = windows.duringFaults;
    expect(issued).toBeGreaterThan(20);
    // Five clients have one operation open each when the owner goes.
    expect(ok).toBeLessThan(issued / 2);
    expect(windows.finalReads.ok).toBe(windows.finalReads.issued);
  });

  it("takes one round of votes where ROJ-B takes two", () => {
    const [one, two] = (["roj-a", "roj"] as const).map((protocol) => {
      const { latency } = judgeRun(simulate({ scenario: "happy", seed: 1, protocol }));
      return latency.p50Us as number;
    });
    expect(one).toBeLessThan(two as number);
  });

  it("that is decided by too few votes is found out", () => {
    const plan = makePlan({ scenario: "message-loss", seed: 1, ...PROTOCOL });
    const { invariants } = simulatePlan(plan, { ...ROJ_RULES, quorum: () => 2 });
    const broken = invariants.filter(({ violations }) => violations.length > 0);
    expect(broken.map(({ name }) => name)).toContain("commit-quorum");
  });
});
