/**
 * Builders of evidence and results for tests: a run over a partition that looks like a real one
 * (clients at work, timeouts while the fault lasts, final reads), and small ones by hand. All of
 * it follows from the options; nothing here is drawn by chance.
 */

import type { FaultReport } from "../../rig/core/fault/fault.ts";
import type { MicroOp, Operation } from "../../rig/core/history/operation.ts";
import { latencySummary } from "../../rig/core/metrics/latency.ts";
import { latenciesNsOf, type Span, spansOf } from "../../rig/core/metrics/spans.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import type { RunEvidence } from "../../rig/core/run/evidence.ts";
import type { OutcomeCounts, RunResult } from "../../rig/core/verdict/run-result.ts";

const MS = 1_000_000;
const NO_ERRORS = { errorFrames: 0, busOffs: 0, duplicates: 0 };

export function aPlan(changes: Partial<RunPlan> = {}): RunPlan {
  return {
    schema: 1,
    scenario: "happy",
    protocol: "roj",
    level: "sim",
    seed: 7,
    nodes: 3,
    bus: { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 },
    timers: { roundTimeoutNs: 50 * MS, roundDeltaNs: 10 * MS },
    storage: { writeNs: MS },
    client: { operationTimeoutNs: 400 * MS, retryNs: 100 * MS },
    workload: {
      operations: 100,
      clients: 10,
      keys: 5,
      appendsPerKey: 32,
      microOpsMax: 3,
      readPercent: 50,
      finalReadsMin: 20,
    },
    faults: [],
    expectation: {
      class: "tolerate",
      why: "a quorum stays connected throughout (n = 3, f = 0, q = 2)",
    },
    floors: { outsideFaultsPercent: 50, duringFaultsPercent: 0, afterHeal: 20 },
    assertions: [],
    ...changes,
  };
}

/** Evidence of a run in which nothing happened. */
export function anEvidence(changes: Partial<RunEvidence> = {}): RunEvidence {
  return {
    plan: aPlan(),
    operations: [],
    nodesHistory: null,
    faults: [],
    phases: { workloadEndNs: null, healedNs: null, endNs: null },
    bus: { frames: 0, busyNs: 0, delivered: 0, withheld: 0, dropped: 0, ...NO_ERRORS },
    busWindows: null,
    busStates: [],
    messages: {},
    nodes: [],
    invariants: [],
    applied: null,
    teardown: [],
    partial: null,
    baselines: {},
    ...changes,
  };
}

/** Operations by hand: each line is `[type, process, time in ms, value]`; indices follow. */
export function operationsOf(
  lines: readonly (readonly [Operation["type"], number, number, (readonly MicroOp[])?])[],
): readonly Operation[] {
  return lines.map(([type, process, timeMs, value], index) => ({
    index,
    type,
    f: "txn",
    process,
    time: timeMs * MS,
    value: value ?? [["r", 1, null]],
  }));
}

export interface SampleOptions {
  readonly operations?: number;
  readonly clients?: number;
}

/** A run on five nodes, cut in two while the operations from 30 to 70 per cent are issued. */
export function partitionEvidence({ operations = 100, clients = 10 }: SampleOptions = {}) {
  const record = new SampleRecord(clients);
  const from = Math.floor(operations * 0.3);
  const to = Math.floor(operations * 0.7);
  let startNs = 0;
  let endNs = 0;
  for (let count = 0; count < operations; count++) {
    if (count === from) startNs = record.nextInvokeNs();
    if (count === to) endNs = record.nextInvokeNs();
    const cut = count >= from && count < to && count % 9 !== 0;
    record.issue(cut ? "info" : "ok", count % 3 !== 0);
  }
  const workloadEndNs = record.drain();
  for (let read = 0; read < 20; read++) record.issue("ok", false);
  const end = record.drain() + 10 * MS;
  const fault: FaultReport = {
    id: "partition-1",
    kind: "partition",
    target: "0 1 | 2 3 4",
    startNs,
    endNs,
    effects: 412,
  };
  return anEvidence({
    plan: aPlan({
      scenario: "partition",
      nodes: 5,
      workload: { ...aPlan().workload, operations, clients },
      expectation: {
        class: "safe-only",
        why: "the largest connected group has 3 nodes, short of a quorum (n = 5, f = 1, q = 4)",
      },
    }),
    operations: record.operations(fault),
    faults: [fault],
    phases: { workloadEndNs, healedNs: workloadEndNs, endNs: end },
    bus: {
      frames: 3412,
      busyNs: 0.123 * end,
      delivered: 17_060,
      withheld: 412,
      dropped: 0,
      ...NO_ERRORS,
    },
    messages: { Propose: 140, Vote: 612, Commit: 133, Request: 245, Reply: 186 },
    nodes: [0, 1, 2, 3, 4].map((node) => ({
      node,
      boots: 1,
      decided: 86,
      applied: 86,
      expired: 9 + node,
    })),
    invariants: [
      { name: "agreement", checked: 430, violations: [] },
      { name: "prefix", checked: 430, violations: [] },
      { name: "vote-once", checked: 612, violations: [] },
      { name: "commit-backed-by-votes", checked: 133, violations: [] },
    ],
    teardown: [
      { step: "heal partition-1", ok: true },
      { step: "stop nodes", ok: true },
    ],
  });
}

/** Clients that take turns as they become free, on lists that really grow. */
class SampleRecord {
  readonly #clients: { process: number; freeNs: number }[];
  readonly #lines: Omit<Operation, "index">[] = [];
  readonly #lists = new Map<number, number[]>();
  #count = 0;

  constructor(clients: number) {
    this.#clients = Array.from({ length: clients }, (_, process) => ({
      process,
      freeNs: process * MS,
    }));
  }

  nextInvokeNs(): number {
    return this.#clients.reduce((least, { freeNs }) => Math.min(least, freeNs), Infinity);
  }

  issue(type: "ok" | "info", appends: boolean): void {
    const count = this.#count++;
    const time = this.nextInvokeNs();
    const client = this.#clients.find(({ freeNs }) => freeNs === time);
    if (client === undefined) return;
    const key = 1 + (count % 5);
    const list = this.#lists.get(key) ?? [];
    const asked: MicroOp[] = [["r", key, null]];
    if (appends) asked.push(["append", key, count]);
    const answered: MicroOp[] = [["r", key, [...list]]];
    if (appends) answered.push(["append", key, count]);
    const latency = type === "info" ? 400 * MS : (6 + ((count * 37) % 23)) * MS + (count % 7) * 1e4;
    const common = { f: "txn", process: client.process, node: count % 5 };
    this.#lines.push({ ...common, type: "invoke", time, value: asked });
    this.#lines.push(
      type === "ok"
        ? { ...common, type, time: time + latency, value: answered }
        : { ...common, type, time: time + latency, value: asked, error: "timeout" },
    );
    if (type === "ok" && appends) this.#lists.set(key, [...list, count]);
    client.freeNs = time + latency + 2 * MS;
    if (type === "info") client.process += this.#clients.length;
  }

  /** Until every client is free. */
  drain(): number {
    const last = this.#clients.reduce((most, { freeNs }) => Math.max(most, freeNs), 0);
    for (const client of this.#clients) client.freeNs = last + (client.process % 10) * MS;
    return last;
  }

  operations({ kind, target, startNs, endNs }: FaultReport): readonly Operation[] {
    const lines = [...this.#lines];
    const nemesis = { type: "info", f: kind, process: "nemesis", value: target } as const;
    if (startNs !== null) lines.push({ ...nemesis, time: startNs });
    if (endNs !== null) lines.push({ ...nemesis, time: endNs, f: `heal-${kind}` });
    const inOrder = lines.sort((a, b) => a.time - b.time);
    return inOrder.map((line, index) => ({ index, ...line }));
  }
}

/** The result that a judge would come to: figures counted from the evidence, verdict passed in. */
export function aResult(evidence: RunEvidence, changes: Partial<RunResult> = {}): RunResult {
  const { plan, phases, bus } = evidence;
  const spans = spansOf(evidence.operations);
  const durationNs = phases.endNs ?? evidence.operations.at(-1)?.time ?? 0;
  const strikes = (span: Span) =>
    evidence.faults.some(
      ({ startNs, endNs }) =>
        startNs !== null && span.startNs >= startNs && span.startNs < (endNs ?? Infinity),
    );
  const since = (timeNs: number | null) =>
    timeNs === null ? [] : spans.filter(({ startNs }) => startNs >= timeNs);
  return {
    schema: 1,
    scenario: plan.scenario,
    protocol: plan.protocol,
    level: plan.level,
    seed: plan.seed,
    nodes: plan.nodes,
    outcome: "valid",
    expectation: plan.expectation,
    asExpected: true,
    reasons: [
      {
        outcome: "valid",
        code: "consistent",
        text: "the history of the clients is strict serializable",
      },
    ],
    partial: evidence.partial,
    counts: countsOf(spans),
    windows: {
      outsideFaults: countsOf(spans.filter((span) => !strikes(span))),
      duringFaults: countsOf(spans.filter(strikes)),
      afterHeal: countsOf(since(phases.healedNs)),
      finalReads: countsOf(since(phases.workloadEndNs)),
    },
    check: {
      model: "list-append",
      consistency: "strict-serializable",
      valid: true,
      anomalyTypes: [],
      not: [],
      alsoNot: [],
      anomalies: [],
    },
    latency: latencySummary(latenciesNsOf(spans)),
    assertions: [],
    invariants: evidence.invariants,
    faults: evidence.faults,
    bus: { ...bus, loadPercent: durationNs === 0 ? 0 : (100 * bus.busyNs) / durationNs },
    messages: evidence.messages,
    nodeStatistics: evidence.nodes,
    teardown: evidence.teardown,
    durationNs,
    ...changes,
  };
}

function countsOf(spans: readonly Span[]): OutcomeCounts {
  const count = (type: Span["type"]) => spans.filter((span) => span.type === type).length;
  return {
    issued: spans.length,
    ok: count("ok"),
    fail: count("fail"),
    info: count("info") + count("open"),
  };
}

/** A run beyond the fault bound in which the checkers fired, as they had to. */
export function detectedResult(evidence: RunEvidence): RunResult {
  return aResult(evidence, {
    scenario: "bft-over-threshold",
    outcome: "invalid",
    expectation: {
      class: "must-detect",
      why: "2 Byzantine nodes are over the bound (n = 5, f = 1, q = 4)",
    },
    reasons: [
      {
        outcome: "invalid",
        code: "inconsistent",
        text: "the history of the clients is not strict serializable: incompatible-order, G1c",
      },
      {
        outcome: "invalid",
        code: "invariant",
        text: "agreement is violated: nodes 0 and 3 decided differently in slot 12",
      },
    ],
    check: {
      model: "list-append",
      consistency: "strict-serializable",
      valid: false,
      anomalyTypes: ["G1c", "incompatible-order"],
      not: ["read-uncommitted"],
      alsoNot: ["serializable", "strict-serializable"],
      anomalies: [
        {
          type: "incompatible-order",
          text:
            "Key 3 was read as [1 2 4] by operation 41 and as [1 4] by operation 57: " +
            "neither is a prefix of the other.",
        },
        {
          type: "G1c",
          text:
            "Operation 41 read what operation 38 appended to key 3, and operation 38 read " +
            "what operation 41 appended to key 5: each saw the other.",
        },
      ],
    },
    invariants: [
      ...evidence.invariants.slice(1),
      {
        name: "agreement",
        checked: 430,
        violations: ["nodes 0 and 3 decided differently in slot 12: value 38 <> value 41"],
      },
    ],
  });
}
