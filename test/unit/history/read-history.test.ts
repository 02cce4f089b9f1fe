/**
 * Reading histories: the forms accepted, what is passed over, and errors with their line.
 */

import { constants } from "node:buffer";
import { describe, expect, it } from "vitest";
import { HistoryReader } from "../../../rig/core/history/read-history.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { fromText, lines, plain } from "./tables.ts";

const INVOKE = '{"index":0,"type":"invoke","f":"txn","process":3,"time":10,"value":[["r",1,null]]}';
const OK = '{"index":1,"type":"ok","f":"txn","process":3,"time":20,"value":[["r",1,[7,8]]]}';
const EDN_INVOKE = "{:index 0, :type :invoke, :f :txn, :process 3, :time 10, :value [[:r 1 nil]]}";
const EDN_OK = "{:index 1, :type :ok, :f :txn, :process 3, :time 20, :value [[:r 1 [7 8]]]}";

const EXPECTED = [
  { index: 0, type: "invoke", process: 3, time: 10, partner: 1, mops: [["r", "1", null]] },
  { index: 1, type: "ok", process: 3, time: 20, partner: 0, mops: [["r", "1", ["7", "8"]]] },
];

describe("forms of a history", () => {
  it.each([
    ["a JSON array", `[${INVOKE},${OK}]`],
    ["a JSON array over lines", ` [\n${INVOKE} ,\n${OK}\n]\n`],
    ["JSON lines", `${INVOKE}\n${OK}\n`],
    ["JSON lines with a byte order mark and no last line end", `\ufeff${INVOKE}\r\n${OK}`],
    ["EDN maps", `${EDN_INVOKE}\n${EDN_OK}\n`],
    ["EDN maps on one line", EDN_INVOKE + EDN_OK],
    ["an EDN vector", `[${EDN_INVOKE}\n ${EDN_OK}]`],
    ["an EDN list after a comment", `; history\n(${EDN_INVOKE} #_{:no 1} ${EDN_OK})`],
    ["tagged EDN maps", `#jepsen.history.Op${EDN_INVOKE} #jepsen.history.Op ${EDN_OK}`],
  ])("reads %s", (_, text) => {
    expect(plain(fromText(text))).toEqual(EXPECTED);
  });

  it.each(["", "\n", "[]", "[ ]\n", "()", "; nothing"])("reads %j as an empty history", (text) => {
    expect(fromText(text).rows).toBe(0);
  });

  it("takes fields in any order and passes over unknown ones, tags and nested values", () => {
    const text =
      '{:value [[:append :x "a"] [:r [1 :k] (1 2.5 {:a #{1 2}})]], :error #object[E 0x1f "x}"],' +
      " :exception {:via [{:type E :at [a b]}]} :process 1 #_ignored :type :ok :extra \\newline}";
    expect(plain(fromText(text))[0]).toMatchObject({
      type: "ok",
      process: 1,
      time: -1,
      mops: [
        ["append", ":x", '"a"'],
        ["r", "[1 :k]", ["1", "2.5", "{:a #{1 2}}"]],
      ],
    });
    const json =
      '{"value":[["append","x","\\u0041\\"\\\\"]],"error":{"a":[1,{"b":null}]},' +
      '"process":1,"type":"ok"}';
    expect(plain(fromText(json))[0]?.mops).toEqual([["append", '"x"', '"A\\"\\\\"']]);
  });

  it("is not upset by depth, nor by values that do not count", () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const skipped = `${"#_ ".repeat(50_000)}${"1 ".repeat(50_000)}#_[#_#a [1] 2] #_#b {:c #_d}`;
    const text = `{:process 0 ${skipped} :type :ok :value [[:append ${deep} 1]] :error ${deep}}`;
    expect(fromText(text).keys).toBe(1);
    expect(() => fromText("{:process 0 #_}")).toThrow("line 1: a value is missing after #_");
  });

  it("keeps the line on which each operation begins", () => {
    expect(lines(fromText(`[\n${INVOKE},\n\n${OK}\n]`))).toEqual([2, 4]);
    expect(lines(fromText(`${EDN_INVOKE}\n;\n${EDN_OK.replace(":time", "\n:time")}`))).toEqual([
      1, 3,
    ]);
  });
});

describe("values", () => {
  it("are told apart by their kind, never by their hash", () => {
    const values = ["1", '"1"', ":1", "1.0", "1.5", "nil", "true", "x", "\\x", "[1]", "#{1}"];
    values.push("-1", "4294967297", "9007199254740993", "9007199254740992", "1/2", "1M", "#a 1");
    const text = `{:process 0 :type :ok :value [${values
      .map((value) => `[:append ${value} ${value}]`)
      .join(" ")}]}`;
    const table = fromText(text);
    expect(table.keys).toBe(values.length);
    expect(table.elements).toBe(values.length);
    expect(Array.from(values, (_, key) => table.names.key(key))).toEqual(values);
  });

  it("are the same however they are written", () => {
    const text =
      "{:process 0 :type :ok :value [[:r 1 nil] [:r +1 nil] [:r 1N nil] [:r [1 2] nil]" +
      " [:r (1, 2) nil] [:r #{2 1} nil] [:r #{1 2} nil] [:r {:b 1 :a 2} nil]" +
      " [:r {:a 2, :b 1} nil]]}";
    expect(fromText(text).keys).toBe(4);
  });

  it("of registers are read too", () => {
    const text = '{"process":0,"type":"ok","value":[["w","x",1],["r","x",1],["r","y",null]]}';
    expect(plain(fromText(text))[0]?.mops).toEqual([
      ["w", '"x"', "1"],
      ["r", '"x"', "1"],
      ["r", '"y"', null],
    ]);
  });

  it("of reads that are prefixes of each other are stored once", () => {
    const read = (index: number, list: string) =>
      `{:index ${index} :process ${index} :type :ok :value [[:r 1 ${list}]]}`;
    const lists = ["[1]", "[1 2 3]", "[]", "[1 2]", "[1 9 3]", "[1 2 3 4]"];
    const table = fromText(lists.map((list, index) => read(index, list)).join("\n"));
    expect(table.lists.length).toBe(4 + 3);
    expect(plain(table).map((row) => row.mops)).toEqual(
      lists.map((list) => [["r", "1", list.match(/\d+/g) ?? []]]),
    );
  });
});

describe("operations that are no client's", () => {
  it.each([":nemesis", '"nemesis"', "nil", "1.0", "[1]"])("with process %s are left out", (who) => {
    const nemesis = `{:index 0 :process ${who} :type :info :f :cut :value {:a [1 2]}}`;
    const table = fromText(`${nemesis}\n{:index 1 :process 0 :type :ok :value []}`);
    expect([table.rows, table.skipped]).toEqual([1, 1]);
  });

  it("are left out whatever their value looks like and wherever their process stands", () => {
    const text = `{:index 0 :value [[:append 1 1] [:r 1 [5 6]]] :type :odd :process :nemesis}`;
    expect(fromText(`${text}{:index 1 :process 0 :type :ok :value [[:r 1 [7]]]}`)).toMatchObject({
      rows: 1,
      skipped: 1,
    });
  });

  it("are left out when the process is missing", () => {
    expect(fromText('{"type":"ok","value":[]}').skipped).toBe(1);
  });
});

describe("errors", () => {
  const op = (index: number, type: string, process = 0) =>
    `{"index":${index},"type":"${type}","process":${process},"value":[]}`;

  it.each([
    ["a duplicate index", `${op(1, "invoke")}\n${op(1, "ok")}`, "line 2: index 1 follows 1"],
    ["a falling index", `${op(5, "invoke")}\n${op(4, "ok")}`, "line 2: index 4 follows 5"],
    ["a missing index", `${op(5, "invoke")}\n{"type":"ok","process":0}`, "line 2: an operation w"],
    ["a sudden index", `{"type":"invoke","process":0}\n${op(7, "ok")}`, "line 2: index 7 after"],
    ["a broken index", '{"index":1.5,"type":"ok","process":0}', "line 1: index 1.5; expected an"],
    [
      "a second invoke",
      `${op(0, "invoke")}\n\n${op(1, "invoke")}`,
      "line 3: process 0 invokes while its operation of line 1 is still open",
    ],
    [
      "a completion without invoke",
      `${op(0, "invoke")}\n${op(1, "ok")}\n${op(2, "ok")}`,
      "line 3: process 0 completes an operation it did not invoke",
    ],
    ["an unknown type", op(0, "done"), 'line 1: operation 0: type "done"; expected invoke, ok'],
    ["no type", '{"index":3,"process":0}', "line 1: operation 3: no type; expected invoke"],
    ["a value that is no list", '{"process":0,"type":"ok","value":7}', "line 1: a value that is n"],
    [
      "an unknown micro-operation",
      '{"index":4,"process":0,"type":"ok",\n"value":[["cas",1,2]]}',
      'line 2: operation 4: micro-operation "cas"; expected append, r or w',
    ],
    ["a file cut short", `[${op(0, "invoke")},`, "line 1: the file ends inside brackets"],
    ["a line cut short", `${op(0, "invoke")}\n{"index":1,"ty`, "line 2: the file ends inside"],
    ["a missing comma", `[${op(0, "invoke")}\n${op(1, "ok")}]`, 'line 2: "{" is out of place'],
    ["a comma too many", `[${op(0, "invoke")},]`, 'line 1: "]" is out of place'],
    ["a bracket too many", `[${op(0, "invoke")}]]`, 'line 1: "]" is out of place'],
    ["more after the end", `[${op(0, "invoke")}]\n{}`, "line 2: more after the list"],
    ["the wrong bracket", "[{:process 0 :type :ok :value [[:r 1 nil)]}]", 'line 1: ")" is out of'],
    ["no map", "[1, 2]", "line 1: something that is no operation; expected a map"],
    ["no text", "\u0000\u0001", "line 1: "],
    ["a wrong number", '{"index":01}', "line 1: 01 is no number of JSON"],
  ])("name the line of %s", (_, text, message) => {
    let error: unknown;
    try {
      fromText(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(RigError);
    expect((error as RigError).code).toBe("input.malformed");
    expect((error as RigError).message.slice(0, message.length)).toBe(message);
    expect((error as RigError).message).not.toContain("\n");
  });

  it("leave a history of completions only alone", () => {
    expect(plain(fromText(`${op(0, "ok")}${op(1, "fail")}`)).map((row) => row.partner)).toEqual([
      -1, -1,
    ]);
  });

  it("leave a process alone that goes on after info", () => {
    const text = [op(0, "invoke"), op(1, "info"), op(2, "invoke"), op(3, "ok")].join("\n");
    expect(fromText(text).rows).toBe(4);
  });
});

describe("a file without an end to its first operation", () => {
  it.each(['{"value":"', " "])("that begins with %j is given up after 64 MiB", (start) => {
    const reader = new HistoryReader();
    reader.feed(new TextEncoder().encode(start));
    const piece = new Uint8Array(16 << 20).fill(0x20);
    expect(() => {
      for (let fed = 0; fed < 10; fed++) reader.feed(piece);
    }).toThrow("line 1: no operation ends within 64 MiB of here");
  });
});

describe("a file larger than the longest string", () => {
  it("is read as a stream", () => {
    const pieces = ["invoke", "ok"].map((type) => {
      const note = "x".repeat(1 << 20);
      const line = `{"type":"${type}","process":0,"note":"${note}","value":[["r",1,[]]]}\n`;
      return new TextEncoder().encode(line);
    });
    const reader = new HistoryReader();
    let bytes = 0;
    while (bytes <= constants.MAX_STRING_LENGTH) {
      for (const piece of pieces) {
        reader.feed(piece);
        bytes += piece.length;
      }
    }
    const table = reader.finish();
    expect(table.rows).toBe(table.line.at(-1));
    expect(table.rows).toBeGreaterThan(500);
  });
});
