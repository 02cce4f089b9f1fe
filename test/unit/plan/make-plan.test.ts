/** Plans: defaults, positions that scale, and refusals of what has no meaning. */

import { describe, expect, it } from "vitest";
import { adversityOf } from "../../../rig/core/plan/adversity.ts";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../../rig/core/plan/scenarios.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { aFault } from "../../support/plans.ts";

function codeOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof RigError) return error.code;
  }
  return "none";
}

describe("a plan", () => {
  it("has 100 operations, 10 clients and the scenario's nodes when nothing is said", () => {
    const plan = makePlan({ scenario: "partition", seed: 7 });
    expect(plan).toMatchObject({ nodes: 5, level: "sim", protocol: "roj", seed: 7 });
    expect(plan.workload).toMatchObject({ operations: 100, clients: 10, finalReadsMin: 20 });
  });

  it("splits five nodes two to three while operations 30 to 70 of 100 are issued", () => {
    expect(makePlan({ scenario: "partition", seed: 1 }).faults).toEqual([
      {
        id: "partition-1",
        kind: "partition",
        groups: [
          [0, 1],
          [2, 3, 4],
        ],
        start: { atOperation: 30 },
        end: { atOperation: 70 },
      },
    ]);
  });

  it("scales the positions of faults with the operations", () => {
    const [fault] = makePlan({ scenario: "partition", seed: 1, operations: 1000 }).faults;
    expect([fault?.start, fault?.end]).toEqual([{ atOperation: 300 }, { atOperation: 700 }]);
  });

  it("scales the timers with the delays that it injects", () => {
    const slow = makePlan({ scenario: "slow-network", seed: 1 });
    const [delay] = slow.faults;
    expect(delay).toMatchObject({ kind: "delay", minNs: 100 * NS_PER_MS, maxNs: 500 * NS_PER_MS });
    expect(slow.timers.roundTimeoutNs).toBeGreaterThan(2 * 500 * NS_PER_MS);
    expect(slow.client.operationTimeoutNs).toBe(8 * slow.timers.roundTimeoutNs);
  });

  it("calls the loss of deliveries logical, since CAN itself repeats what was not heard", () => {
    const loss = SCENARIOS.find(({ name }) => name === "message-loss");
    expect(loss?.summary).toContain("logical");
  });

  it("is the same data for the same request", () => {
    for (const { name } of SCENARIOS) {
      const request = { scenario: name, seed: 3 };
      expect(JSON.stringify(makePlan(request))).toBe(JSON.stringify(makePlan(request)));
    }
  });

  it("asks for acknowledgements during the faults only where they are tolerated", () => {
    const tolerated = makePlan({ scenario: "message-loss", seed: 1 });
    const stopped = makePlan({ scenario: "partition", seed: 1 });
    expect(tolerated.floors).toMatchObject({ duringFaultsPercent: 50, afterHeal: 20 });
    expect(stopped.floors).toMatchObject({ duringFaultsPercent: 0, afterHeal: 20 });
  });

  it.each([
    [{ scenario: "nonsense" }, "usage.unknown-scenario"],
    [{ protocol: "nonsense" }, "usage.unknown-protocol"],
    [{ nodes: 0 }, "usage.option"],
    [{ nodes: 15 }, "usage.option"],
    [{ nodes: 2.5 }, "usage.option"],
    [{ operations: 0 }, "usage.option"],
    [{ operations: 1e9 }, "usage.option"],
    [{ seed: -1 }, "usage.option"],
    [{ seed: 2 ** 32 }, "usage.option"],
    [{ scenario: "partition", nodes: 1 }, "usage.option"],
  ])("is refused for %j as %s", (change, code) => {
    expect(codeOf(() => makePlan({ scenario: "happy", seed: 1, ...change }))).toBe(code);
  });

  it.each([
    [{ protocol: "roj-a", scenario: "bft-equivocation" }, "protocol: found roj-a, which has no"],
    [{ protocol: "roj-a", auth: "sig" }, "auth: found sig with roj-a, which has no signatures"],
    [{ auth: "crash", scenario: "bft-minority" }, "auth: found crash, expected ideal or sig"],
  ] as const)("is refused for %j, which do not go together", (change, text) => {
    expect(() => makePlan({ scenario: "happy", seed: 1, ...change })).toThrow(text);
  });

  it.each(["bench"] as const)(
    "is refused at level %s, which can't bring its faults about, as a missing capability",
    (level) => {
      expect(codeOf(() => makePlan({ scenario: "bft-equivocation", seed: 1, level }))).toBe(
        "capability.level",
      );
    },
  );
});

describe("the adversity of faults", () => {
  it("counts a node that several faults silence once", () => {
    const faults = [
      aFault({ kind: "crash", nodes: [0, 1] }),
      aFault({ kind: "pause", nodes: [1] }),
      aFault({ kind: "power-cut", nodes: [2] }),
    ];
    expect(adversityOf(7, faults)).toEqual({
      nodes: 7,
      byzantine: 0,
      silent: 3,
      largestGroup: 4,
    });
  });

  it("takes the largest group of the worst partition", () => {
    const faults = [
      aFault({
        kind: "partition",
        groups: [
          [0, 1],
          [2, 3, 4],
        ],
      }),
      aFault({ kind: "loss", nodes: [0], probability: 0.5 }),
    ];
    expect(adversityOf(5, faults)).toMatchObject({ silent: 0, largestGroup: 3 });
  });
});
