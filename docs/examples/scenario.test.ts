// A scenario as a test of your own: the same run as `rig run`, in memory, judged the same way.

import { runScenario } from "canfd-rig";
import { describe, expect, it } from "vitest";

describe("five ROJ nodes", () => {
  it.each([1, 2, 3])("keep their promise through a partition, seed %i", (seed) => {
    const { result } = runScenario({ scenario: "partition", nodes: 5, seed });
    expect(result.reasons.map(({ text }) => text).join("\n")).toContain("strict-serializable");
    expect(result.outcome).toBe("valid");
  });

  it("stop, but never lie, while a power cut and a partition overlap", () => {
    const { result, evidence } = runScenario({
      seed: 7,
      scenario: {
        name: "cut-while-split",
        summary: "node 0 loses power while the nodes are split",
        nodes: 5,
        nodesMin: 5,
        workload: { operations: 60, keys: 3 },
        faults: [
          { kind: "partition", groups: "halves", start: { atOperation: 10 }, end: { atPercent: 50 } },
          { kind: "power-cut", nodes: [0], start: { atOperation: 15 }, end: { atPercent: 60 } },
        ],
        floors: {},
        timers: {},
        assertions: [],
      },
    });
    expect(result.expectation.class).toBe("safe-only");
    expect(result.asExpected).toBe(true);
    expect(evidence.faults.map(({ effects }) => effects > 0)).toEqual([true, true]);
  });
});
