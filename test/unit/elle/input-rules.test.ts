/**
 * Histories with faults in their recording. Where Elle throws, so do we, with the line; where it
 * answers, its answer stands, and a warning says what is odd.
 */

import { describe, expect, it } from "vitest";
import { checkListAppend, checkRwRegister } from "../../../rig/core/elle/index.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";

type Line = readonly [type: string, process: string, value: string, more?: string];

function table(lines: readonly Line[]) {
  const text = lines.map(
    ([type, process, value, more = ""]) =>
      `{"type":"${type}","process":${process},"value":${value}${more}}`,
  );
  return readHistory(new TextEncoder().encode(text.join("\n")));
}

const lists = (...lines: Line[]) => checkListAppend(table(lines), { consistency: "serializable" });
const registers = (...lines: Line[]) =>
  checkRwRegister(table(lines), { consistency: "serializable", wfrKeys: true });

const APPEND = '[["append",1,1]]';
const READ = '[["r",1,[1]]]';

describe("where Elle throws, the line is named", () => {
  const cases: readonly [string, () => unknown, string][] = [
    [
      "another micro-operation",
      () => lists(["ok", "0", '[["append",1,1],["cas",1,2]]']),
      'line 1: micro-operation "cas"; expected append, r or w',
    ],
    [
      "a write among lists, in an invocation too",
      () => lists(["invoke", "0", '[["w",1,1]]']),
      "line 1: operation 0 has a write (w)",
    ],
    [
      "one value appended by two invocations",
      () => lists(["invoke", "0", APPEND], ["ok", "0", APPEND], ["invoke", "1", APPEND]),
      "line 3: 1 is appended to key 1 a second time (first on line 1)",
    ],
    [
      "a register value with two writers that was read",
      () =>
        registers(
          ["ok", "0", '[["w",1,1]]'],
          ["ok", "1", '[["w",1,1]]'],
          ["ok", "2", '[["r",1,1]]'],
        ),
      "line 2: 1 is written to key 1 a second time (first on line 1), and read",
    ],
    [
      "keys of two kinds",
      () => registers(["ok", "0", '[["w",1,1]]'], ["ok", "1", '[["w","x",1]]']),
      'line 2: operation 1: key "x" is a string',
    ],
    [
      "an index twice",
      () => lists(["ok", "0", "[]", ',"index":4'], ["ok", "0", "[]", ',"index":4']),
      "line 2: index 4 follows 4; expected a greater one",
    ],
    [
      "indexes that descend",
      () => lists(["ok", "0", "[]", ',"index":4'], ["ok", "0", "[]", ',"index":3']),
      "line 2: index 3 follows 4",
    ],
    [
      "an operation without index after one with it",
      () => lists(["ok", "0", "[]", ',"index":0'], ["ok", "0", "[]"]),
      "line 2: an operation without index",
    ],
    [
      "an index that is not the place, after operations without one",
      () => lists(["ok", "0", "[]"], ["ok", "0", "[]", ',"index":7']),
      "line 2: index 7 after operations without one; expected 1 or none",
    ],
    [
      "a process that invokes twice",
      () => lists(["invoke", "0", "[]"], ["invoke", "0", "[]"]),
      "line 2: process 0 invokes while its operation of line 1 is still open",
    ],
    [
      "a completion that nobody invoked",
      () => lists(["invoke", "0", "[]"], ["ok", "1", "[]"]),
      "line 2: process 1 completes an operation it did not invoke",
    ],
  ];
  it.each(cases)("%s", (_, check, message) => {
    expect(check).toThrow(message);
  });
});

describe("where Elle answers, a warning comes with the answer", () => {
  it("all operations without process: unknown, since all are left out", () => {
    expect(lists(["ok", "null", APPEND], ["ok", "null", READ])).toMatchObject({
      valid: "unknown",
      anomalyTypes: ["empty-transaction-graph"],
      warnings: [
        "no operation of type ok: nothing was checked",
        "all 2 operations were left out: their process is not an integer",
      ],
    });
  });

  it.each(["null", "1.0", '"1"'])("some with process %s: they are left out", (process) => {
    const result = lists(["ok", "0", APPEND], ["ok", "1", READ], ["ok", process, '[["r",1,[]]]']);
    expect(result).toMatchObject({
      valid: true,
      operations: 2,
      warnings: ["1 operations were left out: their process is missing or no integer"],
    });
  });

  it("but not for the nemesis, who is no client", () => {
    expect(
      lists(["ok", "0", APPEND], ["info", '"nemesis"', '"all"'], ["ok", "1", READ]).warnings,
    ).toEqual([]);
  });

  it("one value appended twice, in a history of completions only", () => {
    expect(lists(["ok", "0", APPEND], ["ok", "1", APPEND], ["ok", "2", READ])).toMatchObject({
      warnings: ["1 is appended to key 1 twice (the last time on line 2)"],
    });
  });

  it("a register value with two writers that nobody read", () => {
    const result = registers(
      ["ok", "0", '[["w",1,1]]'],
      ["ok", "1", '[["w",1,1]]'],
      ["ok", "1", '[["r",2,null],["w",2,1]]'],
    );
    expect(result.warnings).toEqual(["1 is written to key 1 twice (lines 1 and 2) and never read"]);
  });

  it("nothing read at all", () => {
    const result = lists(["ok", "0", APPEND], ["ok", "1", '[["append",1,2]]']);
    expect(result.warnings).toEqual(["nothing was read: what was written can't be judged"]);
  });
});

describe("what does not count", () => {
  it("is an unknown field or tag, wherever it stands", () => {
    const text =
      "{:type :ok, :process 0, :value [[:append 1 1]], :exception #error{:via [#a/b {:c d}]}," +
      ' :clock-offsets {"n1" 0.5}, :debug #object[x 0x1f "y"]}' +
      "#my/op {:type :ok :process 1 :value [[:r 1 [1]]] :node :n1}";
    const read = readHistory(new TextEncoder().encode(text));
    expect(checkListAppend(read, { consistency: "serializable" })).toMatchObject({
      valid: true,
      operations: 2,
      warnings: [],
    });
  });
});
