/**
 * Properties of the rw-register checker over histories of a simulated store.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CheckResult,
  knownModels,
  type RegisterOptions,
} from "../../../rig/core/elle/index.ts";
import { aRegisterHistory, type RegisterBuilder, type RegisterOp, r, w } from "./histories.ts";
import { faultyPlans, plans, simulateRegisters } from "./simulated-store.ts";

const flags = fc.record({
  wfrKeys: fc.boolean(),
  sequentialKeys: fc.boolean(),
  linearizableKeys: fc.boolean(),
});

type Options = Omit<RegisterOptions, "consistency">;

describe("histories of registers that are strict-serializable by construction", () => {
  it("are never called invalid, under any model and with any options", () => {
    fc.assert(
      fc.property(plans, flags, fc.constantFrom(...knownModels()), fc.boolean(), (...given) => {
        const [plan, options, model, isOrdered] = given;
        const { history, order } = simulateRegisters(plan);
        const known: Options = isOrdered ? { ...options, transactionOrder: order } : options;
        expect(history.check(model, known).valid).not.toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

/** Operations that are wrong in themselves, on keys and processes that the store does not have. */
const FAULTS: Record<string, (history: RegisterBuilder) => void> = {
  internal: (history) => history.run(90, w(91, 1), r(91)),
  G1a: (history) => history.invoke(90, w(91, 1)).fail(90, w(91, 1)).run(90, r(91, 1)),
  G1b: (history) => history.run(90, w(91, 1), w(91, 2)).run(90, r(91, 1)),
  "lost-update": (history) => history.run(90, r(91), w(91, 1)).run(90, r(91), w(91, 2)),
  "G-single-item-realtime": (history) => history.run(90, w(91, 1)).run(91, r(91)),
  "G1c-realtime": (history) => history.run(90, r(91, 1)).run(91, w(91, 1)),
};

describe("a fault planted in a history of registers", () => {
  it.each(Object.entries(FAULTS))("is found: %s", (type, plant) => {
    fc.assert(
      fc.property(plans, flags, (plan, options) => {
        const { history } = simulateRegisters(plan);
        plant(history);
        const result = history.check("strict-serializable", options);
        expect(result.valid).toBe(false);
        expect(result.anomalyTypes).toContain(type);
      }),
      { numRuns: 50 },
    );
  });
});

describe("other names for keys, values and processes", () => {
  it("change nothing in the verdict", () => {
    const names = (result: CheckResult) => [result.valid, result.anomalyCounts, result.not];
    fc.assert(
      fc.property(faultyPlans, flags, fc.nat(), (plan, options, salt) => {
        const { history } = simulateRegisters(plan);
        const renamed = aRegisterHistory();
        for (const { type, process, value } of history.operations) {
          const mops = value.map(([name, key, found]): RegisterOp => {
            const unique = found === null ? null : ((found * 7919 + salt) % 1_000_003) - 500_000;
            return [name, 5_000_000 - key, unique];
          });
          renamed.add(type, 1000 - (process as number) * 3, mops);
        }
        const model = "strict-serializable";
        expect(names(renamed.check(model, options))).toEqual(names(history.check(model, options)));
      }),
      { numRuns: 200 },
    );
  });
});
