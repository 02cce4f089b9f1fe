/**
 * The swarm: on every seed another cluster, other clients, timers and overlapping faults. Nothing
 * that the correct protocol does may be called a violation, and where it can go on it does.
 * RIG_SWARM_SEEDS says how many seeds, RIG_SWARM_FROM the first of them.
 */

import { describe, expect, it } from "vitest";
import { FAULT_KINDS } from "../../rig/core/fault/fault.ts";
import { planIssues } from "../../rig/core/plan/make-plan.ts";
import { swarmBug, swarmPlan } from "../../rig/core/plan/swarm.ts";
import { runPlan } from "../../rig/simulation/run-scenario.ts";

const SEEDS = Number(process.env["RIG_SWARM_SEEDS"] ?? 8);
const FROM = Number(process.env["RIG_SWARM_FROM"] ?? 1);

describe(`the swarm, from seed ${FROM}`, () => {
  it(`shows no bug in ${SEEDS} seeds`, () => {
    const bugs: string[] = [];
    const outcomes = new Map<string, number>();
    for (let seed = FROM; seed < FROM + SEEDS; seed++) {
      const { result } = runPlan(swarmPlan(seed));
      const bug = swarmBug(result);
      if (bug !== null) bugs.push(`seed ${seed}: ${bug}`);
      const each = `${result.expectation.class} ${result.outcome}`;
      outcomes.set(each, (outcomes.get(each) ?? 0) + 1);
    }
    if (SEEDS > 1000) process.stdout.write(`${JSON.stringify([...outcomes])}\n`);
    expect(bugs).toEqual([]);
    expect(outcomes.get("tolerate valid")).toBeGreaterThan(SEEDS / 10);
  }, 36_000_000);
});

/** Each once showed a bug: of the bus model, of clients on nodes that were paused, of a check. */
const SHOWED_A_BUG = [958, 1988, 2589, 9282, 9431];

describe("the swarm, on seeds that showed a bug", () => {
  it.each(SHOWED_A_BUG)("shows none any more on %i", (seed) => {
    expect(swarmBug(runPlan(swarmPlan(seed)).result)).toBeNull();
  });
});

describe("plans of the swarm", () => {
  const plans = Array.from({ length: 1000 }, (_, seed) => swarmPlan(seed));

  it("have a meaning, each, and are the same for the same seed", () => {
    expect(plans.flatMap((plan) => planIssues(plan))).toEqual([]);
    expect(swarmPlan(7)).toEqual(plans[7]);
  });

  it("are of every size and class, and mostly of those that the protocol has to bear", () => {
    expect([...new Set(plans.map(({ nodes }) => nodes))].sort()).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    const beyond = plans.filter(({ expectation }) => expectation.class === "must-detect").length;
    expect(beyond).toBeGreaterThan(0);
    expect(beyond).toBeLessThan(plans.length / 10);
  });

  it("hold faults of nearly all kinds, five and more at once", () => {
    const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    const never = FAULT_KINDS.filter((kind) => !kinds.has(kind));
    expect(never.filter((kind) => !SCRIPTED.has(kind))).toEqual([]);
    expect(Math.max(...plans.map(({ faults }) => faults.length))).toBeGreaterThanOrEqual(5);
  });
});

/** Kinds that take a script to strike, or a trace, and have scenarios or tests of their own. */
const SCRIPTED: ReadonlySet<string> = new Set(["twin-node", "background"]);
