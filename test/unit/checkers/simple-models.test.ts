/**
 * Banks, counters, sets and long forks: each kind of error in a history in which it fires, beside
 * one that differs little and in which it does not.
 */

import { describe, expect, it } from "vitest";
import {
  checkBank,
  checkCounter,
  checkLongFork,
  checkSet,
  checkSetFull,
  type ModelResult,
} from "../../../rig/core/checkers/index.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { fromText, history } from "./histories.ts";

/** The verdict and how often each error was found. */
function short({ valid, errorCounts }: ModelResult) {
  return { valid, ...errorCounts };
}

const VALID = { valid: true };

function problemOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(RigError);
    return (error as RigError).message;
  }
  return "no error";
}

describe("a bank", () => {
  const reads = (...values: string[]) =>
    history(values.map((value) => `0 ok read ${value}`).join("\n"));

  it("takes accounts and total from the first read", () => {
    expect(short(checkBank(reads("{0 7 1 3}", "{0 0 1 10}")))).toEqual(VALID);
    expect(short(checkBank(reads("{0 7 1 3}", "{0 0 1 11}")))).toEqual({
      valid: false,
      "wrong-total": 1,
    });
  });

  it("takes accounts and total that are given, names without quotes", () => {
    const json = fromText('{"type":"ok","f":"read","process":0,"value":{"0":5,"b":5}}');
    expect(short(checkBank(json, { accounts: ["0", "b"], totalAmount: 10 }))).toEqual(VALID);
    expect(short(checkBank(json, { totalAmount: 11 }))).toEqual({ valid: false, "wrong-total": 1 });
    expect(short(checkBank(json, { accounts: ["0"] }))).toEqual({
      valid: false,
      "unexpected-key": 1,
    });
  });

  it("finds balances that are missing, not accounts that are", () => {
    expect(short(checkBank(reads("{0 7 1 3}", "{0 10}")))).toEqual(VALID);
    expect(short(checkBank(reads("{0 7 1 3}", "{0 10 1 nil}")))).toEqual({
      valid: false,
      "nil-balance": 1,
    });
  });

  it("finds negative balances unless they are allowed", () => {
    const operations = reads("{0 7 1 3}", "{0 11 1 -1}");
    expect(short(checkBank(operations))).toEqual({ valid: false, "negative-value": 1 });
    expect(short(checkBank(operations, { allowNegative: true }))).toEqual(VALID);
  });

  it("names one error of a read, the first of the four", () => {
    const operations = reads("{0 7 1 3}", "{0 -1 1 nil 2 5}", "{0 -1 1 nil}", "{0 -1 1 5}");
    const result = checkBank(operations);
    expect(result.errorCounts).toEqual({
      "unexpected-key": 1,
      "nil-balance": 1,
      "wrong-total": 1,
    });
    expect(result.errors.map((error) => error.explanation)).toEqual([
      "The read of operation 1 (process 0, at 1.000 ms) saw account 2; the accounts are 0 and 1.",
      "The read of operation 2 (process 0, at 2.000 ms) saw no balance of account 1.",
      "The read of operation 3 (process 0, at 3.000 ms) saw 4 in all; the bank holds 10.",
    ]);
  });

  it("judges answered reads of clients only", () => {
    const operations = history(`
      0 ok read {0 7}
      0 info read {0 8}
      0 fail read {0 8}
      0 invoke read {0 8}
      :nemesis ok read {0 8}`);
    expect(short(checkBank(operations))).toEqual(VALID);
    expect(short(checkBank(history("0 invoke read")))).toEqual({
      valid: "unknown",
      "never-read": 1,
    });
  });

  it("takes fractions, and refuses what is no number and sums beyond 2^53", () => {
    expect(short(checkBank(reads("{0 0.5 1 0.25}", "{0 0.75 1 0}")))).toEqual(VALID);
    expect(problemOf(() => checkBank(reads("{0 :a}")))).toBe(
      "line 1: operation 0: a balance of :a; expected a number up to 2^53",
    );
    expect(problemOf(() => checkBank(reads("[1 2]")))).toBe(
      "line 1: operation 0: a read of [1 2]; expected a map from account to balance",
    );
    const most = Number.MAX_SAFE_INTEGER;
    expect(problemOf(() => checkBank(reads(`{0 ${most} 1 1}`)))).toContain("beyond 2^53");
    expect(problemOf(() => checkBank(reads(`{0 ${most}9}`)))).toContain("up to 2^53");
  });

  it("keeps the first few errors and counts all", () => {
    const result = checkBank(reads("{0 1}", ...Array.from({ length: 20 }, () => "{0 2}")));
    expect(result.errors).toHaveLength(8);
    expect(result).toMatchObject({ errorCounts: { "wrong-total": 20 }, statistics: { reads: 21 } });
  });
});

describe("a counter", () => {
  const around = (value: number) =>
    history(`
      0 invoke add 2
      0 ok add 2
      1 invoke add 3
      2 invoke read
      3 invoke add 4
      2 ok read ${value}
      4 invoke add 5
      3 ok add 4`);

  it.each([2, 5, 6, 9])("may be read as %i while adds are open", (value) => {
    expect(short(checkCounter(around(value)))).toEqual(VALID);
  });

  it("may not be read below what was added, nor above what was tried", () => {
    expect(short(checkCounter(around(1)))).toEqual({ valid: false, "read-too-low": 1 });
    const result = checkCounter(around(10));
    expect(short(result)).toEqual({ valid: false, "read-too-high": 1 });
    expect(result.errors[0]?.explanation).toBe(
      "The read of operation 5 (process 2, at 5.000 ms) saw 10; it could not be above 9, the sum " +
        "of all that was begun before the read ended.",
    );
    expect(result.errors[0]?.operations).toEqual([5]);
  });

  it("bounds reads by what is subtracted as well", () => {
    const operations = (value: number) =>
      history(`
        0 invoke add 10
        0 ok add 10
        0 invoke add -1
        0 ok add -1
        1 invoke add -4
        2 invoke read
        2 ok read ${value}`);
    expect(short(checkCounter(operations(5)))).toEqual(VALID);
    expect(short(checkCounter(operations(4)))).toEqual({ valid: false, "read-too-low": 1 });
    expect(short(checkCounter(operations(10)))).toEqual({ valid: false, "read-too-high": 1 });
  });

  it("does not count failed adds, but those without answer", () => {
    const operations = (type: string) =>
      history(`
        0 invoke add 1
        0 ${type} add 1
        1 invoke read
        1 ok read 1`);
    expect(short(checkCounter(operations("info")))).toEqual(VALID);
    expect(short(checkCounter(operations("fail")))).toEqual({ valid: false, "read-too-high": 1 });
  });

  it("refuses what it does not know", () => {
    expect(problemOf(() => checkCounter(history("0 invoke inc 1")))).toBe(
      "line 1: operation 0: function inc; expected add or read",
    );
    expect(problemOf(() => checkCounter(history("0 invoke add :x")))).toContain("adds :x");
    expect(problemOf(() => checkCounter(history("0 invoke read\n0 ok read")))).toBe(
      "line 2: operation 1: a read of nil; expected a number up to 2^53",
    );
  });
});

describe("a set", () => {
  const read = (value: string) =>
    history(`
      0 invoke add 1
      0 ok add 1
      1 invoke add 2
      1 info add 2
      0 invoke add 3
      0 fail add 3
      0 invoke read
      0 ok read ${value}`);

  it.each(["[1]", "#{1 2}", "(2 1)", "[1 3]"])("may be read as %s", (value) => {
    expect(short(checkSet(read(value)))).toEqual(VALID);
  });

  it("loses nothing that was acknowledged", () => {
    const result = checkSet(read("#{2}"));
    expect(short(result)).toEqual({ valid: false, lost: 1 });
    expect(result.errors[0]?.explanation).toBe(
      "Element 1 is lost: its add was acknowledged by operation 1 (process 0, at 1.000 ms), and " +
        "the read of operation 7 (process 0, at 7.000 ms), the last, does not hold it.",
    );
    expect(result.statistics).toMatchObject({ recovered: 1, lost: 1 });
  });

  it("holds nothing that nobody added", () => {
    expect(short(checkSet(read("[1 4]")))).toEqual({ valid: false, unexpected: 1 });
    expect(short(checkSet(read("nil")))).toEqual({ valid: false, lost: 1 });
  });

  it("is judged by the last read, and unknown without one", () => {
    const twice = history("0 ok add 1\n0 ok read []\n0 ok read [1]");
    expect(short(checkSet(twice))).toEqual(VALID);
    expect(short(checkSet(history("0 ok add 1\n0 info read [1]")))).toEqual({
      valid: "unknown",
      "never-read": 1,
    });
    const late = checkSet(history("0 ok read []\n0 ok add 1"));
    expect(late.errors[0]?.explanation).toContain("The read was over by then");
  });

  it("refuses a read that is no collection", () => {
    expect(problemOf(() => checkSet(history("0 ok read 5")))).toContain("a read of 5");
    expect(problemOf(() => checkSet(history("0 ok read {1 2}")))).toContain("a read of {1 2}");
    expect(problemOf(() => checkSet(history("0 ok pop 5")))).toContain("function pop");
  });
});

describe("a set that is read all along", () => {
  const thenReads = (...values: string[]) => {
    const reads = values.map((value) => `0 invoke read\n0 ok read ${value}`);
    return history(["0 invoke add 1", "0 ok add 1", ...reads].join("\n"));
  };

  it("keeps what was acknowledged", () => {
    expect(short(checkSetFull(thenReads("[1]")))).toEqual(VALID);
    const result = checkSetFull(thenReads("[1]", "[]"));
    expect(short(result)).toEqual({ valid: false, lost: 1 });
    expect(result.errors[0]?.explanation).toBe(
      "Element 1 is lost: it was known to be there by operation 1 (process 0, at 1.000 ms), but " +
        "the read of operation 5 (process 0, at 5.000 ms), which began later, does not hold it. " +
        "The read of operation 3 (process 0, at 3.000 ms) was the last to see it.",
    );
  });

  it("may be stale unless it shall be linearizable", () => {
    const operations = thenReads("[]", "[1]");
    expect(short(checkSetFull(operations))).toEqual(VALID);
    expect(checkSetFull(operations).statistics).toMatchObject({ stale: 1, worstStaleNs: 1e6 });
    expect(short(checkSetFull(operations, { linearizable: true }))).toEqual({
      valid: false,
      stale: 1,
    });
    expect(short(checkSetFull(thenReads("[1]"), { linearizable: true }))).toEqual(VALID);
  });

  it("does not hold an element twice", () => {
    expect(short(checkSetFull(thenReads("[1 1]")))).toEqual({ valid: false, duplicated: 1 });
  });

  it("knows an element by a read that saw it, though its add has no answer", () => {
    const operations = (last: string) =>
      history(`
        0 invoke add 1
        0 info add 1
        1 invoke read
        1 ok read [1]
        1 invoke read
        1 ok read ${last}`);
    expect(short(checkSetFull(operations("[1]")))).toEqual(VALID);
    expect(short(checkSetFull(operations("[]")))).toEqual({ valid: false, lost: 1 });
  });

  it("does not blame a read that began before the add was acknowledged", () => {
    const operations = history(`
      0 invoke add 0
      0 ok add 0
      0 invoke add 1
      1 invoke read
      0 ok add 1
      1 ok read [0]`);
    expect(short(checkSetFull(operations))).toEqual(VALID);
    expect(checkSetFull(operations).statistics).toMatchObject({ stable: 1, neverRead: 1 });
  });

  it("does not count reads that ended before an element was added", () => {
    const early = (first: string) =>
      history(`
        1 invoke read
        2 invoke read
        2 ok read ${first}
        0 invoke add 1
        1 ok read [1]
        0 ok add 1`);
    expect(short(checkSetFull(early("[]")))).toEqual(VALID);
    const ghost = history(`
      1 invoke read
      1 ok read [1]
      1 invoke read
      0 invoke add 1
      1 ok read []`);
    expect(short(checkSetFull(ghost))).toEqual({ valid: "unknown", "never-read": 1 });
  });

  it("is unknown if no read tells", () => {
    const result = checkSetFull(history("0 invoke add 1\n0 ok add 1"));
    expect(short(result)).toEqual({ valid: "unknown", "never-read": 1 });
  });

  it("counts reads by their beginning", () => {
    const operations = (first: string, second: string) =>
      history(`
        0 invoke add 1
        0 ok add 1
        1 invoke read
        2 invoke read
        2 ok read ${second}
        1 ok read ${first}`);
    expect(short(checkSetFull(operations("[]", "[1]")))).toEqual(VALID);
    expect(short(checkSetFull(operations("[1]", "[]")))).toEqual({ valid: false, lost: 1 });
  });
});

describe("long forks", () => {
  const reads = (...values: string[]) =>
    history(values.map((value) => `0 ok read ${value}`).join("\n"));
  const pair = { groupSize: 2 };

  it("are two reads that saw two writes in opposite orders", () => {
    const valid = reads("[[:r 0 1] [:r 1 nil]]", "[[:r 1 2] [:r 0 1]]", "[[:r 0 nil] [:r 1 nil]]");
    expect(short(checkLongFork(valid, pair))).toEqual(VALID);
    const result = checkLongFork(reads("[[:r 0 1] [:r 1 nil]]", "[[:r 1 2] [:r 0 nil]]"), pair);
    expect(short(result)).toEqual({ valid: false, "long-fork": 1 });
    expect(result.errors[0]?.explanation).toBe(
      "The read of operation 0 (process 0, at 0 ns) saw key 0 but not key 1; the read of " +
        "operation 1 (process 0, at 1.000 ms) saw key 1 but not key 0. No order of the writes " +
        "explains both.",
    );
  });

  it("are looked for within groups and among answered reads", () => {
    const apart = reads("[[:r 0 1] [:r 1 nil]]", "[[:r 1 2] [:r 2 nil]]");
    expect(short(checkLongFork(apart, pair))).toEqual(VALID);
    const open = history(`
      0 ok read [[:r 0 1] [:r 1 nil]]
      0 info read [[:r 0 nil] [:r 1 1]]`);
    expect(short(checkLongFork(open, pair))).toEqual(VALID);
  });

  it("are found among many states", () => {
    const states = ["1 nil nil", "1 1 nil", "nil 1 1", "1 1 1"].map((values) => {
      const [a, b, c] = values.split(" ");
      return `[["r" 0 ${a}] ["r" 1 ${b}] ["r" 2 ${c}]]`;
    });
    expect(short(checkLongFork(reads(...states), { groupSize: 3 }))).toEqual({
      valid: false,
      "long-fork": 1,
    });
    const without = states.filter((_, i) => i !== 2);
    expect(short(checkLongFork(reads(...without), { groupSize: 3 }))).toEqual(VALID);
  });

  it("are unknown without the right group size", () => {
    const operations = reads("[[:r 0 1] [:r 1 nil]]");
    expect(short(checkLongFork(operations))).toEqual({ valid: "unknown", "no-group-size": 1 });
    expect(short(checkLongFork(operations, { groupSize: 3 }))).toEqual({
      valid: "unknown",
      "wrong-group-size": 1,
    });
    expect(short(checkLongFork(reads("[[:r 0 1] [:r 0 1]]"), pair))).toMatchObject({
      valid: "unknown",
    });
  });

  it("are unknown if a key is written twice", () => {
    const writes = (second: number) =>
      history(`
        0 invoke write [[:w 0 1]]
        0 ok write [[:w 0 1]]
        0 invoke write [[:w ${second} 1]]`);
    expect(short(checkLongFork(writes(1), pair))).toEqual(VALID);
    expect(short(checkLongFork(writes(0), pair))).toEqual({
      valid: "unknown",
      "multiple-writes": 1,
    });
    const seen = reads("[[:r 0 1] [:r 1 nil]]", "[[:r 0 2] [:r 1 nil]]");
    expect(short(checkLongFork(seen, pair))).toEqual({ valid: "unknown", "distinct-values": 1 });
  });

  it("refuses what is no transaction", () => {
    expect(problemOf(() => checkLongFork(reads("5"), pair))).toContain("operation 0: 5;");
    expect(problemOf(() => checkLongFork(reads("[[:append 1 2]]"), pair))).toContain(":append");
    expect(problemOf(() => checkLongFork(reads("[[:r]]"), pair))).toContain("[:r]");
  });
});

describe("pairing", () => {
  it("refuses two open operations of a process, and an answer to nothing", () => {
    expect(problemOf(() => checkCounter(history("0 invoke read\n0 invoke read")))).toBe(
      "line 2: operation 1: operation 0 of its process is still open; expected its completion first",
    );
    expect(problemOf(() => checkCounter(history("0 invoke read\n1 ok read 0")))).toBe(
      "line 2: operation 1: its process did not invoke it; expected an invoke before it",
    );
  });
});
