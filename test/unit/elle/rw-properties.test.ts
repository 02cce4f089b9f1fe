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
import { CYCLES } from "./register-cycles.ts";
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

interface Fault {
  readonly plant: (history: RegisterBuilder) => unknown;
  readonly model?: string;
  /** What has to be known besides; `base` is the index of the first operation that is planted. */
  readonly known?: (base: number) => Options;
}

const crossed = (history: RegisterBuilder) =>
  history
    .together([w(1, 1), w(2, 2)], [w(1, 2), w(2, 1)])
    .run(2, r(1, 1))
    .run(2, r(1, 2))
    .run(3, r(2, 1))
    .run(3, r(2, 2));

/** Of two writes, the one that was done first is the later version. */
const turned = (base: number): Options => ({
  transactionOrder: new Map([
    [base + 1, 1],
    [base + 3, 0],
  ]),
});

const FAULTS: Readonly<Record<string, Fault>> = {
  internal: { plant: (history) => history.run(0, w(1, 1), r(1)) },
  G1a: { plant: (history) => history.invoke(0, w(1, 1)).fail(0, w(1, 1)).run(0, r(1, 1)) },
  G1b: { plant: (history) => history.run(0, w(1, 1), w(1, 2)).run(0, r(1, 1)) },
  "lost-update": { plant: (history) => history.run(0, r(1), w(1, 1)).run(0, r(1), w(1, 2)) },
  "garbage-read": {
    plant: (history) => history.run(0, r(1, 1)),
    known: () => ({ forbidGarbage: true }),
  },
  "cyclic-versions": {
    plant: (history) => history.run(0, w(1, 1)).run(0, w(1, 2)).run(0, r(1, 1)),
    known: () => ({ linearizableKeys: true }),
  },
  G0: { plant: crossed, model: "read-uncommitted", known: () => ({ sequentialKeys: true }) },
  "G0-process": {
    plant: (history) => history.run(0, w(1, 1)).run(0, w(1, 2)),
    model: "strong-session-read-uncommitted",
    known: turned,
  },
  "G0-realtime": {
    plant: (history) => history.run(0, w(1, 1)).run(1, w(1, 2)),
    model: "strong-read-uncommitted",
    known: turned,
  },
  "G-nonadjacent-item-process": {
    plant: (history) =>
      history
        .invoke(0, w(1, 1))
        .invoke(1, w(2, 1))
        .run(2, r(1, 1))
        .run(2, r(2))
        .run(3, r(2, 1))
        .run(3, r(1))
        .ok(0, w(1, 1))
        .ok(1, w(2, 1)),
    model: "strong-session-serializable",
  },
  ...Object.fromEntries(
    Object.entries(CYCLES).map(([type, [model, { operations }]]): [string, Fault] => [
      type,
      {
        plant: (history) => {
          for (const { type, process, value } of operations) {
            history.add(type, process as number, value);
          }
        },
        model,
      },
    ]),
  ),
};

/** Behind the history of the store, on keys and by processes of its own. */
function plantedIn(history: RegisterBuilder, { plant }: Fault): void {
  const fault = aRegisterHistory();
  plant(fault);
  for (const { type, process, value } of fault.operations) {
    const mops = value.map(([name, key, found]): RegisterOp => [name, key + 90, found]);
    history.add(type, (process as number) + 1000, mops);
  }
}

describe("an anomaly planted in a history of registers", () => {
  it.each(Object.entries(FAULTS))("is found: %s", (type, fault) => {
    const { model = "strict-serializable", known = () => ({}) } = fault;
    fc.assert(
      fc.property(plans, (plan) => {
        const { history } = simulateRegisters(plan);
        const base = history.operations.length;
        plantedIn(history, fault);
        const result = history.check(model, known(base));
        expect(result.valid).toBe(false);
        expect(result.anomalyTypes).toContain(type);
      }),
      { numRuns: 40 },
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
