/** What a fault strikes, in the words of histories and reports. */

import { describe, expect, it } from "vitest";
import { FAULT_KINDS, type FaultDetail } from "../../../rig/core/fault/fault.ts";
import { describeTarget } from "../../../rig/core/fault/target.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";

const TARGETS: readonly (readonly [FaultDetail, string])[] = [
  [
    {
      kind: "partition",
      groups: [
        [0, 1],
        [2, 3, 4],
      ],
    },
    "0 1 | 2 3 4",
  ],
  [{ kind: "crash", nodes: [0] }, "0"],
  [{ kind: "power-cut", nodes: [1, 3] }, "1 3"],
  [{ kind: "pause", nodes: [2] }, "2"],
  [{ kind: "loss", nodes: [0, 1], probability: 0.1 }, "0 1 at 10 %"],
  [
    { kind: "delay", nodes: [4], minNs: 100 * NS_PER_MS, maxNs: 500 * NS_PER_MS },
    "4 by 100 to 500 ms",
  ],
];

describe("the target of a fault", () => {
  it.each(TARGETS)("of %j reads %s", (fault, text) => {
    expect(describeTarget(fault)).toBe(text);
  });

  it("has words for every kind", () => {
    expect(TARGETS.map(([{ kind }]) => kind).sort()).toEqual([...FAULT_KINDS].sort());
  });
});
