/**
 * Explanations of anomalies: each claim in them is true of the history they explain, and they
 * name operations, nodes and times.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Anomaly, type CycleStep, checkListAppend } from "../../../rig/core/elle/index.ts";
import { meaningOf } from "../../../rig/core/elle/meanings.ts";
import type { MicroOp, Operation } from "../../../rig/core/history/operation.ts";
import { tableOfOperations } from "../../../rig/core/history/operation-table.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";
import { aHistory, append, type HistoryBuilder, read } from "./histories.ts";
import { faultyPlans, simulateLists } from "./simulated-store.ts";

function anomalyOf(history: HistoryBuilder, type: string): Anomaly | undefined {
  return history.check().anomalies.find((anomaly) => anomaly.type === type);
}

describe("a stale read", () => {
  const history = aHistory()
    .run(0, append(1, 5))
    .run(1, read(1, []))
    .run(2, read(1, [5]));

  it("is told with names, values, times and who saw what was missed", () => {
    expect(anomalyOf(history, "G-single-item-realtime")?.sentences).toEqual([
      "T1 is operation 1 (process 0, 0 ns to 1.000 us): append 1 5.",
      "T2 is operation 3 (process 1, 2.000 us to 3.000 us): r 1 [].",
      "T1 comes before T2 (realtime): T1 had completed at 1.000 us (index 1) before T2 was " +
        "invoked at 2.000 us (index 2).",
      "T2 comes before T1 (rw): T2 read key 1 as [], so it missed 5, which T1 appended right " +
        "after that (operation 5 (process 2, 4.000 us to 5.000 us) read [5]).",
      "So T1 would have to come before itself: a contradiction.",
    ]);
  });

  it("comes with its operations in detail", () => {
    const anomaly = anomalyOf(history, "G-single-item-realtime");
    expect(anomaly?.details).toEqual([
      {
        name: "T1",
        index: 1,
        type: "ok",
        process: 0,
        invoked: { index: 0, timeNs: 0, line: 1 },
        completed: { index: 1, timeNs: 1000, line: 2 },
        operations: [{ f: "append", key: "1", value: "5" }],
      },
      {
        name: "T2",
        index: 3,
        type: "ok",
        process: 1,
        invoked: { index: 2, timeNs: 2000, line: 3 },
        completed: { index: 3, timeNs: 3000, line: 4 },
        operations: [{ f: "r", key: "1", value: "[]" }],
      },
    ]);
    expect(anomaly?.cycle?.[1]).toMatchObject({ key: "1", next: "5", read: "[]", shownBy: 5 });
  });
});

describe("nodes", () => {
  const lines = (node: string) =>
    [
      `{"type":"invoke","process":0,"value":[["r",1,null]],"node":${node}}`,
      `{"type":"ok","process":0,"value":[["r",1,[9]]]}`,
    ].join("\n");

  it.each([
    ['"n1"', "n1"],
    ["3", "3"],
  ])("are named if the history names them, also at invocations: %s", (node, name) => {
    const table = readHistory(new TextEncoder().encode(lines(node)));
    const { anomalies } = checkListAppend(table, { consistency: "serializable" });
    const anomaly = anomalies.find(({ type }) => type === "garbage-read");
    expect(anomaly?.details[0]?.node).toBe(name);
    expect(anomaly?.explanation).toContain(`peration 1 (process 0, node ${name})`);
  });

  it("are left out where there is none", () => {
    const table = readHistory(new TextEncoder().encode(lines("null")));
    const { anomalies } = checkListAppend(table, { consistency: "serializable" });
    const anomaly = anomalies.find(({ type }) => type === "garbage-read");
    expect(anomaly?.details[0]).not.toHaveProperty("node");
  });

  it("come from operations in memory too", () => {
    const operations: Operation[] = aHistory()
      .run(0, read(1, [9]))
      .operations.map((operation) => ({ ...operation, node: 2 }));
    const table = tableOfOperations(operations);
    const { anomalies } = checkListAppend(table, { consistency: "serializable" });
    const anomaly = anomalies.find(({ type }) => type === "garbage-read");
    expect(anomaly?.details[0]?.node).toBe("2");
  });
});

describe("a cycle", () => {
  it("is the shortest of its type, not the first that is found", () => {
    // Three transactions in a circle of reads, and two of them in a smaller one.
    const history = aHistory().together(
      [append(1, 1), read(3, [3]), read(4, [4])],
      [append(2, 2), append(4, 4), read(1, [1])],
      [append(3, 3), read(2, [2])],
    );
    expect(anomalyOf(history, "G1c")?.cycle).toHaveLength(2);
  });
});

/** Whether the history bears out what the step says. */
function isBorneOut(step: CycleStep, operations: readonly Operation[]): boolean {
  const from = operations[step.from] as Operation;
  const to = operations[step.to] as Operation;
  const started = operations
    .slice(0, step.to)
    .findLastIndex(({ type, process }) => type === "invoke" && process === to.process);
  const lists = ({ value }: Operation) =>
    (value as readonly MicroOp[]).flatMap((mop) =>
      mop[0] === "r" && String(mop[1]) === step.key ? [(mop[2] ?? []) as readonly number[]] : [],
    );
  const appends = ({ value }: Operation, element: string | undefined) =>
    (value as readonly MicroOp[]).some(
      (mop) => mop[0] === "append" && `${mop[1]} ${mop[2]}` === `${step.key} ${element}`,
    );
  const endsWith = (list: readonly number[], element: string | undefined) =>
    element === undefined ? list.length === 0 : String(list.at(-1)) === element;
  switch (step.relation) {
    case "realtime":
      return step.from < started;
    case "process":
      return from.process === to.process && step.from < started;
    case "wr":
      return appends(from, step.element) && lists(to).some((list) => endsWith(list, step.element));
    case "ww":
      return appends(from, step.element) && appends(to, step.next);
    default:
      return lists(from).some((list) => endsWith(list, step.element)) && appends(to, step.next);
  }
}

describe("all claims of all cycles", () => {
  it("are true, and make a circle", () => {
    fc.assert(
      fc.property(faultyPlans, (plan) => {
        const { history } = simulateLists(plan);
        for (const { cycle, operations, details, sentences } of history.check().anomalies) {
          if (cycle === undefined) continue;
          expect(cycle.map(({ from }) => from)).toEqual(operations);
          expect(cycle.map(({ to }) => to)).toEqual([...operations.slice(1), operations[0]]);
          expect(details.map(({ index }) => index)).toEqual(operations);
          expect(sentences).toHaveLength(2 * operations.length + 1);
          const wrong = cycle.filter((step) => !isBorneOut(step, history.operations));
          expect(wrong).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("meanings", () => {
  it("are there for each cycle, with its order", () => {
    expect(meaningOf("G1c")).toBe("information flows in a circle");
    expect(meaningOf("G0-realtime")).toBe("writes in a circle, with real time");
    expect(meaningOf("strong-serializable-cycle-exists")).toBe("");
  });
});
