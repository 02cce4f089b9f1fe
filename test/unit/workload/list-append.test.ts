/** The list-append workload: unique elements, keys that make way, and enough reads. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MicroOp } from "../../../rig/core/history/operation.ts";
import type { WorkloadPlan } from "../../../rig/core/plan/plan.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { ListAppendWorkload } from "../../../rig/core/workload/list-append.ts";
import { aPlan } from "../../support/plans.ts";

function aWorkload(change: Partial<WorkloadPlan> = {}, seed = 1): ListAppendWorkload {
  const plan = { ...aPlan({}).workload, ...change };
  return new ListAppendWorkload(plan, Random.of(seed, "workload"));
}

function microOps(workload: ListAppendWorkload, transactions: number): MicroOp[] {
  return Array.from({ length: transactions }, () => workload.next()).flat();
}

describe("the list-append workload", () => {
  it("appends 1, 2, 3 and so on to each key", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 8 }), (seed, keys) => {
        const last = new Map<number, number>();
        for (const [f, key, value] of microOps(aWorkload({ keys }, seed), 100)) {
          if (f !== "append") continue;
          expect(value).toBe((last.get(key) ?? 0) + 1);
          last.set(key, value as number);
        }
      }),
    );
  });

  it("leaves a key after its share of appends and takes a fresh one", () => {
    const workload = aWorkload({ keys: 2, appendsPerKey: 3 });
    const appends = new Map<number, number>();
    for (const [f, key] of microOps(workload, 200)) {
      if (f === "append") appends.set(key, (appends.get(key) ?? 0) + 1);
    }
    expect(Math.max(...appends.values())).toBe(3);
    expect(workload.keyCount).toBe(Math.max(...appends.keys(), workload.keyCount - 1) + 1);
    expect(appends.size).toBeGreaterThan(20);
  });

  it("keeps one key when there is to be one", () => {
    const keys = microOps(aWorkload({ keys: 1, appendsPerKey: 1000 }), 50).map(([, key]) => key);
    expect(new Set(keys)).toEqual(new Set([0]));
  });

  it("reads about as often as planned, and never knows the answer", () => {
    const all = microOps(aWorkload({ readPercent: 50 }), 2000);
    const reads = all.filter(([f]) => f === "r");
    expect(reads.length / all.length).toBeGreaterThan(0.45);
    expect(reads.length / all.length).toBeLessThan(0.55);
    for (const [, , value] of reads) expect(value).toBeNull();
  });

  it("has transactions of one to the most micro-operations", () => {
    const workload = aWorkload({ microOpsMax: 4 });
    const lengths = new Set(Array.from({ length: 200 }, () => workload.next().length));
    expect([...lengths].sort()).toEqual([1, 2, 3, 4]);
  });

  it("is the same for the same seed and another for another", () => {
    expect(microOps(aWorkload({}, 5), 50)).toEqual(microOps(aWorkload({}, 5), 50));
    expect(microOps(aWorkload({}, 5), 50)).not.toEqual(microOps(aWorkload({}, 6), 50));
  });
});
