/** Faults that switch power off and on in time: when each node is away, and what it costs. */

import { describe, expect, it } from "vitest";
import type { FaultDetail } from "../../../rig/core/fault/fault.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { aFault, aPlan } from "../../support/plans.ts";
import { RecordedRun } from "../../support/recorded-run.ts";

const ALL = [0, 1, 2, 3, 4];
const PLACE = { start: { atOperation: 20 }, end: { atOperation: 180 } } as const;

function under(detail: FaultDetail, seed = 1) {
  const faults = [aFault(detail, PLACE)];
  const run = new RecordedRun(aPlan({ nodes: 5, operations: 200, seed, faults })).finish();
  expect(run.violations).toEqual([]);
  const { fromNs, toNs, effects } = run.fault(`${detail.kind}-1`);
  const boots = run.deeds
    .filter(({ boot, record }) => boot > 1 && record.event === "boot")
    .map(({ node, timeNs }) => ({ node, afterNs: timeNs - fromNs }));
  const isHealedLate = run.acknowledged(toNs, Number.POSITIVE_INFINITY).length >= 20;
  expect(isHealedLate).toBe(true);
  return { run, fromNs, toNs, effects, boots };
}

describe("a power cycle", () => {
  it("gives the supply back after its time, once", () => {
    const offNs = 10 * NS_PER_MS;
    const { effects, boots } = under({ kind: "power-cycle", nodes: [0, 1], offNs });
    expect(effects).toBe(2);
    expect(boots).toEqual([0, 1].map((node) => ({ node, afterNs: offNs })));
  });

  it("comes again and again if it says so, and ends with the fault", () => {
    const [offNs, everyNs] = [5 * NS_PER_MS, 20 * NS_PER_MS];
    const { effects, boots, run } = under({ kind: "power-cycle", nodes: [3], offNs, everyNs });
    expect(effects).toBeGreaterThan(3);
    expect(boots).toHaveLength(effects);
    expect(boots.slice(0, 3).map(({ afterNs }) => afterNs / NS_PER_MS)).toEqual([5, 25, 45]);
    expect(run.statistics.nodes[3]?.boots).toBe(effects + 1);
  });
});

describe("a rolling power cycle", () => {
  const detail = {
    kind: "power-cycle-rolling",
    nodes: ALL,
    offNs: 5 * NS_PER_MS,
    gapNs: 15 * NS_PER_MS,
  } as const;

  it("takes one node after the other, and work goes on throughout", () => {
    const { effects, boots, run, fromNs, toNs } = under(detail);
    expect(effects).toBeGreaterThan(5);
    const full = boots.slice(0, 5).map(({ node, afterNs }) => [node, afterNs / NS_PER_MS]);
    expect(full).toEqual(ALL.map((node) => [node, 5 + 20 * node]));
    expect(run.acknowledged(fromNs, toNs).length).toBeGreaterThan(100);
  });

  it("begins again with the first node after the last", () => {
    const { boots } = under({ ...detail, nodes: [1, 4] });
    expect(boots.slice(0, 4).map(({ node }) => node)).toEqual([1, 4, 1, 4]);
  });
});

describe("a brown-out", () => {
  const detail = {
    kind: "brown-out-all",
    nodes: ALL,
    offNs: 10 * NS_PER_MS,
    staggerNs: 3 * NS_PER_MS,
  } as const;

  it("takes all at once, and brings them back one by one in an order of the seed", () => {
    const { effects, boots, run, fromNs } = under(detail);
    expect(effects).toBe(5);
    expect(boots.map(({ afterNs }) => afterNs / NS_PER_MS)).toEqual([10, 13, 16, 19, 22]);
    expect(boots.map(({ node }) => node).sort()).toEqual(ALL);
    // Four of five are a quorum.
    expect(run.acknowledged(fromNs, fromNs + 19 * NS_PER_MS)).toEqual([]);
    expect(under(detail, 2).boots).not.toEqual(boots);
  });
});
