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
  [{ kind: "torn-write", nodes: [1, 2] }, "1 2"],
  [{ kind: "flash-bitrot", nodes: [0], probability: 0.25 }, "0, each record at 25 %"],
  [{ kind: "misdirect", nodes: [0, 3], probability: 0.5 }, "0 3 at 50 %"],
  [{ kind: "amnesia", nodes: [1], records: "all" }, "1, all records"],
  [{ kind: "amnesia", nodes: [1], records: 2 }, "1, last 2 records"],
  [{ kind: "gray-slow", nodes: [4], factor: 10, stallNs: NS_PER_MS }, "4 by 10 times and 1 ms"],
  [{ kind: "power-cut-in-write", nodes: [2] }, "2"],
  [{ kind: "store-full", nodes: [0, 1] }, "0 1"],
  [{ kind: "store-error", nodes: [0], probability: 1 }, "0 at 100 %"],
];

describe("the target of a fault", () => {
  it.each(TARGETS)("of %j reads %s", (fault, text) => {
    expect(describeTarget(fault)).toBe(text);
  });

  it("has words for every kind", () => {
    const kinds = new Set(TARGETS.map(([{ kind }]) => kind));
    expect([...kinds].sort()).toEqual([...FAULT_KINDS].sort());
  });
});
