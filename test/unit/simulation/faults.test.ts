/**
 * Each kind of fault takes effect in a simulated cluster, and what it does is seen in what the
 * clients and nodes record; afterwards the cluster works again, and nothing was violated.
 */

import { describe, expect, it } from "vitest";
import type { Fault } from "../../../rig/core/fault/fault.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { aFault, aPlan } from "../../support/plans.ts";
import { RecordedRun } from "../../support/recorded-run.ts";

const PLACE = { start: { atOperation: 20 }, end: { atOperation: 60 } } as const;
const ALL = [0, 1, 2, 3, 4];

/** A run of five nodes under one fault; sound in the end, whatever happened. */
function underFault(fault: Fault, seed = 1): RecordedRun {
  const plan = aPlan({ nodes: 5, operations: 100, seed, faults: [fault] });
  const run = new RecordedRun(plan).finish();
  expect(run.violations).toEqual([]);
  expect(
    run.acknowledged(run.fault(fault.id).toNs, Number.POSITIVE_INFINITY).length,
  ).toBeGreaterThan(20);
  return run;
}

/** Deeds of a node between two times. */
function deedsOf(run: RecordedRun, node: number, fromNs: number, toNs: number) {
  return run.deeds.filter(
    (deed) => deed.node === node && deed.timeNs > fromNs && deed.timeNs < toNs,
  );
}

describe("a partition", () => {
  it("withholds deliveries, and no side without a quorum decides anything", () => {
    const run = underFault(
      aFault(
        {
          kind: "partition",
          groups: [
            [0, 1],
            [2, 3, 4],
          ],
        },
        PLACE,
      ),
    );
    const { fromNs, toNs, effects } = run.fault("partition-1");
    expect(effects).toBeGreaterThan(0);
    expect(run.statistics.bus.withheld).toBe(effects);
    // What was under way when it came may still be answered; a round later nothing is.
    const lateNs = fromNs + 20 * NS_PER_MS;
    expect(run.acknowledged(lateNs, toNs)).toEqual([]);
    for (const node of ALL) {
      const commits = deedsOf(run, node, lateNs, toNs).filter(
        ({ record }) => record.event === "commit",
      );
      expect(commits).toEqual([]);
    }
  });

  it("leaves the side with a quorum at work", () => {
    const run = underFault(aFault({ kind: "partition", groups: [[0], [1, 2, 3, 4]] }, PLACE));
    const { fromNs, toNs, effects } = run.fault("partition-1");
    expect(effects).toBeGreaterThan(0);
    expect(run.acknowledged(fromNs + NS_PER_MS, toNs).length).toBeGreaterThan(10);
  });
});

describe.each(["crash", "power-cut"] as const)("a %s", (kind) => {
  it("silences its node until it boots again from its storage, and the others go on", () => {
    const run = underFault(aFault({ kind, nodes: [0] }, PLACE));
    const { fromNs, toNs, effects } = run.fault(`${kind}-1`);
    expect(effects).toBe(1);
    expect(deedsOf(run, 0, fromNs, toNs)).toEqual([]);
    expect(run.statistics.nodes[0]?.boots).toBe(2);
    expect(run.acknowledged(fromNs + NS_PER_MS, toNs).length).toBeGreaterThan(10);
    const after = run.deeds.filter(({ node, boot }) => node === 0 && boot === 2);
    expect(after.some(({ record }) => record.event === "commit")).toBe(true);
  });

  it("of two of five stops the work until they are back", () => {
    const run = underFault(aFault({ kind, nodes: [0, 1] }, PLACE));
    const { fromNs, toNs, effects } = run.fault(`${kind}-1`);
    expect(effects).toBe(2);
    expect(run.acknowledged(fromNs + 20 * NS_PER_MS, toNs)).toEqual([]);
  });
});

describe("a pause", () => {
  it("holds back what reaches its node, which then goes on with its memory", () => {
    const run = underFault(aFault({ kind: "pause", nodes: [2] }, PLACE));
    const { fromNs, toNs, effects } = run.fault("pause-1");
    expect(effects).toBeGreaterThan(10);
    expect(deedsOf(run, 2, fromNs, toNs)).toEqual([]);
    expect(run.statistics.nodes[2]?.boots).toBe(1);
    expect(run.acknowledged(fromNs + NS_PER_MS, toNs).length).toBeGreaterThan(10);
  });
});

describe("a loss", () => {
  it("withholds about its share of the deliveries", () => {
    const run = underFault(aFault({ kind: "loss", nodes: ALL, probability: 0.1 }, PLACE));
    const { fromNs, toNs, effects } = run.fault("loss-1");
    const frames = run.frames.filter(({ timeNs }) => timeNs > fromNs && timeNs <= toNs);
    const fromNodes = frames.filter(({ frame }) => frame.id >>> 8 !== 4);
    // Four other nodes hear each frame of a node, five each of the host.
    expect(effects / (4.2 * fromNodes.length)).toBeGreaterThan(0.07);
    expect(effects / (4.2 * fromNodes.length)).toBeLessThan(0.13);
  });

  it("of everything to one node leaves it behind until it is healed", () => {
    const run = underFault(aFault({ kind: "loss", nodes: [3], probability: 1 }, PLACE));
    const { fromNs, toNs, effects } = run.fault("loss-1");
    expect(effects).toBeGreaterThan(0);
    const applied = (node: number, from: number, to: number) =>
      deedsOf(run, node, from, to).filter(({ record }) => record.event === "apply").length;
    expect(applied(3, fromNs + NS_PER_MS, toNs)).toBe(0);
    expect(applied(1, fromNs + NS_PER_MS, toNs)).toBeGreaterThan(0);
    expect(run.statistics.nodes[3]?.decided).toBeGreaterThan(
      deedsOf(run, 3, 0, fromNs).filter(({ record }) => record.event === "apply").length,
    );
  });
});

describe("a delay", () => {
  it("makes every acknowledgement wait for the messages that it rests on", () => {
    const minNs = 3 * NS_PER_MS;
    const detail = { kind: "delay", nodes: ALL, minNs, maxNs: 4 * NS_PER_MS } as const;
    const run = underFault(aFault(detail, PLACE));
    const { fromNs, toNs, effects } = run.fault("delay-1");
    expect(effects).toBeGreaterThan(0);
    const invoked = new Map<unknown, number>();
    for (const { type, process, time } of run.operations) {
      if (type === "invoke") invoked.set(process, time);
      if (type !== "ok" || (invoked.get(process) ?? 0) <= fromNs || time > toNs) continue;
      // A request, a vote and a confirmation, each late.
      expect(time - (invoked.get(process) ?? 0)).toBeGreaterThan(3 * minNs);
    }
  });
});

describe("a fault that can do nothing", () => {
  it("counts no effects", () => {
    const fault = aFault({ kind: "loss", nodes: [0], probability: 0 }, PLACE);
    expect(underFault(fault).fault("loss-1").effects).toBe(0);
  });
});
