/**
 * Both checkers against trying every serial order, on small histories of a store that sometimes
 * answers with old state. Lists tell all, so there the verdicts are the same; registers may leave
 * a fault unseen, but must never tell of one that is not there.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aHistory, append, aRegisterHistory, r, read, w } from "./histories.ts";
import { hasSerialOrder, listWrite, registerWrite } from "./serial-orders.ts";
import { faultyPlans, simulateLists, simulateRegisters } from "./simulated-store.ts";

const MODELS = [
  ["strict-serializable", true],
  ["serializable", false],
] as const;

describe("trying every serial order", () => {
  it("finds one, or none", () => {
    const skew = (list: number[]) =>
      aHistory().together([read(1, []), append(2, 1)], [read(2, list), append(1, 1)]).operations;
    expect(hasSerialOrder(skew([]), listWrite, false)).toBe(false);
    expect(hasSerialOrder(skew([1]), listWrite, false)).toBe(true);
    const stale = aRegisterHistory().run(0, w(1, 1)).run(1, r(1)).operations;
    expect(hasSerialOrder(stale, registerWrite, true)).toBe(false);
    expect(hasSerialOrder(stale, registerWrite, false)).toBe(true);
  });
});

describe.each(MODELS)("%s", (model, isRealtimeKept) => {
  it("of lists is just what has a serial order", () => {
    fc.assert(
      fc.property(faultyPlans, (plan) => {
        const { history } = simulateLists(plan);
        const isPossible = hasSerialOrder(history.operations, listWrite, isRealtimeKept);
        expect(history.check(model).valid !== false).toBe(isPossible);
      }),
      { numRuns: 300 },
    );
  });

  it("of registers is never denied to what has a serial order", () => {
    fc.assert(
      fc.property(faultyPlans, fc.boolean(), fc.boolean(), (plan, wfrKeys, isAssumed) => {
        const { history } = simulateRegisters(plan);
        // Only if real time counts do processes and keys follow from a serial order.
        const hasKeys = isAssumed && isRealtimeKept;
        const options = { wfrKeys, sequentialKeys: hasKeys, linearizableKeys: hasKeys };
        if (history.check(model, options).valid !== false) return;
        expect(hasSerialOrder(history.operations, registerWrite, isRealtimeKept)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
