/**
 * Writers and readers undo each other, and no cut between chunks can be noticed.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MicroOp, Operation } from "../../../rig/core/history/operation.ts";
import { tableOfOperations } from "../../../rig/core/history/operation-table.ts";
import {
  ednOfHistory,
  ednOfOperation,
  jsonArrayOfHistory,
  jsonLinesOfHistory,
  jsonOfOperation,
} from "../../../rig/core/history/write-history.ts";
import { fromText, inPieces, lines, plain } from "./tables.ts";

const element = fc.oneof(fc.nat(9), fc.integer(), fc.maxSafeInteger());
const mop: fc.Arbitrary<MicroOp> = fc.oneof(
  fc.tuple(fc.constantFrom("append" as const, "w" as const), element, element),
  fc.tuple(fc.constant("r" as const), element, fc.option(fc.array(element, { maxLength: 5 }))),
  fc.tuple(fc.constant("r" as const), element, element),
);
const text = fc.string({ unit: "grapheme", maxLength: 8 });

/** Each process invokes and completes in turn; the nemesis in between. */
const history: fc.Arbitrary<Operation[]> = fc
  .array(
    fc.record({
      process: fc.oneof(fc.nat(5), fc.constant("nemesis" as const)),
      type: fc.constantFrom("ok" as const, "fail" as const, "info" as const),
      f: fc.constantFrom("txn", "cut bus", 'odd "f"', "bus-off"),
      value: fc.array(mop, { maxLength: 4 }),
      words: text,
      error: fc.option(text, { nil: undefined }),
      node: fc.option(fc.nat(7), { nil: undefined }),
    }),
    { maxLength: 20 },
  )
  .map((items) => {
    const open = new Set<number>();
    return items.map(({ process, type, f, value, words, error, node }, index): Operation => {
      const extra = {
        ...(node === undefined ? {} : { node }),
        ...(error === undefined ? {} : { error }),
      };
      const common = { index, f, time: index * 7 };
      if (process === "nemesis")
        return { ...common, type: "info", process, value: words, ...extra };
      if (open.delete(process)) return { ...common, type, process, value, ...extra };
      open.add(process);
      return { ...common, type: "invoke", process, value, ...extra };
    });
  });

describe("writers", () => {
  const append: Operation = {
    index: 0,
    type: "invoke",
    f: "txn",
    process: 3,
    time: 897,
    value: [
      ["append", 2, 1],
      ["r", 2, null],
    ],
  };
  const cut: Operation = {
    index: 1,
    type: "info",
    f: "bus off",
    process: "nemesis",
    time: 900,
    value: 'node "2"',
    node: 2,
    error: "a\nb\\",
  };

  it("write EDN as Jepsen does", () => {
    expect(ednOfOperation(append)).toBe(
      "{:index 0, :type :invoke, :f :txn, :process 3, :time 897, " +
        ":value [[:append 2 1] [:r 2 nil]]}",
    );
    expect(ednOfOperation(cut)).toBe(
      '{:index 1, :type :info, :f "bus off", :process :nemesis, :time 900, ' +
        ':value "node \\"2\\"", :node 2, :error "a\\nb\\\\"}',
    );
  });

  it("write registers as Jepsen does", () => {
    const value = [["w", 2, 1] as const, ["r", 2, 1] as const, ["r", 3, null] as const];
    const operation: Operation = { ...append, value };
    expect(ednOfOperation(operation)).toContain(":value [[:w 2 1] [:r 2 1] [:r 3 nil]]");
    expect(jsonOfOperation(operation)).toContain('"value":[["w",2,1],["r",2,1],["r",3,null]]');
  });

  it("write JSON with fields in one order", () => {
    expect(jsonOfOperation(append)).toBe(
      '{"index":0,"type":"invoke","f":"txn","process":3,"time":897,' +
        '"value":[["append",2,1],["r",2,null]]}',
    );
    expect(JSON.parse(jsonOfOperation(cut))).toEqual(cut);
  });

  it("write JSON that is what JSON.stringify has", () => {
    fc.assert(
      fc.property(history, (operations) => {
        expect(JSON.parse(jsonArrayOfHistory(operations))).toEqual(operations);
      }),
    );
  });
});

const WRITERS = [
  ["JSON array", jsonArrayOfHistory, 1],
  ["JSON lines", jsonLinesOfHistory, 0],
  ["EDN", ednOfHistory, 0],
] as const;

describe.each(WRITERS)("%s", (_, write, linesBefore) => {
  it("is read back as the table of the operations themselves", () => {
    fc.assert(
      fc.property(history, (operations) => {
        const table = fromText(write(operations));
        const direct = tableOfOperations(operations);
        expect(plain(table)).toEqual(plain(direct));
        expect(lines(table)).toEqual(lines(direct).map((line) => line + linesBefore));
        expect(table.skipped).toBe(direct.skipped);
      }),
    );
  });

  it("gives the same table however it is cut", () => {
    fc.assert(
      fc.property(
        history,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (operations, sizes) => {
          const whole = write(operations);
          const table = inPieces(whole, sizes);
          expect(plain(table)).toEqual(plain(fromText(whole)));
          expect(lines(table)).toEqual(lines(fromText(whole)));
        },
      ),
    );
  });

  it("gives the same table byte by byte, and for each single cut", () => {
    const operations: Operation[] = [
      { index: 0, type: "invoke", f: "txn", process: 0, time: 5, value: [["r", 12, null]] },
      { index: 1, type: "ok", f: "txn", process: 0, time: 67, value: [["r", 12, [345, 6]]] },
      { index: 2, type: "info", f: "cut", process: "nemesis", time: 89, value: 'ü\\"\n' },
    ];
    const whole = write(operations);
    const expected = plain(fromText(whole));
    expect(plain(inPieces(whole, [1]))).toEqual(expected);
    for (let cut = 1; cut < whole.length; cut++) {
      expect(plain(inPieces(whole, [cut, whole.length]))).toEqual(expected);
    }
  });

  it("gives an error or a table, never a crash, when it is cut short or spoilt", () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(255), (operations, place, byte) => {
        const bytes = new TextEncoder().encode(write(operations));
        bytes[place % bytes.length || 0] = byte;
        const spoilt = new TextDecoder().decode(bytes);
        for (const candidate of [spoilt, spoilt.slice(0, place % (spoilt.length + 1))]) {
          try {
            fromText(candidate);
          } catch (error) {
            expect(error).toMatchObject({ code: "input.malformed" });
            expect((error as Error).message).toMatch(/^line \d+: /);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
