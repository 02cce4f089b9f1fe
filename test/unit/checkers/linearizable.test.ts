/**
 * Linearizability of registers and locks: histories by hand, the words of the explanations, and
 * agreement with a search that tries all orders.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHECKERS,
  checkLinearizable,
  type ModelResult,
  type ObjectName,
} from "../../../rig/core/checkers/index.ts";
import { FrontierSearch } from "../../../rig/core/checkers/linearizable/frontier-search.ts";
import { makeObjectModel } from "../../../rig/core/checkers/linearizable/object-model.ts";
import { OrderSearch } from "../../../rig/core/checkers/linearizable/order-search.ts";
import type { SearchResult } from "../../../rig/core/checkers/linearizable/search-result.ts";
import { splitByKey } from "../../../rig/core/checkers/linearizable/split-by-key.ts";
import { timelineOf } from "../../../rig/core/checkers/linearizable/timeline.ts";
import { callsOf } from "../../../rig/core/checkers/operations.ts";
import type { GeneralOperation } from "../../../rig/core/history/general-operation.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { hasOrder } from "./brute-force.ts";
import { correctRegister, fromText, history, list, workOn } from "./histories.ts";

function valid(model: ObjectName, text: string): ModelResult["valid"] {
  return checkLinearizable(history(text), model).valid;
}

const AROUND_A_WRITE = (value: number) => `
  0 invoke write 1
  0 ok write 1
  1 invoke write 2
  2 invoke read
  2 ok read ${value}
  1 ok write 2`;

describe("a register", () => {
  it.each([1, 2])("may be read as %i while 2 is written over 1", (value) => {
    expect(valid("register", AROUND_A_WRITE(value))).toBe(true);
  });

  it("can't hold what nobody wrote", () => {
    const result = checkLinearizable(history(AROUND_A_WRITE(3)), "register");
    expect(result).toMatchObject({ valid: false, errorCounts: { "not-linearizable": 1 } });
    expect(result.errors[0]).toEqual({
      type: "not-linearizable",
      explanation:
        "The register: nothing explains operation 4 (process 2), a read of 3 from 3.000 ms to " +
        "4.000 ms. After the one operation that was answered before it the register holds 1 (by " +
        "operation 1, a write of 1) or holds 2 (by operation 5, a write of 2). Open at the same " +
        "time: operation 5 (process 1), a write of 2 from 2.000 ms to 5.000 ms.",
      operations: [4, 1, 5],
    });
  });

  it("can't be read as it was before what an earlier read saw", () => {
    const reads = (first: number, second: number) => `
      0 invoke write 1
      0 ok write 1
      1 invoke write 2
      2 invoke read
      2 ok read ${first}
      2 invoke read
      2 ok read ${second}
      1 ok write 2`;
    expect(valid("register", reads(1, 2))).toBe(true);
    expect(valid("register", reads(2, 1))).toBe(false);
  });

  it("begins with nil", () => {
    const text = "0 invoke read\n0 ok read nil";
    expect(valid("register", text)).toBe(true);
    expect(valid("register", text.replace("read nil", "read 0"))).toBe(false);
  });

  it("is read as nil later only if such a read says nothing", () => {
    const operations = history("0 invoke write 1\n0 ok write 1\n0 invoke read\n0 ok read nil");
    expect(checkLinearizable(operations, "register").valid).toBe(false);
    expect(checkLinearizable(operations, "register", { nilReads: "any" }).valid).toBe(true);
  });

  it("takes a write without answer at any time, or never", () => {
    const reads = (...values: number[]) =>
      [
        "0 invoke write 0\n0 ok write 0\n1 invoke write 1\n1 info write 1",
        ...values.map((value) => `2 invoke read\n2 ok read ${value}`),
      ].join("\n");
    expect(valid("register", reads(0, 0))).toBe(true);
    expect(valid("register", reads(0, 1))).toBe(true);
    expect(valid("register", reads(1, 1))).toBe(true);
    expect(valid("register", reads(1, 0))).toBe(false);
  });

  it("takes an operation that never ends as one without answer", () => {
    const text = "0 invoke write 1\n1 invoke read\n1 ok read 1\n2 invoke read";
    expect(valid("register", text)).toBe(true);
  });

  it("does not take what failed", () => {
    const text = "0 invoke write 1\n0 fail write 1\n1 invoke read\n1 ok read 1";
    expect(valid("register", text)).toBe(false);
    expect(valid("register", text.replace("fail", "info"))).toBe(true);
  });

  it("may hold values of any shape", () => {
    const text = "0 invoke write {:a #{1 2}}\n0 ok write nil\n0 invoke read\n0 ok read ";
    expect(valid("register", `${text}{:a #{2 1}}`)).toBe(true);
    expect(valid("register", `${text}{:a #{2}}`)).toBe(false);
  });

  it("has no compare-and-set", () => {
    expect(() => valid("register", "0 invoke cas [1 2]")).toThrow(
      "line 1: operation 0: function cas; expected read or write",
    );
  });

  it("takes histories of completions only as a sequence", () => {
    expect(valid("register", "0 ok write 1\n0 ok read 1")).toBe(true);
    expect(valid("register", "0 ok write 1\n0 ok read 2")).toBe(false);
  });
});

describe("a register with compare-and-set", () => {
  const chain = (...pairs: string[]) =>
    [
      "0 invoke write 0\n0 ok write 0",
      ...pairs.map((pair, i) => `${i + 1} invoke cas ${pair}`),
      ...pairs.map((pair, i) => `${i + 1} ok cas ${pair}`),
      "0 invoke read\n0 ok read 3",
    ].join("\n");

  it("finds the one order of those that are open together", () => {
    expect(valid("cas-register", chain("[2 3]", "[1 2]", "[0 1]"))).toBe(true);
    expect(valid("cas-register", chain("[2 3]", "[1 2]", "[0 4]"))).toBe(false);
  });

  it("lets one of two succeed", () => {
    expect(valid("cas-register", chain("[0 3]"))).toBe(true);
    expect(valid("cas-register", chain("[0 3]", "[0 3]"))).toBe(false);
  });

  it("refuses a compare-and-set of something else than a pair", () => {
    expect(() => valid("cas-register", "0 invoke cas 5")).toThrow(
      "line 1: operation 0: a cas of 5; expected [old new]",
    );
    expect(() => valid("cas-register", "0 invoke cas [5]")).toThrow("expected [old new]");
  });
});

describe("a lock", () => {
  const acquire = (process: number) => `${process} invoke acquire\n${process} ok acquire\n`;
  const release = (process: number) => `${process} invoke release\n${process} ok release\n`;

  it("is held once at a time", () => {
    expect(valid("mutex", acquire(0) + release(0) + acquire(1))).toBe(true);
    expect(valid("mutex", acquire(0) + acquire(1) + release(0))).toBe(false);
    expect(valid("mutex", acquire(0) + release(0) + release(0))).toBe(false);
  });

  it("may be released by an operation without answer", () => {
    const open = "0 invoke release\n0 info release\n";
    expect(valid("mutex", acquire(0) + open + acquire(1))).toBe(true);
    expect(valid("mutex", acquire(0) + open + acquire(1) + acquire(2))).toBe(false);
  });

  it("is named in the explanation", () => {
    const { errors } = checkLinearizable(history(acquire(0) + acquire(1)), "mutex");
    expect(errors[0]?.explanation).toBe(
      "The lock: nothing explains operation 3 (process 1), an acquire from 2.000 ms to 3.000 ms. " +
        "After the one operation that was answered before it the lock is held (by operation 1, " +
        "an acquire). No other operation was open at the same time.",
    );
  });
});

describe("many objects", () => {
  const text = (last: number) => `
    0 invoke write [:x 1]
    1 invoke write [:y 2]
    0 ok write [:x 1]
    1 ok write [:y 2]
    0 invoke read [:x nil]
    0 ok read [:x 1]
    1 invoke read [:y nil]
    1 ok read [:y ${last}]`;

  it("are told by the key in every value, and checked alone", () => {
    expect(valid("register", text(2))).toBe(true);
    const result = checkLinearizable(history(text(1)), "register");
    expect(result).toMatchObject({ valid: false, statistics: { objects: 2, invalidObjects: 1 } });
    expect(result.errors[0]?.explanation).toMatch(/^The register of key :y: nothing explains/);
  });

  it("are one if values are said not to have keys", () => {
    const operations = history("0 invoke write [1 2]\n0 ok write [1 2]");
    expect(checkLinearizable(operations, "register").statistics).toMatchObject({ operations: 1 });
    const reads = "0 invoke write [1 2]\n0 ok write [1 2]\n0 invoke read [1 2]\n0 ok read [1 3]";
    expect(valid("register", reads)).toBe(false);
    const swapped = reads.replace("read [1 3]", "read [3 2]");
    expect(checkLinearizable(history(swapped), "register", { isKeyed: false }).valid).toBe(false);
    const unkeyed = reads.replace("read [1 3]", "read [1 2]");
    expect(checkLinearizable(history(unkeyed), "register", { isKeyed: false }).valid).toBe(true);
  });

  it("take compare-and-set in pairs", () => {
    const keyed =
      "0 invoke write [7 1]\n0 ok write [7 1]\n0 invoke cas [7 [1 2]]\n0 ok cas [7 [1 2]]";
    expect(valid("cas-register", keyed)).toBe(true);
    expect(valid("cas-register", keyed.replaceAll("[1 2]", "[2 1]"))).toBe(false);
    expect(valid("cas-register", "0 invoke cas [nil 1]\n0 ok cas [nil 1]")).toBe(true);
  });

  it("refuse a value without key if there shall be one", () => {
    const operations = history("0 invoke write 1\n0 ok write 1");
    expect(() => checkLinearizable(operations, "register", { isKeyed: true })).toThrow(
      "line 1: operation 0: value 1; expected [key value]",
    );
  });
});

describe("the search", () => {
  const operations = workOn(correctRegister(5, true), Random.of(1), {
    clients: 10,
    requests: 2000,
    lost: 2,
  });

  it("gives up when its budget is used, always at the same step", () => {
    const results = [1, 2].map(() =>
      CHECKERS["cas-register"].check(operations, { searchSteps: 300 }),
    );
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toMatchObject({ valid: "unknown", errorCounts: { "search-limit": 1 } });
    expect(results[0]?.errors[0]?.explanation).toMatch(
      /^The register: the search for an order gave up after 3\d\d steps\. Of \d+ answered/,
    );
    expect(CHECKERS["cas-register"].check(operations).valid).toBe(true);
  });

  function allAtOnce(count: number): GeneralOperation[] {
    return (["invoke", "ok"] as const).flatMap((type, half) =>
      Array.from({ length: count }, (_, process): GeneralOperation => {
        const index = half * count + process;
        return { index, type, f: "write", process, time: -1, value: process % 7, line: 0 };
      }),
    );
  }

  it("bears thousands of operations that are all open at once", () => {
    expect(checkLinearizable(allAtOnce(2000), "register").valid).toBe(true);
    const result = checkLinearizable(allAtOnce(50_000), "register", { searchSteps: 1_000_000 });
    expect(result.valid).toBe("unknown");
  });

  it("proves that there is no order though many operations have no answer", () => {
    const work = { clients: 8, requests: 1200, lost: 4 };
    const spoiled = workOn(correctRegister(4, true), Random.of(3), work);
    const place = spoiled.findLastIndex(({ f, type }) => f === "read" && type === "ok");
    spoiled[place] = { ...(spoiled[place] as GeneralOperation), value: 99 };
    const result = checkLinearizable(spoiled, "cas-register");
    expect(result.valid).toBe(false);
    expect(result.errors[0]?.operations[0]).toBe(spoiled[place]?.index);
  });
});

describe("on small random histories", () => {
  const kinds = fc.constantFrom("read", "write", "cas", "write", "read");
  const value = fc.nat(2);
  const step = fc.record({
    process: fc.nat(3),
    f: kinds,
    a: value,
    b: value,
    type: fc.constantFrom("ok", "ok", "ok", "ok", "info", "fail"),
  });

  /** Each process invokes and completes in turn. */
  function historyOf(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
    const open = new Map<number, { f: string; value: GeneralOperation["value"] }>();
    const result: GeneralOperation[] = [];
    for (const { process, f, a, b, type } of steps) {
      const index = result.length;
      const common = { index, process, time: index, line: 0 };
      const before = open.get(process);
      if (before === undefined) {
        const request = { f, value: f === "read" ? null : f === "write" ? a : list(a, b) };
        open.set(process, request);
        result.push({ ...common, type: "invoke", ...request });
      } else {
        open.delete(process);
        const answer = before.f === "read" ? a : before.value;
        result.push({ ...common, type: type as "ok", f: before.f, value: answer });
      }
    }
    return result;
  }

  it("agrees with a search that tries all orders", () => {
    let valids = 0;
    let invalids = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const operations = historyOf(steps);
        const expected = hasOrder(operations);
        if (expected) valids++;
        else invalids++;
        const result = checkLinearizable(operations, "cas-register", { isKeyed: false });
        expect(result.valid, JSON.stringify(operations)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(valids, invalids)).toBeGreaterThan(200);
  });

  it("does so if many are open at once and many have no answer", () => {
    const crowded = { clients: 6, requests: 7, lost: 50 };
    let invalids = 0;
    for (let seed = 0; seed < 600; seed++) {
      const random = Random.of(seed, "crowded");
      const operations = workOn(correctRegister(3, true), random, crowded).map((operation) => {
        const isRead = operation.f === "read" && operation.type === "ok";
        return isRead && random.chance(1, 3) ? { ...operation, value: random.below(3) } : operation;
      });
      const expected = hasOrder(operations);
      if (!expected) invalids++;
      const result = checkLinearizable(operations, "cas-register", { isKeyed: false });
      expect(result.valid, `seed ${seed}`).toBe(expected);
    }
    expect(invalids).toBeGreaterThan(50);
  });

  it("both ways of searching say the same", () => {
    const kinds: Record<string, number> = {};
    for (let seed = 0; seed < 400; seed++) {
      const random = Random.of(seed, "both");
      const work = { clients: 5, requests: 30, lost: seed % 40 };
      const operations = workOn(correctRegister(3, true), random, work).map((operation) => {
        const isRead = operation.f === "read" && operation.type === "ok";
        return isRead && random.chance(1, 20)
          ? { ...operation, value: random.below(3) }
          : operation;
      });
      const model = makeObjectModel("cas-register", "initial");
      const histories = splitByKey(callsOf(operations), model, false);
      const timeline = timelineOf(histories[0]?.steps ?? []);
      const ahead = new OrderSearch(timeline, 1e9).run();
      const fronts = new FrontierSearch(timeline, 1e9).run();
      const short = ({ kind, placed, reached, reachedCount }: SearchResult) => {
        const states = reached.map(({ state }) => state).sort();
        return kind === "stuck" ? { kind, placed, states, reachedCount } : { kind, placed };
      };
      expect(short(fronts), `seed ${seed}`).toEqual(short(ahead));
      kinds[ahead.kind] = (kinds[ahead.kind] ?? 0) + 1;
    }
    expect(Object.keys(kinds).sort()).toEqual(["ordered", "stuck"]);
  });

  it("takes JSON as it takes EDN", () => {
    const json = fromText(
      '[{"process":0,"type":"invoke","f":"cas","value":[null,"a"]},' +
        '{"process":0,"type":"ok","f":"cas","value":[null,"a"]},' +
        '{"process":0,"type":"invoke","f":"read"},{"process":0,"type":"ok","f":"read","value":"a"}]',
    );
    expect(checkLinearizable(json, "cas-register").valid).toBe(true);
  });
});
