/** Clocks that run wrong or jump: what a node sees of them is local time and its timers. */

import { describe, expect, it } from "vitest";
import type { NodeEffect } from "../../../rig/core/consensus/node-core.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { NodeClock } from "../../../rig/simulation/node-clock.ts";
import { aFault, aPlan } from "../../support/plans.ts";
import { RecordedRun } from "../../support/recorded-run.ts";
import { aScriptedCluster, settle } from "../../support/scripted-core.ts";

const TIMER = (delayNs: number): NodeEffect => ({ kind: "set-timer", timer: 0, delayNs });

/** Nodes 0 and 1 with a timer of 10 ms; the fault strikes node 0 after 4 ms. */
function struck(detail: Parameters<typeof aFault>[0]) {
  const { cluster, cores } = aScriptedCluster([[TIMER(10 * NS_PER_MS)], [TIMER(10 * NS_PER_MS)]]);
  settle(cluster, 4 * NS_PER_MS);
  cluster.setTime(4 * NS_PER_MS);
  const fault = aFault(detail);
  cluster.inject(fault);
  const firedNs: number[] = [];
  while (cluster.nextNs() < Number.POSITIVE_INFINITY) {
    const before = cores[0].of("timer").length;
    cluster.advance();
    if (cores[0].of("timer").length > before) firedNs.push(cluster.nowNs);
  }
  const seenNs = cores[0].seen.find(({ event }) => event.kind === "timer")?.timeNs;
  const otherNs = cores[1].seen.find(({ event }) => event.kind === "timer")?.timeNs;
  return { firedNs, seenNs, otherNs, effects: cluster.heal(fault) };
}

describe("a clock that drifts", () => {
  it("has its node's timers fire early when it is fast, and shows the time they were set for", () => {
    const { firedNs, seenNs, otherNs, effects } = struck({
      kind: "clock-drift",
      nodes: [0],
      ppm: 100_000,
    });
    expect(firedNs).toEqual([4 * NS_PER_MS + Math.round((6 * NS_PER_MS) / 1.1)]);
    expect(seenNs).toBeCloseTo(10 * NS_PER_MS, -1);
    expect(otherNs).toBe(10 * NS_PER_MS);
    expect(effects).toBe(1);
  });

  it("has them fire late when it is slow", () => {
    const { firedNs } = struck({ kind: "clock-drift", nodes: [0], ppm: -50_000 });
    expect(firedNs).toEqual([4 * NS_PER_MS + Math.round((6 * NS_PER_MS) / 0.95)]);
  });
});

describe("a clock that jumps", () => {
  it("forth fires at once what is due by then", () => {
    const { firedNs, seenNs } = struck({
      kind: "clock-step",
      nodes: [0],
      stepNs: 50 * NS_PER_MS,
    });
    expect(firedNs).toEqual([4 * NS_PER_MS]);
    expect(seenNs).toBe(54 * NS_PER_MS);
  });

  it("forth a little brings the timer nearer, and back puts it off", () => {
    const jump = (stepNs: number) => struck({ kind: "clock-step", nodes: [0], stepNs }).firedNs;
    expect(jump(NS_PER_MS)).toEqual([9 * NS_PER_MS]);
    expect(jump(-30 * NS_PER_MS)).toEqual([40 * NS_PER_MS]);
  });

  it("back leaves a lone node without its timers for so long", () => {
    const step = { kind: "clock-step", nodes: [0, 1, 2], stepNs: -100 * NS_PER_MS } as const;
    const faults = [aFault(step, { start: { atOperation: 8 }, end: null })];
    const run = new RecordedRun(aPlan({ nodes: 3, operations: 40, faults })).finish();
    expect(run.violations).toEqual([]);
    expect(run.fault("clock-step-1").effects).toBeGreaterThan(10);
  });
});

describe("a node's clock", () => {
  it("shows the time of the run until something is done to it", () => {
    const clock = new NodeClock();
    expect([clock.localNs(7), clock.runNs(9, 7)]).toEqual([7, 9]);
  });

  it("goes on from where it was when its rate is set right, and counts each jump", () => {
    const clock = new NodeClock();
    clock.setRate(1.5, 1000);
    clock.setRate(1, 2000);
    expect(clock.localNs(3000)).toBe(3500);
    clock.jump(-500);
    expect(clock.localNs(3000)).toBe(3000);
    expect(clock.runNs(2000, 3000)).toBe(3000);
  });
});
