/**
 * The interpreter: what becomes of operations, when faults strike, and how a run comes to its
 * final reads, with the test as the world around it.
 */

import { describe, expect, it } from "vitest";
import {
  isClientOperation,
  type MicroOp,
  type Operation,
} from "../../../rig/core/history/operation.ts";
import { STATUS } from "../../../rig/core/wire/client-message.ts";
import { HostBench } from "../../support/host-bench.ts";
import { aFault, aPlan } from "../../support/plans.ts";

/** Clients 0 to 2 of a cluster of five, each with one operation open. */
function aRun(change: Parameters<typeof aPlan>[0] = {}, options = {}): HostBench {
  return new HostBench(aPlan({ nodes: 5, clients: 3, operations: 20, ...change }), options);
}

function ofProcess(operations: readonly Operation[], process: number): Operation[] {
  return operations.filter((operation) => operation.process === process);
}

function microOpsOf(operation: Operation): readonly MicroOp[] {
  return isClientOperation(operation) ? operation.value : [];
}

const PAUSE = { kind: "pause", nodes: [1] } as const;

describe("a rate", () => {
  function aPacedRun(): HostBench {
    const plan = aPlan({ nodes: 5, clients: 2, operations: 6 });
    return new HostBench({ ...plan, workload: { ...plan.workload, ratePerS: 1000 } });
  }
  const invoked = (run: HostBench) =>
    run.operations.filter(({ type }) => type === "invoke").map(({ time }) => time / 1e6);

  it("lets an operation begin each so often, however fast the answers come", () => {
    const run = aPacedRun();
    expect(invoked(run)).toEqual([0]);
    for (let number = 1; number < 6; number++) {
      run.acknowledgeAll();
      run.fire("issue");
    }
    expect(invoked(run)).toEqual([0, 1, 2, 3, 4, 5]);
    run.acknowledgeAll();
    expect(run.isFinished).toBe(true);
  });

  it("does not end the workload while a client waits for its turn", () => {
    const run = aPacedRun();
    for (let number = 1; number < 5; number++) {
      run.fire("issue");
      run.acknowledgeAll();
    }
    const phases = () => run.records.filter(({ type }) => type === "phase");
    expect(phases()).toEqual([]);
    run.fire("issue");
    run.acknowledgeAll();
    expect(phases().map(({ time }) => time)).toEqual([5e6, 5e6, 5e6]);
  });

  it("makes up for operations that were late, and stops when the run is abandoned", () => {
    const run = aPacedRun();
    run.fire("issue");
    run.nowNs = 3_500_000;
    run.acknowledgeAll();
    expect(invoked(run)).toEqual([0, 1, 3.5, 3.5]);
    run.abandon();
    const before = run.operations.length;
    run.fire("issue");
    expect(run.operations).toHaveLength(before);
  });
});

describe("an operation", () => {
  it("is ok once f + 1 nodes give the same reply, with what was read", () => {
    const run = aRun();
    const request = run.last(0);
    run.reply(3, request);
    expect(ofProcess(run.operations, 0)).toHaveLength(1);
    run.reply(3, request);
    expect(ofProcess(run.operations, 0)).toHaveLength(1);
    run.reply(4, request);
    const [invoke, ok] = ofProcess(run.operations, 0);
    expect([invoke?.type, ok?.type]).toEqual(["invoke", "ok"]);
    const value = invoke === undefined ? [] : microOpsOf(invoke);
    const answered = value.map(([f, key, element]) => [f, key, f === "r" ? [] : element]);
    expect(ok?.value).toEqual(answered);
  });

  it("is not acknowledged by replies from stations that are no nodes", () => {
    const run = aRun();
    run.reply(6, run.last(0));
    run.reply(7, run.last(0));
    expect(ofProcess(run.operations, 0)).toHaveLength(1);
  });

  it("is not acknowledged by replies to an earlier request", () => {
    const run = aRun();
    const first = run.last(0);
    run.acknowledge(first);
    run.reply(0, first);
    run.reply(1, first);
    expect(ofProcess(run.operations, 0).map(({ type }) => type)).toEqual([
      "invoke",
      "ok",
      "invoke",
    ]);
  });

  it("that is refused fails, and repeats its value", () => {
    const run = aRun();
    const request = run.last(1);
    run.reply(0, request, { status: STATUS.refused });
    run.reply(1, request, { status: STATUS.refused });
    const [invoke, fail] = ofProcess(run.operations, 1);
    expect(fail).toMatchObject({ type: "fail", value: invoke?.value });
    expect(fail?.error).toContain("refused");
  });

  it("that times out is info, repeats its value, and its process never speaks again", () => {
    const run = aRun();
    run.fire("timeout");
    const [invoke, info, ...more] = ofProcess(run.operations, 0);
    expect(info).toMatchObject({ type: "info", value: invoke?.value, error: "timeout" });
    expect(more).toEqual([]);
    // Three clients: the successor of process 0 is 3, and takes up the work at once.
    expect(ofProcess(run.operations, 3).map(({ type }) => type)).toEqual(["invoke"]);
  });

  it("that timed out is not acknowledged by replies that come late", () => {
    const run = aRun();
    const late = run.last(0);
    run.fire("timeout");
    run.acknowledge(late);
    expect(ofProcess(run.operations, 0).map(({ type }) => type)).toEqual(["invoke", "info"]);
    expect(ofProcess(run.operations, 3)).toHaveLength(1);
  });

  it("keeps its session on the wire when its process retires", () => {
    const run = aRun();
    run.fire("timeout");
    expect(run.last(0)).toMatchObject({ client: 0, request: 2 });
  });

  it("is asked for again under the same number, and that is no new operation", () => {
    const run = aRun();
    const before = run.operations.length;
    const sent = run.requests.length;
    run.fire("retry");
    expect(run.operations).toHaveLength(before);
    expect(run.requests.slice(sent)).toEqual([run.requests[0]]);
  });

  it("ends before its timers: they then mean nothing", () => {
    const run = aRun();
    run.acknowledge(run.last(0));
    const before = run.operations.length;
    run.fire("retry");
    run.fire("timeout");
    expect(run.operations).toHaveLength(before);
  });

  it("still open when the run is abandoned is info", () => {
    const run = aRun();
    run.acknowledge(run.last(1));
    run.abandon();
    const { operations } = run;
    for (const process of [0, 1, 2]) {
      expect(ofProcess(operations, process).at(-1)).toMatchObject({
        type: "info",
        error: "interrupted",
      });
    }
    const invokes = operations.filter(({ type }) => type === "invoke").length;
    expect(operations).toHaveLength(2 * invokes);
  });
});

describe("a history", () => {
  it("has rising indices, one open operation in each process, and a pair for each", () => {
    const run = aRun({ faults: [aFault(PAUSE)] });
    run.fire("timeout");
    run.acknowledgeAll();
    expect(run.isFinished).toBe(true);
    const { operations } = run;
    expect(operations.map(({ index }) => index)).toEqual(operations.map((_, at) => at));
    const open = new Set<number>();
    for (const operation of operations.filter(isClientOperation)) {
      const { process, type } = operation;
      expect(open.has(process)).toBe(type !== "invoke");
      if (type === "invoke") open.add(process);
      else open.delete(process);
    }
    expect([...open]).toEqual([]);
  });

  it("is recorded on the client's side alone: one operation for each that was issued", () => {
    const run = aRun({ operations: 30 });
    run.acknowledgeAll();
    const invokes = run.operations.filter(({ type }) => type === "invoke");
    expect(invokes).toHaveLength(new Set(run.requests.map((each) => JSON.stringify(each))).size);
  });
});

describe("a fault", () => {
  it("placed by operation strikes before that operation and heals before another", () => {
    const run = aRun({ faults: [aFault(PAUSE)] });
    run.acknowledgeAll();
    expect(run.strikes.map(({ kind }) => kind)).toEqual(["inject", "heal"]);
    const issuedBefore = (f: string) => {
      const at = run.operations.findIndex((operation) => operation.f === f);
      return run.operations.slice(0, at).filter(({ type }) => type === "invoke").length;
    };
    expect(issuedBefore("start-pause")).toBeGreaterThanOrEqual(5);
    expect(issuedBefore("start-pause")).toBeLessThanOrEqual(6);
    expect(issuedBefore("stop-pause")).toBeGreaterThanOrEqual(15);
    expect(issuedBefore("stop-pause")).toBeLessThanOrEqual(16);
  });

  it("placed by operation comes although nothing is acknowledged", () => {
    const run = aRun({ faults: [aFault(PAUSE)] });
    while (run.strikes.length < 2) run.fire("timeout");
    expect(run.strikes.map(({ kind }) => kind)).toEqual(["inject", "heal"]);
  });

  it("placed by time strikes and heals then", () => {
    const place = { start: { atNs: 1000 }, end: { atNs: 5000 } };
    const run = aRun({ faults: [aFault(PAUSE, place)] });
    expect(run.strikes).toEqual([]);
    run.fire("inject");
    expect([run.nowNs, run.strikes.map(({ kind }) => kind)]).toEqual([1000, ["inject"]]);
    expect(run.interpreter.progress.faults).toEqual(["pause"]);
    run.fire("heal");
    expect([run.nowNs, run.strikes.map(({ kind }) => kind)]).toEqual([5000, ["inject", "heal"]]);
    expect(run.interpreter.progress.faults).toEqual([]);
  });

  it("without an end is healed when the workload is done", () => {
    const run = aRun({ faults: [aFault(PAUSE, { end: null })] });
    run.acknowledgeAll();
    expect(run.strikes.map(({ kind }) => kind)).toEqual(["inject", "heal"]);
    expect(run.isFinished).toBe(true);
  });

  it("whose time has not come when the workload is done never strikes", () => {
    const run = aRun({ faults: [aFault(PAUSE, { start: { atNs: 1e12 }, end: null })] });
    run.acknowledgeAll();
    run.fire("inject");
    expect(run.strikes).toEqual([]);
    expect(run.isFinished).toBe(true);
  });

  it("is an operation of the nemesis, info, and no client's", () => {
    const run = aRun({ faults: [aFault(PAUSE)] });
    run.acknowledgeAll();
    const nemesis = run.operations.filter(({ process }) => process === "nemesis");
    expect(nemesis).toMatchObject([
      { type: "info", f: "start-pause", value: "1" },
      { type: "info", f: "stop-pause", value: "1" },
    ]);
  });

  it("reports how often it took effect when it is healed", () => {
    const run = aRun({ faults: [aFault(PAUSE)] });
    run.acknowledgeAll();
    const faults = run.records.filter(({ type }) => type === "fault");
    expect(faults).toMatchObject([
      { action: "inject", id: "pause-1", effects: 0 },
      { action: "heal", id: "pause-1", effects: 3 },
    ]);
  });

  it("whose end comes while it is on its way is healed as soon as it is there", () => {
    const fault = aFault(PAUSE, { end: { atOperation: 6 } });
    const run = aRun({ faults: [fault] }, { isObedient: false });
    while (run.requests.length < 12) run.fire("timeout");
    expect(run.strikes.map(({ kind }) => kind)).toEqual(["inject"]);
    run.step({ kind: "injected", fault });
    expect(run.strikes.map(({ kind }) => kind)).toEqual(["inject", "heal"]);
  });
});

describe("the end of a run", () => {
  it("reads every key after the last heal", () => {
    const run = aRun({ operations: 60, faults: [aFault(PAUSE, { end: null })] });
    run.acknowledgeAll();
    const { operations } = run;
    const healed = operations.findIndex(({ f }) => f === "stop-pause");
    const reads = operations.slice(healed).filter(({ type }) => type === "invoke");
    expect(reads.length).toBeGreaterThanOrEqual(run.plan.workload.finalReadsMin);
    const keys = reads.flatMap(microOpsOf).map(([, key]) => key);
    const appended = operations
      .slice(0, healed)
      .flatMap(microOpsOf)
      .filter(([f]) => f === "append")
      .map(([, key]) => key);
    expect(keys).toEqual(expect.arrayContaining([...new Set(appended)]));
  });

  it("waits for the heal", () => {
    const fault = aFault(PAUSE, { end: null });
    const run = aRun({ faults: [fault] }, { isObedient: false });
    run.acknowledgeAll();
    run.step({ kind: "injected", fault });
    const before = run.requests.length;
    run.acknowledgeAll();
    expect([run.requests.length, run.isFinished]).toEqual([before, false]);
    run.step({ kind: "healed", fault, effects: 1 });
    expect(run.requests.length).toBeGreaterThan(before);
    run.acknowledgeAll();
    expect(run.isFinished).toBe(true);
  });

  it("comes although final reads time out", () => {
    const run = aRun({ operations: 3 });
    for (let count = 0; count < 200 && !run.isFinished; count++) run.fire("timeout");
    expect(run.isFinished).toBe(true);
  });

  it("is marked by its phases in order", () => {
    const run = aRun();
    run.acknowledgeAll();
    const phases = run.records.flatMap((entry) => (entry.type === "phase" ? [entry.phase] : []));
    expect(phases).toEqual(["workload-end", "healed", "end"]);
  });
});
