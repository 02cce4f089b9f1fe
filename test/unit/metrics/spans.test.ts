import { describe, expect, it } from "vitest";
import type { Operation } from "../../../rig/core/history/operation.ts";
import { latenciesNsOf, spansOf } from "../../../rig/core/metrics/spans.ts";
import { operationsOf } from "../../support/evidence.ts";

describe("spans", () => {
  it("pair an invocation with the completion of the same process", () => {
    const spans = spansOf(
      operationsOf([
        ["invoke", 0, 1],
        ["invoke", 1, 2],
        ["fail", 1, 3],
        ["ok", 0, 4, [["r", 1, [7]]]],
      ]),
    );
    expect(spans).toEqual([
      {
        process: 0,
        invokeIndex: 0,
        completionIndex: 3,
        startNs: 1e6,
        endNs: 4e6,
        type: "ok",
        value: [["r", 1, [7]]],
      },
      {
        process: 1,
        invokeIndex: 1,
        completionIndex: 2,
        startNs: 2e6,
        endNs: 3e6,
        type: "fail",
        value: [["r", 1, null]],
      },
    ]);
  });

  it("keep what was asked where the outcome is unknown, and why", () => {
    const [invoke, info] = operationsOf([
      ["invoke", 0, 1, [["append", 3, 9]]],
      ["info", 0, 2, [["append", 3, 9]]],
    ]);
    const operations = [invoke, { ...info, node: 2, error: "timeout" }] as Operation[];
    const [span] = spansOf(operations);
    const expected = { type: "info", node: 2, error: "timeout", value: [["append", 3, 9]] };
    expect(span).toMatchObject(expected);
  });

  it("are open where the record breaks off", () => {
    const [span] = spansOf(operationsOf([["invoke", 0, 1]]));
    expect(span).toMatchObject({ type: "open", endNs: null, completionIndex: null });
  });

  it("pass over the nemesis and completions that nothing invoked", () => {
    const nemesis: Operation = {
      index: 1,
      type: "info",
      f: "partition",
      process: "nemesis",
      time: 5,
      value: "0 | 1 2",
    };
    expect(spansOf([...operationsOf([["ok", 0, 1]]), nemesis])).toEqual([]);
  });

  it("give latencies of acknowledged operations only, in the order of invocation", () => {
    const spans = spansOf(
      operationsOf([
        ["invoke", 0, 0],
        ["invoke", 1, 1],
        ["invoke", 2, 2],
        ["ok", 1, 3],
        ["info", 2, 9],
        ["ok", 0, 10],
      ]),
    );
    expect(latenciesNsOf(spans)).toEqual([10e6, 2e6]);
  });
});
