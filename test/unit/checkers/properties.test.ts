/**
 * What correct objects answer is always valid, however their operations overlap and whichever get
 * no answer; one wrong answer among them is always found; nonsense is refused or judged, but never
 * a crash.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECKERS, type ModelName, type ModelOptions } from "../../../rig/core/checkers/index.ts";
import type { GeneralOperation, Value } from "../../../rig/core/history/general-operation.ts";
import { readOperations } from "../../../rig/core/history/read-operations.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import {
  type CorrectObject,
  correctBank,
  correctCounter,
  correctGroups,
  correctMutex,
  correctRegister,
  correctSet,
  itemsOf,
  list,
  workOn,
} from "./histories.ts";

const SEEDS = 60;

interface Case {
  readonly model: ModelName;
  readonly options?: ModelOptions;
  readonly make: () => CorrectObject;
  /** The answer made wrong; `null` where the operation can't be used for it. */
  readonly spoil: (operation: GeneralOperation) => Value | null;
}

function whereRead(change: (value: Value) => Value | null): Case["spoil"] {
  return ({ f, type, value }) => (f === "read" && type === "ok" ? change(value) : null);
}

const CASES: readonly Case[] = [
  {
    model: "bank",
    options: { totalAmount: 30, accounts: ["0", "1", "2", "3"] },
    make: () => correctBank(4, 30),
    spoil: whereRead((value) => {
      if (typeof value !== "object" || value?.kind !== "map") return null;
      const [[key, balance] = [null, null], ...others] = value.entries;
      return { kind: "map", entries: [[key, (balance as number) + 1], ...others] };
    }),
  },
  {
    model: "counter",
    make: correctCounter,
    spoil: whereRead((value) => (value as number) + 1_000_000),
  },
  {
    model: "set",
    make: () => correctSet(false),
    spoil: whereRead((value) => list(...itemsOf(value), -1)),
  },
  {
    model: "set-full",
    options: { linearizable: true },
    make: () => correctSet(true),
    spoil: whereRead((value) => list(...itemsOf(value), ...itemsOf(value).slice(0, 1))),
  },
  {
    model: "long-fork",
    options: { groupSize: 3 },
    make: () => correctGroups(4),
    spoil: () => null,
  },
  { model: "register", make: () => correctRegister(4, false), spoil: whereRead(() => 99) },
  { model: "cas-register", make: () => correctRegister(4, true), spoil: whereRead(() => 99) },
  { model: "mutex", make: correctMutex, spoil: () => null },
];

/** Overlapping work, then one read by a client of its own when all is quiet. */
function correctHistory(make: () => CorrectObject, seed: number): GeneralOperation[] {
  const object = make();
  const work = { clients: 2 + (seed % 9), requests: 80, lost: seed % 3 === 0 ? 0 : 6 };
  const operations = workOn(object, Random.of(seed), work);
  const process = 10_000;
  const common = { f: "read", process, time: -1, line: 0 };
  const index = operations.length;
  operations.push({ ...common, index, type: "invoke", value: null });
  const answer = object.apply({ f: "read", value: null });
  const value = answer === "refused" ? null : answer.value;
  operations.push({ ...common, index: index + 1, type: "ok", value });
  return operations;
}

function historyFor({ model, make }: Case, seed: number): GeneralOperation[] {
  const operations = correctHistory(make, seed);
  return model === "mutex" || model === "long-fork" ? operations.slice(0, -2) : operations;
}

describe.each(CASES)("histories of a correct $model", (each) => {
  const { model, options } = each;

  it("are valid", () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const result = CHECKERS[model].check(historyFor(each, seed), options);
      expect(result.errors, `seed ${seed}`).toEqual([]);
      expect(result, `seed ${seed}`).toMatchObject({ valid: true, model, errorCounts: {} });
    }
  });

  it("are not once an answer is made wrong", () => {
    let spoiled = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const operations = historyFor(each, seed);
      const places = [...operations.keys()].filter(
        (place) => each.spoil(operations[place] as GeneralOperation) !== null,
      );
      const place = places[Random.of(seed, "spoil").below(places.length)];
      const operation = operations[place ?? -1];
      if (operation === undefined) continue;
      operations[place as number] = { ...operation, value: each.spoil(operation) };
      const result = CHECKERS[model].check(operations, options);
      // An empty list can't be spoiled by one more of the same.
      if (itemsOf(operation.value).length === 0 && model === "set-full") continue;
      spoiled++;
      expect(result.valid, `seed ${seed}`).toBe(false);
      const named = result.errors.flatMap((error) => error.operations);
      expect(named, `seed ${seed}`).toContain(operation.index);
    }
    if (model !== "mutex" && model !== "long-fork") expect(spoiled).toBeGreaterThan(SEEDS / 2);
  });
});

describe("errors planted at the end of a correct history", () => {
  function ended(make: () => CorrectObject, seed: number, answers: readonly [string, Value][]) {
    const operations = correctHistory(make, seed);
    const common = { process: 20_000, time: -1, line: 0 };
    for (const [f, value] of answers) {
      const index = operations.length;
      operations.push({ ...common, index, type: "invoke", f, value: f === "read" ? null : value });
      operations.push({ ...common, index: index + 1, type: "ok", f, value });
    }
    return operations;
  }

  function lastRead(operations: readonly GeneralOperation[]): readonly Value[] {
    return itemsOf(operations.at(-1)?.value);
  }

  it.each(["set", "set-full"] as const)("are found: an element lost from a %s", (model) => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const before = correctHistory(() => correctSet(true), seed);
      const rest = lastRead(before).slice(1);
      const operations = ended(() => correctSet(true), seed, [["read", list(...rest)]]);
      const acknowledged = before.some(
        ({ f, type, value }) => f === "add" && type === "ok" && value === lastRead(before)[0],
      );
      const isFound = CHECKERS[model].check(operations).valid === false;
      expect(isFound, `seed ${seed}`).toBe(acknowledged || model === "set-full");
    }
  });

  it("are found: a lock that is had twice", () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const twice: [string, Value][] = [
        ["acquire", null],
        ["acquire", null],
      ];
      const object = correctMutex;
      const operations = ended(object, seed, twice).filter(({ f }) => f !== "read");
      // Releases without answer may stand between the two; those that began before can't suffice.
      const open = operations.filter(({ f, type }) => f === "release" && type === "info").length;
      const result = CHECKERS.mutex.check(operations);
      if (open === 0) expect(result.valid, `seed ${seed}`).toBe(false);
    }
  });

  it("are found: a long fork", () => {
    const read = (a: Value, b: Value): Value =>
      list(list(":r", 100, a), list(":r", 101, b), list(":r", 102, null));
    for (let seed = 0; seed < SEEDS; seed++) {
      const make = () => correctGroups(4);
      const operations = workOn(make(), Random.of(seed), { clients: 4, requests: 60 });
      const common = { type: "ok" as const, f: "read", process: 9, time: -1, line: 0 };
      const index = operations.length;
      operations.push({ ...common, index, value: read(1, null) });
      expect(CHECKERS["long-fork"].check(completions(operations), { groupSize: 3 }).valid).toBe(
        true,
      );
      operations.push({ ...common, index: index + 1, value: read(null, 1) });
      expect(CHECKERS["long-fork"].check(completions(operations), { groupSize: 3 }).valid).toBe(
        false,
      );
    }
  });

  function completions(operations: readonly GeneralOperation[]): GeneralOperation[] {
    return operations.filter(({ type }) => type !== "invoke");
  }
});

describe("nonsense", () => {
  const scalar = fc.oneof(
    fc.constantFrom("nil", ":r", ":w", '"x"', "true", "1.5", "1e999", "##NaN", "99999999999999999"),
    fc.integer().map(String),
  );
  const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      scalar,
      fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(" ")}]`),
      fc.array(tie("value"), { maxLength: 3 }).map((items) => `#{${items.join(" ")}}`),
      fc
        .array(fc.tuple(scalar, tie("value")), { maxLength: 3 })
        .map((entries) => `{${entries.flat().join(" ")}}`),
      tie("value").map((inner) => `#tag ${inner}`),
    ),
  })).value;
  const operation = fc
    .record({
      process: fc.constantFrom("0", "1", "2", ":nemesis", "nil"),
      type: fc.constantFrom("invoke", "ok", "fail", "info"),
      f: fc.constantFrom("read", "add", "write", "cas", "acquire", "release", "read"),
      value,
    })
    .map(
      (each) => `{:process ${each.process} :type :${each.type} :f :${each.f} :value ${each.value}}`,
    );

  /** Whatever happens, it is a verdict or an error in one line. */
  function judge(bytes: Uint8Array): void {
    for (const checker of Object.values(CHECKERS)) {
      try {
        const result = checker.check(readOperations(bytes), { groupSize: 2, searchSteps: 10_000 });
        expect([true, false, "unknown"]).toContain(result.valid);
        expect(result.valid === true).toBe(result.errors.length === 0);
      } catch (error) {
        if (!(error instanceof RigError)) throw error;
        expect(error.code).toBe("input.malformed");
        expect(error.message).toMatch(/^line \d+: [^\n]+$/);
      }
    }
  }

  it("is refused or judged", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
        judge(new TextEncoder().encode(operations.join("\n")));
      }),
      { numRuns: 500 },
    );
  });

  it("is so too where bytes of a good history are changed", () => {
    const good = new TextEncoder().encode(
      ["invoke", "ok", "invoke", "ok"]
        .map((type, i) => `{:type :${type}, :process 0, :f :read, :value [[:r ${i} #{1 "x"}]]}`)
        .join("\n"),
    );
    const change = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = good.slice();
        for (const [place, byte] of changes) bytes[place] = byte;
        judge(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it("may be nested ten thousand deep", () => {
    const deep = `${"[".repeat(10_000)}1${"]".repeat(10_000)}`;
    for (const f of ["read", "add", "write", "cas"]) {
      judge(new TextEncoder().encode(`{:type :ok :process 0 :f :${f} :value ${deep}}`));
    }
  });
});
