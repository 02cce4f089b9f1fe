/** Frames that nobody should send: what they do to a bus, and to the nodes on it. */

import { describe, expect, it } from "vitest";
import type { FaultDetail } from "../../../rig/core/fault/fault.ts";
import { adversityOf } from "../../../rig/core/plan/adversity.ts";
import { expectationOf } from "../../../rig/core/plan/expectation.ts";
import { makePlan, planIssues } from "../../../rig/core/plan/make-plan.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { readHeader } from "../../../rig/core/wire/header.ts";
import { sourceOfId } from "../../../rig/core/wire/identifier.ts";
import { TYPE } from "../../../rig/core/wire/roj-message.ts";
import { aFault, aPlan } from "../../support/plans.ts";
import { RecordedRun } from "../../support/recorded-run.ts";
import { aScriptedCluster, aSend, settle } from "../../support/scripted-core.ts";

const PLACE = { start: { atOperation: 20 }, end: { atOperation: 60 } } as const;

/** A bus with two nodes, of which node 0 has three frames to send; for 20 ms. */
function onABus(detail: FaultDetail, sends = [1, 2, 3].map((token) => aSend(0, token))) {
  const { cluster, bus, cores } = aScriptedCluster([sends, []]);
  const fault = aFault(detail);
  cluster.inject(fault);
  settle(cluster, 20 * NS_PER_MS);
  const { busyNs } = cluster.statistics().bus;
  return { effects: cluster.heal(fault), bus, busyNs, sent: cores[0].of("transmitted").length };
}

/** A run of five nodes under one fault. */
function underFault(detail: FaultDetail) {
  const run = new RecordedRun(
    aPlan({ nodes: 5, operations: 100, faults: [aFault(detail, PLACE)] }),
  ).finish();
  expect(run.violations).toEqual([]);
  const { fromNs, toNs, effects } = run.fault(`${detail.kind}-1`);
  expect(run.acknowledged(toNs, Number.POSITIVE_INFINITY).length).toBeGreaterThan(20);
  const frames = run.frames.filter(({ timeNs }) => timeNs > fromNs && timeNs <= toNs);
  return { run, fromNs, toNs, effects, frames };
}

describe("a flood of identifier 0", () => {
  it("at full load lets nobody else send", () => {
    const { effects, bus, sent } = onABus({ kind: "id0-flood", load: 1 });
    expect(sent).toBe(0);
    expect(effects).toBeGreaterThan(100);
    expect(new Set(bus.map(({ id }) => id))).toEqual(new Set([0]));
  });

  it("at a share of the load fills just that", () => {
    for (const load of [0.2, 0.5, 0.8]) {
      const { busyNs, sent } = onABus({ kind: "id0-flood", load });
      expect(sent).toBe(3);
      expect(busyNs / (20 * NS_PER_MS)).toBeGreaterThan(load - 0.01);
      expect(busyNs / (20 * NS_PER_MS)).toBeLessThan(load + 0.04);
    }
  });

  it("stops a cluster while it lasts, and requests that wait are asked once", () => {
    const { run, fromNs, toNs, frames } = underFault({ kind: "id0-flood", load: 1 });
    expect(run.acknowledged(fromNs + NS_PER_MS, toNs)).toEqual([]);
    expect(frames.filter(({ frame }) => frame.id !== 0).length).toBeLessThan(20);
    expect(run.statistics.bus.dropped).toBe(0);
  });
});

describe("the starvation of arbitration", () => {
  it("holds up all that have a higher identifier, and no other", () => {
    const below = { kind: "arbitration-starvation", load: 1, identifier: 0x100 } as const;
    expect(onABus(below).sent).toBe(0);
    expect(onABus({ ...below, identifier: 0x7ff }).sent).toBe(3);
  });

  it("leaves a cluster at work on the rest of the bus", () => {
    const detail = { kind: "arbitration-starvation", load: 0.8, identifier: 0x100 } as const;
    const { run, fromNs, toNs } = underFault(detail);
    expect(run.acknowledged(fromNs, toNs).length).toBeGreaterThan(20);
  });

  it("scales the timers with what is left of the bus, but not when nothing is", () => {
    const of = (scenario: string) => makePlan({ scenario, seed: 1 }).timers.roundTimeoutNs;
    expect(of("arbitration-starvation")).toBe(20 * of("happy"));
    expect(of("id0-flood")).toBe(of("happy"));
  });

  it("is expected to stop the work only where the loads add up to all of the bus", () => {
    const flood = (load: number, id: string) => ({
      ...aFault({ kind: "id0-flood", load }, PLACE),
      id,
    });
    const of = (...loads: number[]) =>
      expectationOf(
        adversityOf(
          5,
          loads.map((load) => flood(load, `${load}`)),
        ),
      ).class;
    expect([of(0.95), of(0.5, 0.4), of(0.6, 0.4), of(1)]).toEqual([
      "tolerate",
      "tolerate",
      "safe-only",
      "safe-only",
    ]);
  });
});

describe("a babbling idiot", () => {
  it("repeats its last frame back to back, under its own identifier", () => {
    const { effects, bus } = onABus({ kind: "babbling-idiot", nodes: [0] });
    expect(effects).toBeGreaterThan(100);
    expect(new Set(bus.map(({ id }) => sourceOfId(id)))).toEqual(new Set([0]));
    const [first, second] = [bus.at(-2), bus.at(-1)];
    expect(first?.data).toEqual(second?.data);
  });

  it("stops what has a lower priority than its frame", () => {
    const { effects, frames } = underFault({ kind: "babbling-idiot", nodes: [0] });
    const own = frames.filter(({ frame }) => sourceOfId(frame.id) === 0).length;
    expect(own).toBeGreaterThanOrEqual(effects);
    expect(own / frames.length).toBeGreaterThan(0.7);
  });
});

describe("a masquerade", () => {
  it("is heard in place of its victim, whose own vote comes second", () => {
    const { effects, frames, run } = underFault({ kind: "masquerade", nodes: [2] });
    expect(effects).toBeGreaterThan(5);
    const votes = frames.filter(({ frame }) => {
      return (
        sourceOfId(frame.id) === 2 && !frame.error && readHeader(frame.data).type === TYPE.vote
      );
    });
    const said = new Map<string, string[]>();
    for (const { frame } of votes) {
      const round = frame.data.slice(6, 12).join();
      said.set(round, [...(said.get(round) ?? []), frame.data.slice(12, 20).join()]);
    }
    const twice = [...said.values()].filter(([first, second]) => second && first !== second);
    expect(twice.length).toBeGreaterThan(0);
    // Boot counters of all of them are the victim's.
    expect(new Set(votes.map(({ frame }) => frame.data[3]))).toEqual(new Set([1]));
    expect(run.statistics.bus.errorFrames).toBeGreaterThan(0);
  });

  it("counts its victims as Byzantine, and is refused where they are too many", () => {
    const masquerade = (nodes: readonly number[]) => aFault({ kind: "masquerade", nodes }, PLACE);
    expect(adversityOf(5, [masquerade([2])])).toMatchObject({ byzantine: 1, largestGroup: 4 });
    const issuesOf = (n: number, nodes: readonly number[]) => {
      const plan = makePlan({ scenario: "happy", nodes: n, seed: 1 });
      return planIssues({ ...plan, faults: [masquerade(nodes)] }).map(({ text }) => text);
    };
    expect(issuesOf(5, [2])).toEqual([]);
    expect(issuesOf(3, [2])[0]).toContain("makes 1 of 3 nodes Byzantine by chance");
    expect(issuesOf(5, [2, 3])[0]).toContain("expected at most 1");
  });
});

describe("a replay", () => {
  it("brings frames of its victims once more, after the lag, to the last bit", () => {
    const lagNs = 7 * NS_PER_MS;
    const { effects, frames } = underFault({
      kind: "replay",
      nodes: [1],
      lagNs,
      probability: 0.5,
    });
    expect(effects).toBeGreaterThan(5);
    const seen = new Map<string, number>();
    let repeated = 0;
    for (const { timeNs, frame } of frames) {
      if (frame.error) continue;
      const key = `${frame.id}/${frame.data.join()}`;
      const before = seen.get(key);
      if (before === undefined) seen.set(key, timeNs);
      else {
        repeated++;
        expect(timeNs - before).toBeGreaterThanOrEqual(lagNs);
      }
    }
    expect(repeated).toBeGreaterThan(effects / 2);
  });

  it("is no more than a late duplicate: nothing of it is applied twice", () => {
    const { run } = underFault({
      kind: "replay",
      nodes: [0, 1, 2, 3, 4],
      lagNs: NS_PER_MS,
      probability: 0.3,
    });
    const applied = run.statistics.invariants.find(({ name }) => name === "applied-once");
    expect(applied).toMatchObject({ violations: [] });
  });
});
