/** The worst that faults do together: which are in force at one time, and what they leave. */

import { describe, expect, it } from "vitest";
import type { Position } from "../../../rig/core/fault/fault.ts";
import { adversityOf } from "../../../rig/core/plan/adversity.ts";
import { aFault } from "../../support/plans.ts";

const crash = (node: number, start: Position, end: Position | null) =>
  aFault({ kind: "crash", nodes: [node] }, { start, end });
const operation = (atOperation: number): Position => ({ atOperation });

describe("the adversity of faults one after the other", () => {
  it("counts those that are over before the next begins one by one", () => {
    const rolling = [
      crash(0, operation(10), operation(20)),
      crash(1, operation(21), operation(30)),
      crash(2, operation(31), null),
    ];
    expect(adversityOf(5, rolling)).toMatchObject({ silent: 1, largestGroup: 4 });
  });

  it("counts back to back as together: the first node needs a moment to recover", () => {
    const touching = [
      crash(0, operation(10), operation(20)),
      crash(1, operation(20), operation(30)),
    ];
    expect(adversityOf(5, touching)).toMatchObject({ silent: 2, largestGroup: 3 });
  });

  it("takes a position by time and one by operation for together, as nobody knows", () => {
    const mixed = [crash(0, operation(10), operation(20)), crash(1, { atNs: 9e9 }, null)];
    expect(adversityOf(5, mixed).silent).toBe(2);
  });

  it("does not add up two that a third, harmless one spans", () => {
    const spanned = [
      crash(0, operation(10), operation(20)),
      crash(1, operation(30), operation(40)),
      aFault({ kind: "delay", nodes: [2], minNs: 1, maxNs: 2 }, { start: { atNs: 0 }, end: null }),
    ];
    expect(adversityOf(5, spanned).silent).toBe(1);
  });

  it("still counts a fault whose start and end fall on one operation", () => {
    expect(adversityOf(5, [crash(0, operation(1), operation(1))]).silent).toBe(1);
  });
});

describe("the largest group", () => {
  const always = { start: operation(0), end: null };
  const partition = (...groups: number[][]) => aFault({ kind: "partition", groups }, always);

  it("has the nodes that no group lists: they hear all", () => {
    expect(adversityOf(5, [partition([0], [1])]).largestGroup).toBe(4);
  });

  it("is what two partitions at once leave together", () => {
    const both = [partition([0, 1, 2], [3, 4]), partition([0, 3], [1, 2, 4])];
    expect(adversityOf(5, both).largestGroup).toBe(2);
  });

  it("is without the silent nodes in it", () => {
    const cut = aFault({ kind: "power-cut", nodes: [4] }, always);
    const split = partition([0, 1], [2, 3, 4]);
    expect(adversityOf(5, [split, cut])).toMatchObject({ silent: 1, largestGroup: 2 });
  });

  it("is without nodes that lose every delivery", () => {
    const deaf = aFault({ kind: "loss", nodes: [0], probability: 1 }, always);
    expect(adversityOf(4, [deaf])).toMatchObject({ silent: 1, largestGroup: 3 });
    const half = aFault({ kind: "loss", nodes: [0], probability: 0.5 }, always);
    expect(adversityOf(4, [half])).toMatchObject({ silent: 0, largestGroup: 4 });
  });
});
