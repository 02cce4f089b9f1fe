/** The smallest history that shows an anomaly: it does, and nothing more can go. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCounter } from "../../../rig/core/checkers/index.ts";
import { CHECKERS, type RegisterOptions } from "../../../rig/core/elle/index.ts";
import { ednOfOperation } from "../../../rig/core/history/general-edn.ts";
import { jsonOfGeneralOperation } from "../../../rig/core/history/general-json.ts";
import type { GeneralOperation } from "../../../rig/core/history/general-operation.ts";
import type { Operation } from "../../../rig/core/history/operation.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";
import { readOperations } from "../../../rig/core/history/read-operations.ts";
import { callsOf, operationsOf, piecesOf, without } from "../../../rig/core/minimise/calls.ts";
import { fewerItems, Tests } from "../../../rig/core/minimise/fewer-items.ts";
import { minimiseHistory } from "../../../rig/core/minimise/minimise-history.ts";
import { NamedCalls } from "../../../rig/core/minimise/named-calls.ts";
import { aHistory, append, read } from "../elle/histories.ts";
import { faultyPlans, simulateLists, simulateRegisters } from "../elle/simulated-store.ts";

const STRICT = { consistency: "strict-serializable" };

function bytesOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join("\n"));
}

function general(operations: readonly unknown[]): readonly GeneralOperation[] {
  return readOperations(bytesOf(operations.map((operation) => JSON.stringify(operation))));
}

type Model = keyof typeof CHECKERS;

function typesOf(
  operations: readonly GeneralOperation[],
  model: Model = "list-append",
  options: RegisterOptions = STRICT,
): readonly string[] {
  const text = bytesOf(operations.map(ednOfOperation));
  return CHECKERS[model](readHistory(text), options).anomalyTypes;
}

describe("leaving out items", () => {
  it("ends with items of which each is needed, the same every time", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60)), fc.array(fc.nat(60)), (items, wanted) => {
        const needed = items.filter((item) => wanted.includes(item));
        const shows = (some: readonly number[]) => needed.every((item) => some.includes(item));
        expect(fewerItems(items, shows, new Tests(10_000))).toEqual(needed);
      }),
    );
  });

  it("stops when the tests have run out, with what it has", () => {
    const items = Array.from({ length: 64 }, (_, item) => item);
    const tests = new Tests(5);
    const left = fewerItems(items, (some) => some.includes(0), tests);
    expect(tests.count).toBe(5);
    expect(left).toContain(0);
    expect(left.length).toBeGreaterThan(1);
  });
});

describe("a history with one stale read among many operations", () => {
  it("comes down to a write, and the read that missed it", () => {
    const operations = general(aStale().operations);
    const shows = (some: readonly GeneralOperation[]) =>
      typesOf(some).includes("G-single-item-realtime");
    const found = minimiseHistory(operations, { shows, checks: 5000, isTransactional: true });
    expect(found?.calls).toBe(2);
    expect(found?.isComplete).toBe(true);
    expect(found?.operations.map(({ value }) => ednValue(value))).toEqual([
      "[[:append 1 4]]",
      "[[:append 1 4]]",
      "[[:r 1 nil]]",
      "[[:r 1 []]]",
    ]);
  });

  it("is given up in time where few checks are allowed", () => {
    const operations = general(aStale().operations);
    const shows = (some: readonly GeneralOperation[]) =>
      typesOf(some).includes("G-single-item-realtime");
    const found = minimiseHistory(operations, { shows, checks: 3, isTransactional: true });
    expect(found).toMatchObject({ checks: 3, isComplete: false });
    expect(shows(found?.operations ?? [])).toBe(true);
    expect(minimiseHistory(operations, { shows, checks: 0, isTransactional: true })).toBeNull();
  });
});

function aStale() {
  const history = aHistory();
  const list: number[] = [];
  for (let i = 1; i <= 20; i++) {
    list.push(i);
    history.run(0, append(1, i), append(2, i)).run(1, read(1, [...list]), read(2, [...list]));
  }
  return history.run(2, read(1, list), read(2, list)).run(3, read(1, list.slice(0, 3)));
}

function ednValue(value: GeneralOperation["value"]): string {
  const operation: GeneralOperation = {
    index: 0,
    type: "ok",
    f: "txn",
    process: 0,
    time: 0,
    value,
    line: 0,
  };
  return /:value (.*)}$/.exec(ednOfOperation(operation))?.[1] ?? "";
}

describe.each(["list-append", "rw-register"] as const)("every anomaly of %s", (model) => {
  const options = { ...STRICT, wfrKeys: true, sequentialKeys: true, linearizableKeys: true };

  it("is still there in the smallest history, and gone when any operation goes", () => {
    fc.assert(
      fc.property(faultyPlans, fc.nat(), (plan, choice) => {
        const simulate = model === "list-append" ? simulateLists : simulateRegisters;
        const operations = general(
          (simulate(plan).history as { operations: unknown[] }).operations,
        );
        const types = typesOf(operations, model, options);
        const type = types[choice % Math.max(1, types.length)];
        if (type === undefined || type === "empty-transaction-graph") return;
        const shows = (some: readonly GeneralOperation[]) =>
          typesOf(some, model, options).includes(type);
        const given = { shows, checks: 5000, isTransactional: true };
        const found = minimiseHistory(operations, given);
        expect(found?.isComplete).toBe(true);
        const left = found?.operations ?? [];
        expect(shows(left)).toBe(true);
        expect(minimiseHistory(operations, given)).toEqual(found);
        const calls = callsOf(left);
        for (const call of calls) {
          expect(shows(operationsOf(calls.filter((each) => each !== call)))).toBe(false);
        }
        for (const piece of piecesOf(calls)) {
          expect(shows(operationsOf(without(calls, piece)))).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("leaving out values and reads", () => {
  it("makes no anomaly where there was none", () => {
    fc.assert(
      fc.property(faultyPlans, fc.infiniteStream(fc.nat()), (plan, choices) => {
        const honest = plan.map(({ stale: _, ...step }) => step);
        let calls = callsOf(general(simulateLists(honest).history.operations));
        for (const choice of choices.take(6)) {
          const pieces = piecesOf(calls);
          const piece = pieces[choice % Math.max(1, pieces.length)];
          if (piece !== undefined) calls = without(calls, piece);
          expect(typesOf(operationsOf(calls)).filter((type) => !type.startsWith("empty"))).toEqual(
            [],
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("other models", () => {
  it("are made smaller by whole operations", () => {
    const operations: Omit<Operation, "value" | "time">[] = [];
    const call = (f: string, value: number) => {
      const index = operations.length;
      const base = { f, process: 0, value };
      operations.push(
        { index, type: "invoke", ...base },
        { index: index + 1, type: "ok", ...base },
      );
    };
    for (let i = 0; i < 30; i++) call("add", 1);
    call("read", 100);
    const history = general(operations);
    const found = minimiseHistory(history, {
      shows: (some) => checkCounter(some).valid === false,
      checks: 500,
      isTransactional: false,
    });
    expect(found?.calls).toBe(1);
    expect(found?.operations.map(({ index }) => index)).toEqual([60, 61]);
  });
});

describe("calls by their indexes", () => {
  it("come with both ends, in order, and without completion where there is none", () => {
    const history = aHistory()
      .invoke(0, append(1, 1))
      .run(1, append(1, 2))
      .ok(0, append(1, 1))
      .invoke(2, append(1, 3));
    const calls = new NamedCalls(new Set([3, 4]));
    for (const operation of general(history.operations)) calls.take(operation);
    expect(calls.finish().map(({ index }) => index)).toEqual([0, 3, 4]);
  });
});

describe("operations as JSON", () => {
  it("say the same as EDN, as far as JSON can", () => {
    const edn =
      '{:index 3, :type :ok, :f :txn, :process 1, :time 5, :value [[:r :x [1 "a" 12345678901234567890]]' +
      ' {:a nil} #{1} #inst "2020" 1.5 true], :node "n1"}';
    const [operation] = readOperations(bytesOf([edn])) as [GeneralOperation];
    const json = JSON.parse(jsonOfGeneralOperation(operation));
    expect(json).toMatchObject({ index: 3, type: "ok", f: "txn", process: 1, time: 5, node: "n1" });
    expect(json.value.slice(1)).toEqual([{ a: null }, [1], '#inst "2020"', 1.5, true]);
    expect(jsonOfGeneralOperation(operation)).toContain('["r","x",[1,"a",12345678901234567890]]');
  });
});
