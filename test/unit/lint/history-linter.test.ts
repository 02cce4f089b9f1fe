/** Each mistake in a recording that the linter names: it fires on it, and not on its neighbour. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LINT_KINDS, type LintKind, type LintReport } from "../../../rig/core/lint/findings.ts";
import { HistoryLinter } from "../../../rig/core/lint/history-linter.ts";

function lint(...lines: readonly string[]): LintReport {
  const linter = new HistoryLinter();
  linter.feed(new TextEncoder().encode(lines.join("\n")));
  return linter.finish();
}

const WRITE = '"f":"txn","process":0,"value":[["append",1,1]]';
const CLEAN = [
  `{"index":0,"type":"invoke",${WRITE},"time":10}`,
  `{"index":1,"type":"ok",${WRITE},"time":20}`,
  '{"index":2,"type":"invoke","f":"txn","process":1,"value":[["r",1,null]],"time":30}',
  '{"index":3,"type":"info","f":"start","process":"nemesis","value":"all","time":30}',
  '{"index":4,"type":"ok","f":"txn","process":1,"value":[["r",1,[1]]],"time":40}',
];
/** The clean history without indexes and times, with these lines at its end. */
const bare = CLEAN.map((line) => line.replace(/"index":\d,/, "").replace(/,"time":\d+/, ""));
const plus = (...lines: readonly string[]) => lint(...bare, ...lines);

const op = (type: string, process: string, value: string, more = "") =>
  `{"type":"${type}","f":"txn","process":${process},"value":${value}${more}}`;

interface Case {
  readonly report: () => LintReport;
  readonly line: number;
  readonly text: string;
  /** Other kinds that the same mistake shows. */
  readonly besides?: readonly LintKind[];
}

const APPEND = '[["append",2,1]]';

const CASES: Readonly<Record<LintKind, Case>> = {
  "duplicate-index": {
    report: () => lint(...CLEAN, (CLEAN[3] as string).replace('"time":30', '"time":50')),
    line: 6,
    text: "index 3 was there before",
  },
  "descending-index": {
    report: () => lint(...CLEAN.map((line) => line.replace('"index":3', '"index":-7'))),
    line: 4,
    text: "index -7 follows 2",
  },
  "missing-index": {
    report: () => lint(...CLEAN.map((line) => line.replace('"index":3,', ""))),
    line: 4,
    text: "no index, but the first operation has one",
  },
  "unknown-type": { report: () => plus(op("done", "0", "[]")), line: 6, text: 'type "done"' },
  "missing-process": {
    report: () => plus('{"type":"ok","f":"txn","value":[["r",1,[1]]]}'),
    line: 6,
    text: "no process",
  },
  "odd-process": { report: () => plus(op("ok", '"7"', "[]")), line: 6, text: 'process "7"' },
  "client-without-number": {
    report: () => plus(op("ok", '"n1"', APPEND)),
    line: 6,
    text: 'process "n1" has micro-operations',
  },
  "nemesis-as-client": {
    report: () => plus('{"type":"info","f":"cut","process":99,"value":"n1"}'),
    line: 6,
    text: "process 99 has info alone, 1 times, and no invocation",
    besides: ["function-never-ok"],
  },
  "double-invoke": {
    report: () => plus(op("invoke", "0", "[]"), op("invoke", "0", "[]"), op("ok", "0", "[]")),
    line: 7,
    text: "process 0 has the operation of line 6 open",
  },
  "reuse-after-info": {
    report: () =>
      plus(
        op("invoke", "0", APPEND),
        op("info", "0", APPEND),
        op("invoke", "0", "[]"),
        op("ok", "0", "[]"),
      ),
    line: 8,
    text: "process 0 ended with info on line 7",
  },
  "completion-without-invoke": {
    report: () => plus(op("ok", "5", "[]")),
    line: 6,
    text: "process 5 completes what it did not invoke",
  },
  "no-invocations": {
    report: () => lint(...bare.filter((line) => !line.includes("invoke"))),
    line: 0,
    text: "2 completions and no invocation",
  },
  "open-at-end": {
    report: () => plus(op("invoke", "5", APPEND)),
    line: 6,
    text: "process 5 has no completion of it",
  },
  "function-changed": {
    report: () => plus(op("invoke", "0", "[]"), op("ok", "0", "[]").replace("txn", "tx")),
    line: 7,
    text: "tx, but txn on line 6",
  },
  "value-changed": {
    report: () => plus(op("invoke", "0", APPEND), op("fail", "0", '[["append",2,3]]')),
    line: 7,
    text: '[["append" 2 3]], but line 6 has [["append" 2 1]]',
  },
  "value-lost": {
    report: () => plus(op("invoke", "0", APPEND), op("info", "0", "null")),
    line: 7,
    text: 'nil, but line 6 has [["append" 2 1]]',
  },
  "timeout-as-fail": {
    report: () => plus(op("invoke", "0", APPEND), op("fail", "0", APPEND, ',"error":"timed out"')),
    line: 7,
    text: 'fail with error "timed out"',
  },
  "failed-effect-read": {
    report: () =>
      plus(
        op("invoke", "0", APPEND),
        op("fail", "0", APPEND),
        op("invoke", "1", '[["r",2,null]]'),
        op("ok", "1", '[["r",2,[1]]]'),
      ),
    line: 7,
    text: "1 of key 2, read on line 9, is by this failed operation",
  },
  "unwritten-read": {
    report: () => plus(op("invoke", "1", '[["r",2,null]]'), op("ok", "1", '[["r",2,[1]]]')),
    line: 7,
    text: "1 of key 2 was read, but nobody wrote it",
  },
  "duplicate-write": {
    report: () => plus(op("invoke", "3", '[["append",1,1]]'), op("ok", "3", '[["append",1,1]]')),
    line: 6,
    text: "1 of key 1 is written a second time, first on line 1",
  },
  "nil-written": {
    report: () => plus(op("invoke", "0", '[["append",2,null]]')),
    line: 6,
    text: "nil is written to key 2",
    besides: ["open-at-end"],
  },
  "mixed-empty": {
    report: () =>
      plus(
        op("invoke", "0", '[["r",8,null],["r",9,null]]'),
        op("ok", "0", '[["r",8,[]],["r",9,null]]'),
      ),
    line: 7,
    text: "a read of [], but a read of nil on line 7",
  },
  "mixed-keys": {
    report: () =>
      plus(op("invoke", "0", '[["append","1",7]]'), op("ok", "0", '[["append","1",7]]')),
    line: 6,
    text: 'key "1", but key 1 before it',
  },
  "odd-micro-op": {
    report: () =>
      plus(op("invoke", "0", '[["r",1],["inc",1]]'), op("ok", "0", '[["r",1],["inc",1]]')),
    line: 6,
    text: '[["r" 1] ["inc" 1]] has another micro-operation',
  },
  "no-reads": {
    report: () => lint(...bare.slice(0, 2)),
    line: 0,
    text: "something is written, nothing read",
  },
  "reads-never-acknowledged": {
    report: () => lint(...bare.slice(0, 3), op("info", "1", '[["r",1,null]]')),
    line: 3,
    text: "none of 1 reads is ok; this is the first",
  },
  "function-never-ok": {
    report: () =>
      plus(
        '{"type":"invoke","f":"cas","process":0,"value":[1,2]}',
        '{"type":"fail","f":"cas","process":0,"value":[1,2]}',
      ),
    line: 6,
    text: "none of 1 operations cas is ok; this is the first",
  },
  "nothing-acknowledged": {
    report: () => lint(bare[0] as string, op("info", "0", '[["append",1,1]]')),
    line: 0,
    text: "2 operations of clients, and none is ok",
  },
  "time-backwards": {
    report: () => lint(...CLEAN.map((line) => line.replace('"time":40', '"time":29'))),
    line: 5,
    text: "time 29 follows 30",
  },
};

describe("the linter", () => {
  it("finds nothing in a clean history, with indexes and times or without", () => {
    expect(lint(...CLEAN)).toEqual({ operations: 5, findings: [], counts: {} });
    expect(plus().findings).toEqual([]);
  });

  it.each(Object.entries(CASES))("names %s", (kind, { report, line, text, besides = [] }) => {
    const { findings, counts } = report();
    expect(findings).toContainEqual({ kind, line, text });
    expect(new Set(Object.keys(counts))).toEqual(new Set([kind, ...besides]));
  });

  it("has a case and advice for each of its kinds", () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(LINT_KINDS).sort());
  });

  it("takes the answers of reads for no change, and values of any kind of model", () => {
    const lines = ["write", "read", "transfer"].flatMap((f) => [
      `{:type :invoke, :f :${f}, :process 0, :value ${f === "read" ? "nil" : "{:a 1}"}}`,
      `{:type :ok, :f :${f}, :process 0, :value {:a 1}}`,
    ]);
    expect(lint(...lines).findings).toEqual([]);
  });

  it("counts all and keeps the first few", () => {
    const lines = Array.from({ length: 100 }, (_, at) => op("invoke", String(at + 9), "[]"));
    const { counts, findings } = plus(...lines);
    expect(counts).toEqual({ "open-at-end": 100 });
    expect(findings).toHaveLength(8);
  });

  it("reads EDN as it reads JSON", () => {
    const [first, second] = [":type :invoke", ":type :ok"].map(
      (type, index) => `{:index ${index}, ${type}, :f :txn, :process 0, :value [[:append :x 1]]}`,
    );
    expect(lint(first as string, second as string).counts).toEqual({ "no-reads": 1 });
  });

  it("refuses what is neither", () => {
    expect(() => lint("{", "]")).toThrow("line 2: ");
    expect(() => lint("[1]")).toThrow("line 1: something that is no operation; expected a map");
  });
});

const VALID = ["valid.edn", "register-valid.jsonl"];

describe("histories of the fixtures", () => {
  it.each(VALID)("have no mistakes in %s", (file) => {
    const linter = new HistoryLinter();
    linter.feed(readFileSync(new URL(`../../../fixtures/histories/${file}`, import.meta.url)));
    expect(linter.finish().findings).toEqual([]);
  });
});
