/** The rw-register workload: unique values, and otherwise the same work as list-append. */

import { describe, expect, it } from "vitest";
import type { MicroOp } from "../../../rig/core/history/operation.ts";
import type { WorkloadPlan } from "../../../rig/core/plan/plan.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { makeWorkload } from "../../../rig/core/workload/make-workload.ts";
import { aPlan } from "../../support/plans.ts";

function microOps(change: Partial<WorkloadPlan>, transactions: number, seed = 1): MicroOp[] {
  const plan = { ...aPlan({}).workload, ...change };
  const workload = makeWorkload(plan, Random.of(seed, "workload"));
  return Array.from({ length: transactions }, () => workload.next()).flat();
}

describe("the rw-register workload", () => {
  it("writes 1, 2, 3 and so on to each key, and leaves it after its share", () => {
    const last = new Map<number, number>();
    for (const [f, key, value] of microOps({ kind: "rw-register", appendsPerKey: 4 }, 300)) {
      expect(["w", "r"]).toContain(f);
      if (f === "r") expect(value).toBeNull();
      else {
        expect(value).toBe((last.get(key) ?? 0) + 1);
        last.set(key, value as number);
      }
    }
    expect(Math.max(...last.values())).toBe(4);
    expect(last.size).toBeGreaterThan(50);
  });

  it("asks on a seed for what list-append asks, with writes in place of appends", () => {
    const appends = microOps({}, 100, 9);
    const writes = appends.map(([f, ...rest]) => [f === "append" ? "w" : f, ...rest]);
    expect(microOps({ kind: "rw-register" }, 100, 9)).toEqual(writes);
  });
});
