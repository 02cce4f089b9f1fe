/** What scenarios are expected to do, against the table of the built-in ones and the rule itself. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultBound, quorum } from "../../../rig/core/consensus/quorum.ts";
import { expectationOf } from "../../../rig/core/plan/expectation.ts";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../../rig/core/plan/scenarios.ts";

const TABLE: Readonly<Record<string, readonly [nodes: number, expected: string]>> = {
  happy: [3, "tolerate"],
  partition: [5, "safe-only"],
  "leader-crash": [5, "tolerate"],
  "message-loss": [5, "tolerate"],
  contention: [3, "tolerate"],
  "slow-network": [5, "tolerate"],
  "rw-register": [5, "tolerate"],
  pause: [5, "tolerate"],
  "power-cycle": [5, "tolerate"],
  "power-cycle-rolling": [5, "tolerate"],
  "brown-out-all": [5, "safe-only"],
  "bit-error": [5, "tolerate"],
  "error-burst": [5, "tolerate"],
  emi: [5, "tolerate"],
  "termination-missing": [5, "tolerate"],
  "ground-shift": [5, "tolerate"],
  "bit-timing-mismatch": [5, "tolerate"],
  "fd-intolerant-node": [5, "tolerate"],
  "double-receive": [5, "tolerate"],
  "inconsistent-duplicate": [5, "tolerate"],
  omission: [5, "tolerate"],
  "omission-crash": [5, "tolerate"],
  "one-shot": [5, "tolerate"],
  janus: [5, "tolerate"],
  "crc-residual": [5, "tolerate"],
  "error-passive-leader": [5, "tolerate"],
  "bus-off-leader": [5, "tolerate"],
  "silent-disable": [5, "tolerate"],
  "ack-starvation": [5, "tolerate"],
  "isolate-one": [5, "tolerate"],
  "stub-open": [5, "tolerate"],
  "stuck-dominant": [5, "safe-only"],
  "stuck-recessive": [5, "safe-only"],
  freeze: [5, "safe-only"],
  "segment-split": [5, "safe-only"],
  "power-cut-in-write": [5, "tolerate"],
  "torn-write": [5, "safe-only"],
  "flash-bitrot": [5, "safe-only"],
  misdirect: [5, "safe-only"],
  amnesia: [5, "tolerate"],
  "gray-slow": [5, "tolerate"],
  "store-full": [5, "tolerate"],
  "clock-drift": [5, "tolerate"],
  "clock-step": [5, "tolerate"],
  "rx-overrun": [5, "tolerate"],
  "mailbox-reorder": [5, "tolerate"],
  "stale-mailbox": [5, "tolerate"],
  "babbling-idiot": [5, "safe-only"],
  "id0-flood": [5, "safe-only"],
  "arbitration-starvation": [5, "tolerate"],
  masquerade: [5, "tolerate"],
  "twin-node": [5, "tolerate"],
  replay: [5, "tolerate"],
  "bft-equivocation": [5, "tolerate"],
  "bft-minority": [7, "tolerate"],
  "bft-threshold": [7, "tolerate"],
  "bft-false-commit": [5, "tolerate"],
  "bft-over-threshold": [4, "must-detect"],
};

function expected(nodes: number, change: object = {}): string {
  return expectationOf({ nodes, byzantine: 0, silent: 0, largestGroup: nodes, ...change }).class;
}

describe("the expectation of a built-in scenario", () => {
  it.each(SCENARIOS.map(({ name }) => name))("of %s is that of the table", (scenario) => {
    const plan = makePlan({ scenario, seed: 1 });
    expect([plan.nodes, plan.expectation.class]).toEqual(TABLE[scenario]);
  });

  it.each([
    ["bft-equivocation", 5, 1],
    ["bft-minority", 7, 1],
    ["bft-threshold", 7, 2],
    ["bft-false-commit", 5, 1],
    ["bft-over-threshold", 4, 2],
    ["bft-over-threshold", 6, 2],
    ["bft-over-threshold", 7, 3],
  ])("of %s follows from its numbers: %i nodes, %i Byzantine", (scenario, nodes, byzantine) => {
    const largestGroup = nodes - byzantine;
    expect(expected(nodes, { byzantine, largestGroup })).toBe(TABLE[scenario]?.[1]);
  });
});

describe("the rule of expectation", () => {
  it("takes two of seven for the bound, which is still borne, and three for more", () => {
    expect(expected(7, { byzantine: 2, largestGroup: 5 })).toBe("tolerate");
    expect(expected(7, { byzantine: 3, largestGroup: 4 })).toBe("must-detect");
  });

  it("bears no Byzantine node among three", () => {
    expect(expected(3, { byzantine: 1, largestGroup: 2 })).toBe("must-detect");
  });

  it("lets the run stop when no quorum stays together, or too many are silent", () => {
    expect(expected(5, { largestGroup: 3 })).toBe("safe-only");
    expect(expected(5, { silent: 2, largestGroup: 4 })).toBe("safe-only");
    expect(expected(5, { silent: 1, largestGroup: 4 })).toBe("tolerate");
    expect(expected(5, { silent: 1, byzantine: 1, largestGroup: 4 })).toBe("safe-only");
  });

  it("says the numbers behind it", () => {
    const { why } = expectationOf({ nodes: 5, byzantine: 0, silent: 0, largestGroup: 3 });
    expect(why).toContain("n = 5, f = 1, q = 4");
  });

  it("holds for all numbers", () => {
    const numbers = fc.record({
      nodes: fc.integer({ min: 1, max: 14 }),
      byzantine: fc.nat({ max: 14 }),
      silent: fc.nat({ max: 14 }),
      largestGroup: fc.nat({ max: 14 }),
    });
    fc.assert(
      fc.property(numbers, (adversity) => {
        const { nodes: n, byzantine: b, silent: s, largestGroup: g } = adversity;
        const isLive = g >= quorum(n) && s + b <= n - quorum(n);
        const within = isLive ? "tolerate" : "safe-only";
        const rule = b > faultBound(n) ? "must-detect" : within;
        expect(expectationOf(adversity).class).toBe(rule);
      }),
    );
  });
});
