/**
 * Histories with values of any shape: all forms of files give the same operations, wherever the
 * chunks are cut, and what is wrong is said with its line.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalText,
  DEEPEST_VALUE,
  type GeneralOperation,
  nameOf,
  numberOf,
} from "../../../rig/core/history/general-operation.ts";
import { OperationsReader, readOperations } from "../../../rig/core/history/read-operations.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function read(text: string): readonly GeneralOperation[] {
  return readOperations(bytesOf(text));
}

function valueIn(edn: string) {
  return read(`{:type :ok, :process 0, :value ${edn}}`)[0]?.value;
}

function problemOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(RigError);
    expect(error).toMatchObject({ code: "input.malformed" });
    return (error as RigError).message;
  }
  return "no problem";
}

const JSON_LINES = `{"type":"invoke","f":"add","process":0,"time":5,"value":[1,2]}
{"type":"ok","f":"add","process":0,"time":6,"value":[1,2]}
{"type":"info","f":"start","process":"nemesis","value":{"a":null}}
`;
const EDN_MAPS = `{:type :invoke :f :add :process 0 :time 5 :value [1 2]}
{:type :ok, :f :add, :process 0, :time 6, :value (1, 2)}
#jepsen.history.Op{:type :info, :f :start, :process :nemesis, :value {"a" nil}, :error "n1"}
`;

describe("the reader of general histories", () => {
  it("reads JSON lines, a JSON array, EDN maps and an EDN list alike", () => {
    const expected = read(JSON_LINES);
    expect(expected).toEqual([
      {
        index: 0,
        type: "invoke",
        f: "add",
        process: 0,
        time: 5,
        value: { kind: "list", items: [1, 2] },
        line: 1,
      },
      {
        index: 1,
        type: "ok",
        f: "add",
        process: 0,
        time: 6,
        value: { kind: "list", items: [1, 2] },
        line: 2,
      },
      {
        index: 2,
        type: "info",
        f: "start",
        process: "nemesis",
        time: -1,
        value: { kind: "map", entries: [['"a"', null]] },
        line: 3,
      },
    ]);
    const array = `[${JSON_LINES.trim().replaceAll("\n", ",\n")}]`;
    for (const text of [array, EDN_MAPS, `[${EDN_MAPS}]`, `(${EDN_MAPS})`, `\ufeff${EDN_MAPS}`]) {
      expect(read(text)).toEqual(expected);
    }
  });

  it.each([
    ["nil", null],
    ["17", 17],
    ["-3", -3],
    ["1.50", "1.5"],
    ["1.0", "1.0"],
    [":a/b", ":a/b"],
    ['"a\\nb"', '"a\\nb"'],
    ["true", "true"],
    ["12345678901234567890", "12345678901234567890"],
    ['#inst "2020"', '#inst "2020"'],
    ["#a #b {:x [1 #{2}]}", "#a #b {:x [1 #{2}]}"],
    ["[]", { kind: "list", items: [] }],
    ["#{:b 1}", { kind: "set", items: [":b", 1] }],
    [
      "[1 2 nil #x 3 [4]]",
      {
        kind: "list",
        items: [1, 2, null, "#x 3", { kind: "list", items: [4] }],
      },
    ],
  ])("reads the value %s", (edn, expected) => {
    expect(valueIn(edn)).toEqual(expected);
  });

  it("gives equal values equal texts", () => {
    const texts = ["{:a #{1 2} :b (1 2)}", "{:b [1 2], :a #{2 1}}"].map((edn) =>
      canonicalText(valueIn(edn) ?? null),
    );
    expect(texts[0]).toBe("{:a #{1 2} :b [1 2]}");
    expect(texts[1]).toBe(texts[0]);
    const deep = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    for (const depth of [DEEPEST_VALUE - 1, DEEPEST_VALUE, DEEPEST_VALUE + 1, 20_000]) {
      expect(canonicalText(valueIn(deep(depth)) ?? null)).toBe(deep(depth));
    }
  });

  it("takes names and numbers out of values", () => {
    expect([":a", '"a"', "a", 7, null].map(nameOf)).toEqual(["a", "a", "a", "7", "nil"]);
    expect([7, "1.5", "-2.0", "1e3"].map(numberOf)).toEqual([7, 1.5, -2, 1000]);
    expect([null, ":a", '"7"', "true", "9007199254740993"].map(numberOf)).toEqual(
      Array.from({ length: 5 }, () => Number.NaN),
    );
  });

  it("keeps given indexes and counts where there are none", () => {
    const indexes = (...given: string[]) =>
      read(given.map((index) => `{:type :ok ${index}}`).join("\n")).map(({ index }) => index);
    expect(indexes(":index 3", ":index 7")).toEqual([3, 7]);
    expect(indexes("", "", ":index 2")).toEqual([0, 1, 2]);
  });

  it.each([
    [
      "{:type :ok :index 3}\n{:type :ok :index 3}",
      "line 2: index 3 follows 3; expected a greater one",
    ],
    [
      "{:type :ok :index 3}\n{:type :ok}",
      "line 2: an operation without index; the first one has one",
    ],
    [
      "{:type :ok}\n{:type :ok :index 5}",
      "line 2: index 5 after operations without one; expected 1 or none",
    ],
    ["{:type :ok :index :a}", "line 1: index :a; expected an integer up to 2^53"],
    [
      "\n{:type :oh :process 1}",
      "line 2: operation 0: type :oh; expected invoke, ok, fail or info",
    ],
    ["{:process 1}", "line 1: operation 0: no type; expected invoke, ok, fail or info"],
    ["{:type :ok :value}", "line 1: a value is missing"],
    ["{:type :ok :value {1}}", "line 1: a map with a key without value"],
    ["{:type :ok}\n7", "line 2: something that is no operation; expected a map"],
    ["[{:type :ok}]\n{:type :ok}", "line 2: more after the list of operations; expected the end"],
    ["{:type :ok\n:value [1 2", 'line 2: the file ends inside brackets; expected "]"'],
    ['[{"type":"ok"}', 'line 1: the file ends inside brackets; expected "]"'],
  ])("refuses %j", (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it("does not mind what the nemesis says", () => {
    expect(read("{:process :nemesis :type 7 :value #x{:a #{1}}}")).toMatchObject([
      { type: "info", process: "nemesis", value: "#x {:a #{1}}" },
    ]);
  });

  it("takes empty files", () => {
    for (const text of ["", " \n", "[]", "()", "; nothing\n"]) expect(read(text)).toEqual([]);
  });

  it("does not notice where chunks are cut", () => {
    const text = `${EDN_MAPS}; a comment\n{:type :ok :value #{"ä" #x [1 2.5] \\a}}`;
    const bytes = bytesOf(text);
    const whole = readOperations(bytes);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const reader = new OperationsReader();
        const buffer = new Uint8Array(bytes.length);
        places.slice(1).forEach((end, i) => {
          const chunk = buffer.subarray(0, end - (places[i] as number));
          chunk.set(bytes.subarray(places[i], end));
          reader.feed(chunk);
        });
        expect(reader.finish()).toEqual(whole);
      }),
    );
    const reader = new OperationsReader();
    for (const byte of bytes) reader.feed(Uint8Array.of(byte));
    expect(reader.finish()).toEqual(whole);
  });
});
