/**
 * The quick way of reading an operation against the way by tokens: on every text, usual, odd or
 * damaged, both make the same table or the same error.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdnTokens } from "../../../rig/core/history/edn-tokens.ts";
import { JsonTokens } from "../../../rig/core/history/json-tokens.ts";
import { OperationReader } from "../../../rig/core/history/operation-reader.ts";
import { QuickReader, UNUSUAL } from "../../../rig/core/history/quick-reader.ts";
import { HistoryTableBuilder } from "../../../rig/core/history/table-builder.ts";
import { END, type Tokens } from "../../../rig/core/history/tokens.ts";
import { plain } from "./tables.ts";

const FORMS = { JSON: JsonTokens, EDN: EdnTokens } as const;
type Form = keyof typeof FORMS;

const LINES: Readonly<Record<Form, readonly string[]>> = {
  JSON: [
    '{"index":0,"type":"invoke","f":"txn","process":3,"time":10,"value":[["r",1,null]]}',
    '{"index":1,"type":"ok","f":"txn","process":3,"time":200000000000,"value":[["r",1,[7,8,12]]]}',
    '{"value": [["append", 10, 5], ["r", 1, []]], "type": "invoke", "process": 4, "index": 2}',
    '{"index":3,"type":"info","process":4,"value":null}',
    '{"index":4,"type":"fail","f":"txn","process":5,"value":[["w",1,77],["r",1,77]],"time":30}',
    '{"index":5,"type":"ok","process":6,"value":[],"node":2,"error":"lost"}',
  ],
  EDN: [
    "{:index 0, :type :invoke, :f :txn, :process 3, :time 10, :value [[:r 1 nil]]}",
    "{:index 1, :type :ok, :f :txn, :process 3, :time 200000000000, :value [[:r 1 [7 8 12]]]}",
    "{:value [[:append 10 5] [:r 1 []]], :type :invoke, :process 4, :index 2}",
    "{:index 3, :type :info, :process 4, :value nil}",
    "{:index 4, :type :fail, :f :txn, :process 5, :value [[:w 1 77] [:r 1 77]], :time 30}",
    "{:index 5, :type :ok, :process 6, :value [], :node 2, :error :lost}",
  ],
};

/** What bytes are made into: all that has a meaning in one of the forms, and some that has none. */
const DAMAGE = [...'{}[]()",: \n\t\\0179-+.eEnrwNMx;#_/é', "nil", "null", "00", "1234567890123456"];

function readBoth(form: Form, text: string) {
  return [readTable(form, text, true), readTable(form, text, false)];
}

function readTable(form: Form, text: string, isQuick: boolean): unknown {
  const builder = new HistoryTableBuilder();
  const reader = new OperationReader(builder);
  const tokens: Tokens = new FORMS[form]();
  tokens.load(new TextEncoder().encode(text), true);
  if (!isQuick) tokens.lastClosing = -1;
  try {
    for (let kind = tokens.next(); kind !== END; kind = tokens.next()) reader.read(tokens, kind);
    return plain(builder.finish());
  } catch (error) {
    return (error as Error).message;
  }
}

describe.each(["JSON", "EDN"] as const)("usual operations of %s", (form) => {
  it.each(LINES[form])("are read to the end in the quick way: %s", (line) => {
    const fields = {
      type: 0,
      index: null,
      process: null,
      isNameless: false,
      time: 0,
      line: 1,
      node: null,
    };
    const quick = new QuickReader(new HistoryTableBuilder().mops, new FORMS[form]().writing);
    const bytes = new TextEncoder().encode(line);
    expect(quick.read(bytes, 1, fields)).toBe(bytes.length - 1);
  });

  it("give the same table in both ways", () => {
    const [quick, slow] = readBoth(form, LINES[form].slice(0, 4).join("\n"));
    expect(quick).toEqual(slow);
    expect(quick).toHaveLength(4);
  });

  it("give the same table or the same error in both ways, whatever was done to them", () => {
    const damages = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...DAMAGE), fc.nat(2)), {
      minLength: 1,
      maxLength: 2,
    });
    fc.assert(
      fc.property(fc.constantFrom(...LINES[form]), damages, (line, changes) => {
        let text = line;
        for (const [place, by, taken] of changes) {
          const at = place % text.length;
          text = text.slice(0, at) + by + text.slice(at + taken);
        }
        const [quick, slow] = readBoth(form, text);
        expect(quick).toEqual(slow);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("what the quick way leaves to the tokens", () => {
  it.each([
    ["a process that is no number", '{"process":"nemesis","type":"info"}'],
    ["a field with a list", '{"process":1,"type":"ok","error":["lost"]}'],
    ["a key that is a text", '{"process":1,"type":"ok","value":[["r","x",[1]]]}'],
    ["an operation without a type", '{"process":1,"value":[]}'],
    ["a number with a leading zero", '{"process":01,"type":"ok"}'],
    ["a list with a comma too many", '{"process":1,"type":"ok","value":[["r",1,[1,]]]}'],
  ])("%s", (_, line) => {
    const fields = {
      type: 0,
      index: null,
      process: null,
      isNameless: false,
      time: 0,
      line: 1,
      node: null,
    };
    const quick = new QuickReader(new HistoryTableBuilder().mops, new JsonTokens().writing);
    expect(quick.read(new TextEncoder().encode(line), 1, fields)).toBe(UNUSUAL);
  });
});
