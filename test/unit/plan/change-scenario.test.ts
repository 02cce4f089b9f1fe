/** Scenarios of one's own, and what the command line puts over them. */

import { describe, expect, it } from "vitest";
import { changedScenario, type ScenarioChanges } from "../../../rig/core/plan/change-scenario.ts";
import { findScenario, makePlan, scenarioIssues } from "../../../rig/core/plan/make-plan.ts";
import { isSamePlan } from "../../../rig/core/plan/same-plan.ts";
import type { Scenario, ScenarioFault } from "../../../rig/core/plan/scenario.ts";

const BARE: Scenario = {
  name: "mine",
  summary: "",
  nodes: 5,
  nodesMin: 1,
  workload: {},
  faults: [],
  floors: {},
  timers: {},
  assertions: [],
};
const aScenario = (change: Partial<Scenario> = {}): Scenario => ({ ...BARE, ...change });
const planOf = (change: Partial<Scenario>) => makePlan({ scenario: aScenario(change), seed: 1 });
const changed = (name: string, changes: ScenarioChanges) =>
  makePlan({ scenario: changedScenario(findScenario(name), changes), seed: 1 });
const CUT: ScenarioFault = { kind: "power-cut", nodes: [0], start: { atPercent: 50 } };

describe("a scenario of one's own", () => {
  it("says the workload, the floors and the timers", () => {
    const plan = planOf({
      workload: { operations: 40, clients: 3, keys: 2, appendPercent: 80, txnLength: 1 },
      floors: { afterHeal: 7 },
      timers: { roundTimeoutNs: 30_000_000 },
    });
    expect(plan.workload).toMatchObject({ operations: 40, clients: 3, keys: 2, microOpsMax: 1 });
    expect(plan.workload.readPercent).toBe(20);
    expect(plan.floors).toEqual({
      outsideFaultsPercent: 50,
      duringFaultsPercent: 50,
      afterHeal: 7,
    });
    expect(plan.timers).toEqual({ roundTimeoutNs: 30_000_000, roundDeltaNs: 3_000_000 });
    expect(plan.client.operationTimeoutNs).toBe(240_000_000);
  });

  it("numbers its faults by kind, and keeps the names that it gives", () => {
    const { faults } = planOf({ nodes: 7, faults: [CUT, { ...CUT, nodes: [1], id: "b" }, CUT] });
    expect(faults.map(({ id }) => id)).toEqual(["power-cut-1", "b", "power-cut-3"]);
  });

  it.each<[string, Partial<Scenario>, RegExp]>([
    ["a node that is not there", { faults: [{ ...CUT, nodes: [5] }] }, /faults\[0\].nodes: .*5/],
    ["a node twice", { faults: [{ ...CUT, nodes: [1, 1] }] }, /node 1 twice/],
    ["a name twice", { faults: [CUT, { ...CUT, id: "power-cut-1" }] }, /\.id: .*used twice/],
    ["an end before the start", { faults: [{ ...CUT, end: { atPercent: 40 } }] }, /\.end: /],
    ["an operation too far", { faults: [{ ...CUT, start: { atOperation: 100 } }] }, /at most 99/],
    ["an expectation that is not so", { expectation: "safe-only" }, /safe-only.*tolerate/],
  ])("is refused for %s", (_, change, text) => {
    expect(() => planOf(change)).toThrow(text);
    const size = { nodes: 5, operations: 100 };
    expect(scenarioIssues(aScenario(change), size)).toHaveLength(1);
  });

  it("is refused when its appends use up the keys", () => {
    const workload = { operations: 200_000, appendPercent: 100 };
    expect(() => planOf({ workload })).toThrow(/use up all 16384 keys/);
  });
});

describe("the command line over a scenario", () => {
  it("changes the workload and leaves the rest", () => {
    const plan = changed("partition", { workload: { keys: 2, clients: 4 } });
    const usual = makePlan({ scenario: "partition", seed: 1 });
    expect(plan).toEqual({ ...usual, workload: { ...usual.workload, keys: 2, clients: 4 } });
  });

  it("sets the loss that is there, adds one where there is none, and takes it out with 0", () => {
    expect(changed("message-loss", { loss: 0.3 }).faults).toMatchObject([
      { id: "loss-1", probability: 0.3, start: { atOperation: 10 } },
    ]);
    expect(changed("happy", { loss: 0.3 }).faults).toMatchObject([
      { nodes: [0, 1, 2], probability: 0.3, start: { atNs: 0 } },
    ]);
    expect(changed("message-loss", { loss: 0 }).faults).toEqual([]);
  });

  it("sets the delay, and the timers with it", () => {
    const delay = { minNs: 0, maxNs: 10_000_000 };
    expect(changed("slow-network", { delay }).timers.roundTimeoutNs).toBe(40_000_000);
    expect(changed("happy", { delay }).faults).toMatchObject([{ kind: "delay", ...delay }]);
    expect(changed("slow-network", { delay: { minNs: 0, maxNs: 0 } }).faults).toEqual([]);
  });

  it("puts a fault list in place of the scenario's own", () => {
    expect(changed("partition", { faults: [CUT] }).faults.map(({ kind }) => kind)).toEqual([
      "power-cut",
    ]);
  });
});

describe("two plans", () => {
  it("are the same whatever the order of their fields", () => {
    const plan = makePlan({ scenario: "partition", seed: 1 });
    const entries = Object.entries(structuredClone(plan)).reverse();
    expect(isSamePlan(plan, Object.fromEntries(entries) as unknown as typeof plan)).toBe(true);
    expect(isSamePlan(plan, { ...plan, seed: 2 })).toBe(false);
    expect(isSamePlan(plan, { ...plan, faults: [] })).toBe(false);
  });
});
