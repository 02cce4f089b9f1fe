/** The rare situations of bus and protocol: each is reached by some scenario, and said so in the result. */

import { expect, it } from "vitest";
import { REACHABLE } from "../../rig/core/invariant/reachability.ts";
import { simulate } from "../support/simulate.ts";

const SCENARIOS = [
  "double-receive",
  "bus-off-leader",
  "error-passive-leader",
  "contention",
  "stale-mailbox",
  "message-loss",
  "partition",
];

it("each is reached within a few seeds", () => {
  const reached = new Set<string>();
  for (const scenario of SCENARIOS) {
    for (let seed = 1; seed <= 6; seed++) {
      const { bus } = simulate({ scenario, seed });
      for (const point of Object.keys(bus.reached ?? {})) reached.add(point);
    }
  }
  expect([...reached].sort()).toEqual([...REACHABLE].sort());
}, 60_000);
