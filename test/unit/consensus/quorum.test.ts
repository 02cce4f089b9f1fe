/** Quorums against the table that every argument about safety starts from. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultBound, quorum } from "../../../rig/core/consensus/quorum.ts";

/** Nodes, Byzantine nodes borne, quorum. */
const TABLE: readonly (readonly [nodes: number, bound: number, quorum: number])[] = [
  [1, 0, 1],
  [2, 0, 2],
  [3, 0, 2],
  [4, 1, 3],
  [5, 1, 4],
  [6, 1, 4],
  [7, 2, 5],
  [8, 2, 6],
  [9, 2, 6],
  [10, 3, 7],
  [11, 3, 8],
  [12, 3, 8],
  [13, 4, 9],
  [14, 4, 10],
];

describe("a quorum", () => {
  it.each(TABLE)("of %i nodes, which bear %i Byzantine ones, is %i", (nodes, bound, needed) => {
    expect([faultBound(nodes), quorum(nodes)]).toEqual([bound, needed]);
  });

  it("shares more than f nodes with any other, so that an honest one is among them", () => {
    for (const [nodes] of TABLE) {
      const shared = 2 * quorum(nodes) - nodes;
      expect(shared).toBeGreaterThan(faultBound(nodes));
      // One less would not do.
      expect(2 * (quorum(nodes) - 1) - nodes).toBeLessThanOrEqual(faultBound(nodes));
    }
  });

  it("can be had without the Byzantine nodes", () => {
    for (const [nodes] of TABLE) {
      expect(quorum(nodes)).toBeLessThanOrEqual(nodes - faultBound(nodes));
    }
  });

  it("is not two thirds rounded down, nor a bare 2f + 1", () => {
    const unsafe = (candidate: (nodes: number) => number) =>
      TABLE.filter(([nodes, bound]) => 2 * candidate(nodes) - nodes <= bound).map(([n]) => n);
    const twoThirds = (nodes: number) => Math.floor((2 * nodes) / 3);
    expect(unsafe(twoThirds)).toEqual(expect.arrayContaining([4, 5, 7, 8, 10]));
    expect(unsafe((nodes) => 2 * faultBound(nodes) + 1)).toEqual(
      expect.arrayContaining([3, 5, 6, 8, 9]),
    );
  });

  it("bears b Byzantine nodes exactly when 3b is below n", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat({ max: 400 }), (nodes, byzantine) => {
        expect(byzantine <= faultBound(nodes)).toBe(3 * byzantine < nodes);
      }),
    );
  });
});
