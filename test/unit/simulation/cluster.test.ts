/**
 * The simulated cluster with cores that do one thing only: what becomes of frames and writes that
 * are under way when a node stops, of events while it stands still, and who hears whom.
 */

import { describe, expect, it } from "vitest";
import type { NodeEffect } from "../../../rig/core/consensus/node-core.ts";
import type { Fault } from "../../../rig/core/fault/fault.ts";
import { aFault } from "../../support/plans.ts";
import { aScriptedCluster, aSend, type ScriptedCore, settle } from "../../support/scripted-core.ts";

function aWrite(token: number): NodeEffect {
  return { kind: "persist", token, slot: 0, record: Uint8Array.of(token) };
}

/** Three nodes; node 0 sends and writes three times at its first boot. */
function aCluster(
  atBoot: readonly NodeEffect[] = [1, 2, 3].flatMap((n) => [aSend(0, n), aWrite(n)]),
) {
  return aScriptedCluster([atBoot, [], []]);
}

/** The records that node 0 found at its last boot. */
function imageOf(core: ScriptedCore): number[] {
  return (
    core
      .of("boot")
      .at(-1)
      ?.image.map((record) => record[0] as number) ?? []
  );
}

function stopping(kind: "crash" | "power-cut"): Fault {
  return aFault({ kind, nodes: [0] });
}

describe("a node that crashes", () => {
  it("leaves the frames in its controller and the writes in its storage to go out", () => {
    const { cluster, cores, frames } = aCluster();
    const fault = stopping("crash");
    cluster.inject(fault);
    settle(cluster);
    expect(frames).toEqual([1, 2, 3]);
    expect(cluster.heal(fault)).toBe(1);
    expect(imageOf(cores[0])).toEqual([1, 2, 3]);
    expect([cores[0].of("stored"), cores[0].of("transmitted")]).toEqual([[], []]);
  });
});

describe("a node that loses power", () => {
  it("loses its waiting frames and unfinished writes", () => {
    const { cluster, cores, frames } = aCluster();
    const fault = stopping("power-cut");
    cluster.inject(fault);
    settle(cluster);
    expect(frames).toEqual([]);
    expect(cluster.heal(fault)).toBe(1);
    expect(imageOf(cores[0])).toEqual([]);
  });

  it("keeps what was durable before", () => {
    const { cluster, cores, plan } = aCluster();
    while (cluster.nextNs() < 2.5 * plan.storage.writeNs) cluster.advance();
    const fault = stopping("power-cut");
    cluster.inject(fault);
    settle(cluster);
    cluster.heal(fault);
    expect(imageOf(cores[0])).toEqual([1, 2]);
    expect(cores[0].of("stored").map(({ token }) => token)).toEqual([1, 2]);
  });

  it("destroys the frame that it was sending", () => {
    const { cluster, cores, frames } = aCluster([aSend(0, 1)]);
    cluster.advance();
    cluster.setTime(10_000);
    cluster.inject(stopping("power-cut"));
    settle(cluster);
    expect(frames).toEqual([]);
    expect(cores[1].of("frame")).toEqual([]);
  });

  it("forgets its timers", () => {
    const { cluster, cores } = aCluster([{ kind: "set-timer", timer: 0, delayNs: 1000 }]);
    const fault = stopping("power-cut");
    cluster.inject(fault);
    cluster.heal(fault);
    settle(cluster);
    expect(cores[0].of("timer")).toEqual([]);
  });

  it("after a crash loses what that had left in controller and storage", () => {
    const { cluster, cores, frames } = aCluster();
    const [first, second] = [stopping("crash"), { ...stopping("power-cut"), id: "second" }];
    cluster.inject(first);
    cluster.inject(second);
    settle(cluster);
    expect(frames).toEqual([]);
    expect([cluster.heal(first), cluster.isRunning(0)]).toEqual([1, false]);
    expect([cluster.heal(second), cluster.isRunning(0)]).toEqual([1, true]);
    expect(imageOf(cores[0])).toEqual([]);
  });
});

describe("a node that two faults keep down", () => {
  const early = { ...stopping("power-cut"), id: "early" };
  const late = { ...stopping("crash"), id: "late" };

  it("comes back when the last of them ends, which counts for both", () => {
    const { cluster, cores } = aCluster();
    for (const fault of [early, late]) cluster.inject(fault);
    expect([cluster.heal(early), cluster.isRunning(0)]).toEqual([1, false]);
    expect([cluster.heal(late), cluster.isRunning(0)]).toEqual([1, true]);
    expect(cores[0].of("boot")).toHaveLength(2);
  });

  it("owes nothing to one that is over before the other", () => {
    const { cluster } = aCluster();
    for (const fault of [early, late]) cluster.inject(fault);
    expect([cluster.heal(late), cluster.isRunning(0)]).toEqual([0, false]);
    expect([cluster.heal(early), cluster.isRunning(0)]).toEqual([1, true]);
  });
});

describe("a node that stands still", () => {
  it("gets what was held back when it goes on, in order", () => {
    const { cluster, cores } = aCluster();
    const fault = aFault({ kind: "pause", nodes: [1] });
    cluster.inject(fault);
    settle(cluster);
    expect(cores[1].of("frame")).toEqual([]);
    const nowNs = cluster.nowNs;
    expect(cluster.heal(fault)).toBe(3);
    expect(cores[1].of("frame").map(({ frame }) => frame.data[4])).toEqual([1, 2, 3]);
    expect(cores[1].seen.at(-1)?.timeNs).toBe(nowNs);
  });
});

describe("a node at work", () => {
  it("hears the others' frames, and of its own that some node has acknowledged them", () => {
    const { cluster, cores } = aCluster();
    settle(cluster);
    expect(cores[0].of("frame")).toEqual([]);
    expect(cores[0].of("transmitted").map(({ token }) => token)).toEqual([1, 2, 3]);
    for (const core of [cores[1], cores[2]]) expect(core.of("frame")).toHaveLength(3);
  });

  it("hears of each write when it is durable, one after the other", () => {
    const { cluster, cores, plan } = aCluster();
    settle(cluster);
    const stored = cores[0].seen.filter(({ event }) => event.kind === "stored");
    expect(stored.map(({ timeNs }) => timeNs)).toEqual(
      [1, 2, 3].map((count) => count * plan.storage.writeNs),
    );
  });

  it("hears a timer at its last setting only, and not when it was cleared", () => {
    const { cluster, cores } = aCluster([
      { kind: "set-timer", timer: 0, delayNs: 1000 },
      { kind: "set-timer", timer: 0, delayNs: 5000 },
      { kind: "set-timer", timer: 1, delayNs: 1000 },
      { kind: "clear-timer", timer: 1 },
    ]);
    settle(cluster);
    const timers = cores[0].seen.filter(({ event }) => event.kind === "timer");
    expect(timers).toEqual([{ event: { kind: "timer", timer: 0 }, timeNs: 5000 }]);
  });
});

describe("a partition", () => {
  it("keeps a group's frames from the others and counts each delivery", () => {
    const { cluster, cores, frames } = aCluster();
    const fault = aFault({ kind: "partition", groups: [[0, 1], [2]] });
    cluster.inject(fault);
    settle(cluster);
    expect(frames).toEqual([1, 2, 3]);
    expect(cores[1].of("frame")).toHaveLength(3);
    expect(cores[2].of("frame")).toEqual([]);
    expect(cluster.heal(fault)).toBe(3);
    expect(cluster.statistics().bus).toMatchObject({ delivered: 3, withheld: 3, dropped: 0 });
  });
});

describe("a loss and a delay", () => {
  it("strike receivers by probability and by time", () => {
    const { cluster, cores } = aCluster();
    const loss = aFault({ kind: "loss", nodes: [1], probability: 1 });
    const delay = aFault({ kind: "delay", nodes: [2], minNs: 7000, maxNs: 7000 });
    cluster.inject(loss);
    cluster.inject(delay);
    settle(cluster);
    expect(cores[1].of("frame")).toEqual([]);
    const late = cores[2].seen.filter(({ event }) => event.kind === "frame");
    const sent = cores[0].seen.filter(({ event }) => event.kind === "transmitted");
    expect(late.map(({ timeNs }) => timeNs)).toEqual(sent.map(({ timeNs }) => timeNs + 7000));
    expect([cluster.heal(loss), cluster.heal(delay)]).toEqual([3, 3]);
  });
});
