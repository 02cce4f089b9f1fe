/**
 * One seed, one run: the same bytes whenever, however often, beside whatever else, and in
 * whatever slices it runs.
 */

import { describe, expect, it } from "vitest";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../../rig/core/plan/scenarios.ts";
import { RecordedRun } from "../../support/recorded-run.ts";

function planOf(scenario: string, seed: number) {
  return makePlan({ scenario, seed, operations: 40 });
}

function textOf(scenario: string, seed: number): string {
  return new RecordedRun(planOf(scenario, seed)).finish().text;
}

describe("a seed", () => {
  it("gives the same bytes whatever ran before it", () => {
    const names = SCENARIOS.map(({ name }) => name);
    const forward = new Map(names.map((name) => [name, textOf(name, 3)]));
    for (const name of names.toReversed()) expect(textOf(name, 3)).toBe(forward.get(name));
  });

  it("gives the same bytes when two runs take turns, in slices of any size", () => {
    const alone = [textOf("partition", 1), textOf("message-loss", 2)];
    const runs = [
      new RecordedRun(planOf("partition", 1)),
      new RecordedRun(planOf("message-loss", 2)),
    ];
    const finished = new Set<RecordedRun>();
    for (let slice = 1; finished.size < runs.length; slice = (slice % 97) + 1) {
      for (const each of runs) if (each.run.advance(slice)) finished.add(each);
    }
    for (const each of runs) each.run.end(null);
    expect(runs.map(({ text }) => text)).toEqual(alone);
  });

  it("gives another run than another seed", () => {
    expect(textOf("happy", 1)).not.toBe(textOf("happy", 2));
  });
});

describe("a run that is cut short", () => {
  it("closes what is open and says why", () => {
    const recorded = new RecordedRun(planOf("happy", 1));
    recorded.run.advance(300);
    recorded.run.end("interrupted");
    const { operations, records } = recorded;
    const invokes = operations.filter(({ type }) => type === "invoke").length;
    expect(invokes).toBeGreaterThan(0);
    expect(operations.length).toBe(2 * invokes);
    expect(records.at(-1)).toMatchObject({ type: "end", partial: "interrupted" });
  });

  it("puts its faults right when asked to", () => {
    const recorded = new RecordedRun(planOf("leader-crash", 1));
    while (!recorded.records.some(({ type }) => type === "fault")) recorded.run.advance(10);
    expect(recorded.run.progress.faults).toEqual(["power-cut"]);
    expect(recorded.run.healAll()).toBe(1);
    expect(recorded.run.healAll()).toBe(0);
  });
});
