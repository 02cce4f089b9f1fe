/**
 * Weak isolation levels: what each of them forbids, then agreement with the axioms tried out on
 * all orders of small histories.
 */

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addCausal } from "../../../rig/core/awdit/causal.ts";
import { CommitOrder } from "../../../rig/core/awdit/commit-order.ts";
import { checkIsolation, ISOLATION_LEVELS } from "../../../rig/core/awdit/index.ts";
import { registerTransactions } from "../../../rig/core/awdit/registers.ts";
import type { HistoryTable } from "../../../rig/core/history/history-table.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";
import { holds, isRead, type Read, type Transaction, type Write } from "./brute-force.ts";

function tableOf(history: readonly Transaction[], write: "w" | "append"): HistoryTable {
  const lines: string[] = [];
  const line = (type: string, process: number, value: unknown) =>
    lines.push(JSON.stringify({ index: lines.length, type, process, f: "txn", value }));
  // After an unknown outcome a process is retired; in these tests it may go on.
  for (const { session, type, steps } of history) {
    const mops = (blank: boolean) =>
      steps.map((s) =>
        isRead(s) ? ["r", s.key, blank ? null : s.found] : [write, s.key, s.value],
      );
    line("invoke", session, mops(true));
    line(type, session, mops(type !== "ok"));
  }
  return readHistory(new TextEncoder().encode(`${lines.join("\n")}\n`));
}

function levelsOf(history: readonly Transaction[], write: "w" | "append" = "w"): string {
  const workload = write === "w" ? "rw-register" : "list-append";
  const found = checkIsolation(tableOf(history, write), workload, ISOLATION_LEVELS);
  return ISOLATION_LEVELS.filter((level) => found[level]?.valid === true).join(" ");
}

const ok = (session: number, ...steps: (Read | Write)[]): Transaction => ({
  session,
  type: "ok",
  steps,
});
const w = (key: number, value: number): Write => ({ key, value });
const r = (key: number, found: Read["found"]): Read => ({ key, found });

describe("weak isolation of registers", () => {
  it("is none at all where one value is seen, and then an older one", () => {
    const both = ok(0, w(1, 1));
    const later = ok(0, w(1, 2), w(2, 2));
    expect(levelsOf([both, later, ok(1, r(2, 2), r(1, 1))])).toBe("");
  });

  it("is read committed, but not atomic, where half of a transaction is seen first", () => {
    expect(levelsOf([ok(0, w(1, 1), w(2, 1)), ok(1, r(1, null), r(2, 1))])).toBe("read-committed");
  });

  it("is read committed, but not atomic, where a read is not repeatable", () => {
    const history = [ok(0, w(1, 1)), ok(1, r(1, null), r(1, 1))];
    expect(levelsOf(history)).toBe("read-committed");
  });

  it("is not atomic where a session doesn't see its own write", () => {
    expect(levelsOf([ok(0, w(1, 1)), ok(0, r(1, null))])).toBe("read-committed");
  });

  it("is atomic, but not causal, where an effect is seen without its cause", () => {
    const history = [ok(0, w(1, 1)), ok(1, r(1, 1), w(2, 1)), ok(2, r(2, 1)), ok(2, r(1, null))];
    expect(levelsOf(history)).toBe("read-committed read-atomic");
  });

  it("allows a lost update, a long fork and write skew at all three levels", () => {
    const all = "read-committed read-atomic causal";
    expect(levelsOf([ok(0, r(1, null), w(1, 1)), ok(1, r(1, null), w(1, 2))])).toBe(all);
    const fork = [ok(2, r(1, 1), r(2, null)), ok(3, r(1, null), r(2, 1))];
    expect(levelsOf([ok(0, w(1, 1)), ok(1, w(2, 1)), ...fork])).toBe(all);
    const skew = [ok(0, r(1, null), w(2, 1)), ok(1, r(2, null), w(1, 1))];
    expect(levelsOf(skew)).toBe(all);
  });

  it.each([
    ["that nobody wrote", [ok(0, r(1, 7))], "which nobody wrote"],
    [
      "of an operation that failed",
      [{ ...ok(0, w(1, 1)), type: "fail" as const }, ok(1, r(1, 1))],
      "that failed",
    ],
    ["that was overwritten at once", [ok(0, w(1, 1), w(1, 2)), ok(1, r(1, 1))], "overwrote itself"],
    ["of the future", [ok(0, r(1, 1), w(1, 1))], "before it writes it"],
    ["other than its own", [ok(0, w(1, 1), r(1, null))], "what it has just written"],
  ])("is none where a value is read %s", (_what, history, sentence) => {
    const found = checkIsolation(tableOf(history, "w"), "rw-register", ["read-committed"]);
    expect(found["read-committed"]?.witness?.join()).toContain(sentence);
  });

  it("is none where reads go in a circle", () => {
    expect(levelsOf([ok(0, r(1, 1), w(2, 1)), ok(1, r(2, 1), w(1, 1))])).toBe("");
  });

  it("proves it by a cycle in sentences", () => {
    const history = [ok(0, w(1, 1), w(2, 1)), ok(1, r(1, null), r(2, 1))];
    const { "read-atomic": found } = checkIsolation(tableOf(history, "w"), "rw-register", [
      "read-atomic",
    ]);
    expect(found?.witness).toEqual([
      "The initial state comes before operation 1 (process 0), as before all.",
      "Operation 1 (process 0) comes before the initial state: operation 3 (process 1) sees the " +
        "former, and reads key 1 from the latter.",
    ]);
  });

  it("counts an operation of unknown outcome if it was seen", () => {
    const unknown: Transaction = { session: 0, type: "info", steps: [w(1, 1), w(2, 1)] };
    expect(levelsOf([unknown, ok(1, r(1, null), r(2, null))])).toContain("causal");
    expect(levelsOf([unknown, ok(1, r(1, null), r(2, 1))])).toBe("read-committed");
  });

  it("is unknown where a value is written twice", () => {
    const history = [ok(0, w(1, 1)), ok(1, w(1, 1))];
    const { causal } = checkIsolation(tableOf(history, "w"), "rw-register", ["causal"]);
    expect(causal?.valid).toBe("unknown");
    expect(causal?.witness?.join()).toMatch(/^Line 4: 1 is written to key 1 a second time/);
  });
});

describe("weak isolation of lists", () => {
  it("holds where reads are prefixes in the order of sessions", () => {
    const history = [ok(0, w(1, 1)), ok(1, w(1, 2)), ok(2, r(1, [1])), ok(2, r(1, [1, 2]))];
    expect(levelsOf(history, "append")).toBe("read-committed read-atomic causal");
  });

  it("is not atomic where an append of its session is missing", () => {
    expect(levelsOf([ok(0, w(1, 1)), ok(0, r(1, []))], "append")).toBe("read-committed");
  });

  it("is none where writers are in two orders", () => {
    const history = [ok(0, w(1, 1), w(2, 1)), ok(1, w(1, 2), w(2, 2))];
    const reads = ok(2, r(1, [1, 2]), r(2, [2, 1]));
    expect(levelsOf([...history, reads], "append")).toBe("");
  });

  it.each([
    ["two orders of one list", [r(1, [1, 2]), r(1, [2, 1])], "another order"],
    ["an element twice", [r(1, [1, 1])], "twice"],
    ["an element of nobody", [r(1, [1, 9, 2])], "which nobody wrote"],
  ])("is none with %s", (_what, reads, sentence) => {
    const history = [ok(0, w(1, 1)), ok(1, w(1, 2)), ok(2, ...reads)];
    const found = checkIsolation(tableOf(history, "append"), "list-append", ["causal"]);
    expect(found.causal?.witness?.join()).toContain(sentence);
  });
});

/** Steps as numbers; values are given when the history is made. */
const shape = fc.array(
  fc.record({
    session: fc.nat(2),
    type: fc.constantFrom("ok", "ok", "ok", "ok", "info", "fail"),
    steps: fc.array(fc.tuple(fc.boolean(), fc.nat(1), fc.nat(5)), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 2, maxLength: 5 },
);

type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

/** Writes get fresh values; a read finds any of the values of its key, or nil. */
function registersOf(shapes: Shape): Transaction[] {
  const written: number[][] = [[], []];
  let fresh = 0;
  const withWrites = shapes.map(({ steps, ...rest }) => ({
    ...rest,
    steps: steps.map(([writing, key, choice]) => {
      if (!writing) return { key, choice };
      written[key]?.push(++fresh);
      return { key, value: fresh };
    }),
  }));
  return withWrites.map(({ session, type, steps }) => ({
    session,
    type: type as Transaction["type"],
    steps: steps.map((step) => {
      if (step.value !== undefined) return w(step.key, step.value);
      const values = [null, ...(written[step.key] ?? [])];
      return r(step.key, values[(step.choice ?? 0) % values.length] ?? null);
    }),
  }));
}

/** Appends in one order for each key; reads are prefixes of it, with what is their own. */
function listsOf(shapes: Shape, order: readonly number[]): Transaction[] {
  const history = registersOf(shapes);
  const lists = [0, 1].map((key) =>
    history
      .flatMap(({ steps }) => steps)
      .flatMap((s) => (!isRead(s) && s.key === key ? [s.value] : []))
      .map((value) => ({ value, rank: order[value % order.length] ?? 0 }))
      .sort((a, b) => a.rank - b.rank || a.value - b.value)
      .map(({ value }) => value),
  );
  return history.map(({ steps, ...rest }, t) => ({
    ...rest,
    steps: steps.map((s, at) => {
      if (!isRead(s)) return s;
      const list = lists[s.key] ?? [];
      const own = steps
        .slice(0, at)
        .flatMap((each) => (!isRead(each) && each.key === s.key ? [each.value] : []));
      const until = own.length > 0 ? list.indexOf(own.at(-1) ?? 0) + 1 : (t + at) % 4;
      return r(s.key, list.slice(0, until));
    }),
  }));
}

/** Whose processes end with an operation of unknown outcome, as histories have it. */
function retired(history: readonly Transaction[]): Transaction[] {
  const ended = new Map<number, number>();
  return history.map((each) => {
    const session = each.session + 10 * (ended.get(each.session) ?? 0);
    if (each.type === "info") ended.set(each.session, (ended.get(each.session) ?? 0) + 1);
    return { ...each, session };
  });
}

const CORPUS = new URL("../../../../shared/corpus/elle/", import.meta.url);
const ANSWERS = new URL("expected.jsonl", CORPUS);

describe.skipIf(!existsSync(ANSWERS))("histories of lists that Elle has judged", () => {
  const strict = (existsSync(ANSWERS) ? readFileSync(ANSWERS, "utf8") : "")
    .split("\n")
    .filter((line) => line.includes('"list-append","consistency":"strict-serializable"'))
    .map((line) => JSON.parse(line) as { file: string; valid: unknown; not: readonly string[] });
  const check = (file: string) => {
    const table = readHistory(readFileSync(new URL(file, CORPUS)));
    return checkIsolation(table, "list-append", ISOLATION_LEVELS);
  };

  it("keep all levels if they are strict-serializable", () => {
    const valid = strict.filter((each) => each.valid === true);
    expect(valid.length).toBeGreaterThan(100);
    const broken = valid.filter(({ file }) =>
      Object.values(check(file)).some((level) => level?.valid !== true),
    );
    expect(broken).toEqual([]);
  });

  it("keep none if Elle says that they are not read committed", () => {
    const invalid = strict.filter(({ not }) => not?.includes("read-committed"));
    expect(invalid.length).toBeGreaterThan(10);
    const kept = invalid.filter(({ file }) =>
      Object.values(check(file)).some((level) => level?.valid === true),
    );
    expect(kept).toEqual([]);
  });
});

describe("the check of isolation levels", () => {
  const expected = (history: readonly Transaction[]) =>
    ISOLATION_LEVELS.filter((level) => holds(history, level)).join(" ");

  it("agrees with the axioms on small histories of registers", () => {
    fc.assert(
      fc.property(shape, (shapes) => {
        const history = retired(registersOf(shapes));
        expect(levelsOf(history)).toBe(expected(history));
      }),
      { numRuns: 1_500 },
    );
  });

  it("agrees with the axioms on small histories of lists", () => {
    fc.assert(
      fc.property(shape, fc.array(fc.nat(9), { minLength: 3, maxLength: 7 }), (shapes, order) => {
        const history = retired(listsOf(shapes, order));
        expect(levelsOf(history, "append")).toBe(expected(history));
      }),
      { numRuns: 1_500 },
    );
  });

  it("gives the same answer with clocks in blocks of one session", () => {
    fc.assert(
      fc.property(shape, (shapes) => {
        const transactions = registerTransactions(tableOf(retired(registersOf(shapes)), "w"));
        if (transactions.faults.length > 0) return;
        const [whole, blocks] = [new CommitOrder(transactions), new CommitOrder(transactions)];
        addCausal(transactions, whole);
        addCausal(transactions, blocks, 1);
        expect(blocks.cycle() === null).toBe(whole.cycle() === null);
      }),
      { numRuns: 300 },
    );
  });
});
