/**
 * Registers through whole runs: every scenario gives what is expected of it, a broken protocol
 * shows, and what the nodes say they applied agrees with what clients read. RIG_SEEDS raises the
 * number of seeds.
 */

import { describe, expect, it } from "vitest";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { checkRwRegister } from "../../rig/core/elle/index.ts";
import { isClientOperation } from "../../rig/core/history/operation.ts";
import { tableOfOperations } from "../../rig/core/history/operation-table.ts";
import { readHistory } from "../../rig/core/history/read-history.ts";
import { jsonLinesOfHistory } from "../../rig/core/history/write-history.ts";
import { changedScenario } from "../../rig/core/plan/change-scenario.ts";
import { findScenario, makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import type { ScenarioWorkload } from "../../rig/core/plan/scenario.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { commitOrder, type RequestName } from "../../rig/core/run/commit-order.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { KNOWN_OF_RUNS } from "../../rig/core/verdict/known-of-runs.ts";
import { baselineRecords } from "../../rig/simulation/baselines.ts";
import { RecordedRun } from "../support/recorded-run.ts";
import { simulatePlan } from "../support/simulate.ts";

const SEEDS = Number(process.env["RIG_SEEDS"] ?? 2);
const LIMIT_MS = 600_000;
const ASKED = { consistency: "strict-serializable", ...KNOWN_OF_RUNS["rw-register"] } as const;

function aPlan(scenario: string, seed: number, workload: ScenarioWorkload = {}): RunPlan {
  const change = { workload: { kind: "rw-register", ...workload } } as const;
  return makePlan({ scenario: changedScenario(findScenario(scenario), change), seed });
}

/** Those in which no node lies. */
const CRASH_SCENARIOS = SCENARIOS.map(({ name }) => name).filter(
  (name) => !name.startsWith("bft-"),
);

describe("each scenario gives what is expected of it with registers", () => {
  it.each(CRASH_SCENARIOS)(
    "%s",
    (scenario) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const plan = aPlan(scenario, seed);
        const baselines = Object.fromEntries(
          baselineRecords(plan).flatMap((each) =>
            each.type === "baseline" ? [[each.scenario, each.medianUs]] : [],
          ),
        );
        const result = judgeRun({ ...simulatePlan(plan), baselines });
        const { outcome, asExpected, reasons, check } = result;
        expect({ seed, outcome, asExpected, reasons }).toMatchObject({ seed, outcome: "valid" });
        expect(asExpected).toBe(true);
        expect(check).toMatchObject({ model: "rw-register", consistency: "strict-serializable" });
      }
    },
    LIMIT_MS,
  );

  it("also of clients that live on the nodes", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { outcome, reasons, check } = judgeRun(
        simulatePlan(aPlan("leader-crash", seed, { clientsAt: "nodes" })),
      );
      expect({ seed, outcome, reasons }).toMatchObject({ seed, outcome: "valid" });
      expect(check.model).toBe("rw-register");
    }
  });
});

describe("a run with registers", () => {
  const plan = aPlan("message-loss", 5);
  const run = new RecordedRun(plan).finish();

  it("writes and reads single values, nil before the first write", () => {
    const kinds = new Set<string>();
    for (const operation of run.operations) {
      if (!isClientOperation(operation) || operation.type !== "ok") continue;
      for (const [f, , value] of operation.value) {
        kinds.add(`${f} ${value === null ? "nil" : typeof value}`);
      }
    }
    expect([...kinds].sort()).toEqual(["r nil", "r number", "w number"]);
  });

  it("has the same verdict when its history is written down and read again", () => {
    const text = new TextEncoder().encode(jsonLinesOfHistory(run.operations));
    expect(checkRwRegister(readHistory(text), ASKED)).toEqual(
      checkRwRegister(tableOfOperations(run.operations), ASKED),
    );
  });

  it("reads what the order says in which the nodes applied its transactions", () => {
    const slots = new Map<number, readonly RequestName[]>();
    for (const { record } of run.deeds) {
      if (record.event !== "apply") continue;
      slots.set(record.slot as number, record.requests as readonly RequestName[]);
    }
    const inOrder = [...slots].sort(([a], [b]) => a - b).map(([, requests]) => requests);
    const table = tableOfOperations(run.operations);
    const transactionOrder = commitOrder(table, plan.workload.clients, inOrder);
    const oks = run.operations.filter(({ type }) => type === "ok");
    for (const { index } of oks) expect(transactionOrder.has(index)).toBe(true);
    expect(checkRwRegister(table, { ...ASKED, transactionOrder }).valid).toBe(true);
    // Played backwards it is not what happened.
    const backwards = new Map([...transactionOrder].map(([index, place]) => [index, -place]));
    const turned = { consistency: ASKED.consistency, transactionOrder: backwards };
    expect(checkRwRegister(table, turned).valid).toBe(false);
  });
});

describe("a broken protocol shows in registers", () => {
  /** Both sides of a partition go on by themselves. */
  const SPLIT: RojRules = { ...ROJ_RULES, quorum: () => 2 };

  it("that lets two of five nodes decide", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { outcome, check, reasons } = judgeRun(simulatePlan(aPlan("partition", seed), SPLIT));
      expect({ seed, outcome, valid: check.valid }).toEqual({
        seed,
        outcome: "invalid",
        valid: false,
      });
      expect(check.anomalyTypes.length).toBeGreaterThan(0);
      expect(reasons.map(({ code }) => code)).toContain("anomalies");
    }
  });

  it("and is shown by what is known of the run: without it such histories pass", () => {
    const { operations } = simulatePlan(aPlan("partition", 1, { txnLength: 1, keys: 5 }), SPLIT);
    const table = tableOfOperations(operations);
    const { consistency } = ASKED;
    expect(checkRwRegister(table, { consistency }).valid).toBe(true);
    expect(checkRwRegister(table, ASKED).valid).toBe(false);
  });
});
