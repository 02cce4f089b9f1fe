/** Limits of controllers: what they lose, what they send out of order, what a reset leaves. */

import { describe, expect, it } from "vitest";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import type { NodeEffect } from "../../../rig/core/consensus/node-core.ts";
import type { FaultDetail } from "../../../rig/core/fault/fault.ts";
import { NS_PER_US } from "../../../rig/core/time/time.ts";
import { sourceOfId } from "../../../rig/core/wire/identifier.ts";
import { aFault, aPlan } from "../../support/plans.ts";
import { RecordedRun } from "../../support/recorded-run.ts";
import { aScriptedCluster, aSend, settle } from "../../support/scripted-core.ts";

const PLACE = { start: { atOperation: 20 }, end: { atOperation: 60 } } as const;

/** Node 0 sends at once; what node 1 makes of it, and in which order it goes over the bus. */
function sending(detail: FaultDetail, sends: readonly NodeEffect[]) {
  const { cluster, cores, frames } = aScriptedCluster([[...sends], []]);
  const fault = aFault(detail);
  cluster.inject(fault);
  settle(cluster);
  const effects = cluster.heal(fault);
  return { cluster, cores, frames, effects };
}

function underFault(detail: FaultDetail) {
  const faults = [aFault(detail, PLACE)];
  const run = new RecordedRun(aPlan({ nodes: 5, operations: 100, faults })).finish();
  expect(run.violations).toEqual([]);
  const { fromNs, toNs, effects } = run.fault(`${detail.kind}-1`);
  expect(run.acknowledged(toNs, Number.POSITIVE_INFINITY).length).toBeGreaterThan(20);
  const frames = run.frames.filter(({ timeNs }) => timeNs > fromNs && timeNs <= toNs);
  return { run, fromNs, toNs, effects, frames };
}

describe("a receive buffer that overruns", () => {
  const sends = [1, 2, 3, 4, 5, 6].map((token) => aSend(0, token));
  const detail = { kind: "rx-overrun", nodes: [1], depth: 2, busyNs: 1000 * NS_PER_US } as const;

  it("loses what comes while it is full, and gives its node the rest in order", () => {
    const { cores, frames, effects } = sending(detail, sends);
    expect(frames).toEqual([1, 2, 3, 4, 5, 6]);
    expect(cores[1].of("frame").map(({ frame }) => frame.data[4])).toEqual([1, 2]);
    expect(effects).toBe(4);
  });

  it("is the node's, and no drop of the rig", () => {
    const { cluster } = sending(detail, sends);
    expect(cluster.statistics().bus.dropped).toBe(0);
    expect(cluster.controller(1).overruns).toBe(4);
    expect(cluster.controller(0).overruns).toBeUndefined();
  });

  it("loses nothing on a node that keeps up", () => {
    expect(sending({ ...detail, busyNs: NS_PER_US }, sends).effects).toBe(0);
  });

  it("leaves the others at work", () => {
    const { run, fromNs, toNs } = underFault({ ...detail, busyNs: 400 * NS_PER_US });
    expect(run.acknowledged(fromNs, toNs).length).toBeGreaterThan(20);
  });
});

describe("a few mailboxes, lowest number first", () => {
  const detail = { kind: "mailbox-reorder", nodes: [0], mailboxes: 3 } as const;

  it("let a later frame overtake older ones of the same identifier", () => {
    const sends = [1, 2, 3, 4, 5, 6].map((token) => aSend(0, token));
    const { frames } = sending(detail, sends);
    // The mailbox of 1 is the first that is free again, and the lowest.
    expect(frames).toEqual([1, 4, 5, 6, 2, 3]);
  });

  it("have an urgent frame wait until one is free", () => {
    const later = [1, 2, 3, 4].map((token): NodeEffect => {
      const data = Uint8Array.of(0x22, 0x0f, 0, 1, token, 0, 0, 0);
      return { kind: "send", token, frame: fdFrame(0x400, data) };
    });
    const { frames } = sending(detail, [...later, aSend(0, 9)]);
    expect(frames.indexOf(9)).toBe(2);
  });

  it("cost a cluster no message: fragments find their places", () => {
    const { effects, run } = underFault({ ...detail, nodes: [0, 1, 2, 3, 4] });
    expect(effects).toBeGreaterThan(20);
    expect(run.statistics.nodes.every(({ expired }) => expired === 0)).toBe(true);
  });
});

describe("a mailbox that a reset leaves full", () => {
  it("sends a frame of the old program behind one of the new, which nobody takes for new", () => {
    const { effects, frames, run } = underFault({ kind: "stale-mailbox", nodes: [1] });
    expect(effects).toBe(1);
    expect(run.statistics.nodes[1]?.boots).toBe(2);
    const boots = frames
      .filter(({ frame }) => !frame.error && sourceOfId(frame.id) === 1)
      .map(({ frame }) => frame.data[3] as number);
    const first = boots.indexOf(2);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(boots.slice(first).filter((boot) => boot === 1)).toHaveLength(1);
  });
});
