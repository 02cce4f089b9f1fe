/**
 * Traitors among honest nodes: each behaviour takes effect, is noticed where it can be, and within
 * the bound changes nothing; beyond it, colluders break agreement on each seed and size.
 */

import { describe, expect, it } from "vitest";
import { ed25519Authority } from "../../rig/adapters/crypto/ed25519.ts";
import type { AuthProfile } from "../../rig/core/auth/profile.ts";
import { ROJ_RULES } from "../../rig/core/consensus/roj/rules.ts";
import { BEHAVIOURS, type Behaviour } from "../../rig/core/fault/byzantine-faults.ts";
import { changedScenario, type Traitors } from "../../rig/core/plan/change-scenario.ts";
import { findScenario, makePlan } from "../../rig/core/plan/make-plan.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { runPlan } from "../../rig/simulation/run-scenario.ts";
import { simulatePlan } from "../support/simulate.ts";

function planWith(nodes: number, byzantine: readonly Traitors[], auth?: AuthProfile) {
  const scenario = changedScenario(findScenario("happy"), { byzantine });
  return makePlan({ scenario, nodes, seed: 3, ...(auth === undefined ? {} : { auth }) });
}

function convictedBy(nodes: ReturnType<typeof simulatePlan>["nodes"]): readonly number[] {
  return [...new Set(honestNodes(nodes).flatMap(({ convicted = [] }) => convicted))].sort();
}

function honestNodes(nodes: ReturnType<typeof simulatePlan>["nodes"]) {
  return nodes.filter(({ isByzantine }) => isByzantine !== true);
}

describe("one traitor", () => {
  const single = BEHAVIOURS.filter((each): each is Behaviour => each !== "colluding");

  it.each(single)("of four, %s, takes effect and is borne", (behaviour) => {
    const evidence = simulatePlan(planWith(4, [{ nodes: [0], behaviour }]));
    const result = judgeRun(evidence);
    expect(evidence.faults[0]?.effects).toBeGreaterThan(10);
    expect(result.reasons.filter(({ outcome }) => outcome !== "valid")).toEqual([]);
    const rejected = honestNodes(evidence.nodes).flatMap((each) =>
      Object.keys(each.rejected ?? {}),
    );
    const convicted = honestNodes(evidence.nodes).flatMap((each) => each.convicted ?? []);
    expect(new Set(convicted)).toEqual(new Set(behaviour === "equivocating" ? [0] : []));
    if (behaviour === "malformed") expect(new Set(rejected).size).toBeGreaterThan(5);
    if (behaviour === "false-commit") {
      expect(rejected).toEqual(
        expect.arrayContaining(["Commit: not-confirmed-here", "Decided: duplicate-signer"]),
      );
    }
    if (behaviour === "silent") expect(evidence.nodes[0]).toMatchObject({ isByzantine: true });
  });

  it("can turn honest again: then it answers, and is still no witness", () => {
    const plan = makePlan({ scenario: "bft-minority", seed: 2, nodes: 4 });
    const evidence = simulatePlan(plan);
    expect(evidence.faults.map(({ effects }) => effects > 0)).toEqual([true, true, true, true]);
    expect(judgeRun(evidence).outcome).toBe("valid");
    expect(evidence.nodes[0]).toMatchObject({ isByzantine: true });
    expect(evidence.nodes[0]?.decided).toBe(evidence.nodes[1]?.decided);
  });
});

describe("several traitors", () => {
  it.each([
    ["equivocating", "malformed", [0]],
    ["false-commit", "equivocating", [1]],
    ["silent", "false-commit", []],
  ] as const)("of seven, one %s and one %s, are borne together", (first, second, guilty) => {
    const traitors = [first, second].map((behaviour, node) => ({ nodes: [node], behaviour }));
    const evidence = simulatePlan(planWith(7, traitors));
    const { outcome, asExpected } = judgeRun(evidence);
    expect([outcome, asExpected]).toEqual(["valid", true]);
    expect(evidence.faults.every(({ effects }) => effects > 0)).toBe(true);
    expect(convictedBy(evidence.nodes)).toEqual(guilty);
  });

  it("are refused where they are more than the bound and have no plan", () => {
    const tooMany = [{ nodes: [0, 1], behaviour: "equivocating" }] as const;
    expect(() => planWith(5, tooMany)).toThrow("2 Byzantine nodes where 1 are the bound");
  });
});

describe("signatures of profile sig", () => {
  it.each(["bft-equivocation", "happy"])(
    "give the same history as ideal ones, but for times (%s)",
    (scenario) => {
      const histories = (["ideal", "sig"] as const).map((auth) => {
        const plan = makePlan({ scenario, seed: 5, auth, operations: 40 });
        // One client: no race between two of them hangs on a bit more or less on the bus.
        const single = { ...plan, workload: { ...plan.workload, clients: 1 } };
        const { evidence, result } = runPlan(single, undefined, ed25519Authority);
        expect(result.outcome).toBe("valid");
        return evidence.operations.map(({ time: _time, ...operation }) => operation);
      });
      expect(histories[0]).toEqual(histories[1]);
    },
    30_000,
  );
});

describe("colluders beyond the bound", () => {
  it.each([4, 5, 6, 7, 8, 9, 10])("among %i nodes break agreement, and Elle sees it", (nodes) => {
    for (let seed = 1; seed <= 3; seed++) {
      const evidence = simulatePlan(makePlan({ scenario: "bft-over-threshold", seed, nodes }));
      const { outcome, asExpected, check } = judgeRun(evidence);
      const agreement = evidence.invariants.find(({ name }) => name === "agreement");
      expect(agreement?.violations).not.toEqual([]);
      expect([outcome, asExpected, check.valid]).toEqual(["invalid", true, false]);
      // Agreement can't be broken without a trace: more than the bound are proven guilty.
      const [fault] = evidence.plan.faults;
      expect(convictedBy(evidence.nodes)).toEqual(fault && "nodes" in fault ? fault.nodes : []);
    }
  });

  it("that nobody notices are a failure of the rig", () => {
    const plan = makePlan({ scenario: "bft-over-threshold", seed: 1 });
    const { expectation } = plan;
    const harmless = { ...makePlan({ scenario: "happy", seed: 1 }), expectation };
    const { outcome, asExpected } = judgeRun(simulatePlan(harmless));
    expect([outcome, asExpected]).toEqual(["valid", false]);
  });
});

describe("a planted bug", () => {
  const violated = (scenario: string, rule: object): readonly string[] => {
    const names = new Set<string>();
    for (let seed = 1; seed <= 5; seed++) {
      const evidence = simulatePlan(makePlan({ scenario, seed }), { ...ROJ_RULES, ...rule });
      for (const { name, violations } of evidence.invariants) {
        if (violations.length > 0) names.add(name);
      }
    }
    return [...names];
  };

  it.each([
    ["a commit is believed without its votes", "bft-false-commit", { trustsCommits: true }],
    ["a signer counts twice", "bft-false-commit", { refusesDoubleSigners: false }],
  ])("is caught: %s", (_what, scenario, rule) => {
    expect(violated(scenario, rule)).toContain("commit-quorum");
  });

  it("is caught: votes of two rounds convict an honest node", () => {
    const placeOf = ({ kind, slot }: { kind: string; slot: number }) => `${kind}/${slot}`;
    expect(violated("bft-equivocation", { placeOf })).toContain("no-false-evidence");
  });
});
