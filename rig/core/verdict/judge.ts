/**
 * Judges a run from its evidence: history, invariants, faults and floors together. "Valid" is left
 * only where the history was consistent, every fault took effect and enough was acknowledged.
 */

import { latencySummary } from "../metrics/latency.ts";
import { recordedNs } from "../metrics/metrics.ts";
import { latenciesNsOf, type Span, spansOf } from "../metrics/spans.ts";
import { mainOperations, type RunEvidence } from "../run/evidence.ts";
import { judgeAssertions } from "./assertions.ts";
import { busHealthReasons } from "./bus-health.ts";
import { checkHistory, checkReasons, countsOf, reason } from "./judge-history.ts";
import { nodesHistoryReasons, summaryOf } from "./judge-nodes.ts";
import { mergeOutcomes, type Reason } from "./outcome.ts";
import type { AssertionResult, RunResult } from "./run-result.ts";

export function judgeRun(evidence: RunEvidence): RunResult {
  const { plan } = evidence;
  const operations = mainOperations(evidence);
  const spans = spansOf(operations);
  const windows = windowsOf(evidence, spans);
  // Only of the host's transactions it is known which of the applied ones they are.
  const isOfNodes = operations !== evidence.operations;
  const applied = isOfNodes ? null : evidence.applied;
  const check = checkHistory(operations, plan.workload, applied);
  const nodesHistory = summaryOf(evidence, check);
  const latency = latencySummary(latenciesNsOf(spans));
  const assertions = judgeAssertions(evidence, latency);
  const durationNs = recordedNs(evidence);
  const { bench, failure } = evidence;
  const reasons = neverBegan(evidence) ?? [
    ...failureReasons(evidence),
    ...checkReasons(check, spans, { hasGaps: isOfNodes && (nodesHistory?.lost ?? 0) > 0 }),
    ...nodesHistoryReasons(evidence, nodesHistory),
    ...invariantReasons(evidence),
    ...recordReasons(evidence),
    ...busHealthReasons(evidence),
    ...faultReasons(evidence),
    ...floorReasons(evidence, windows),
    ...assertionReasons(assertions),
  ];
  const outcome = mergeOutcomes(reasons);
  return {
    schema: 1,
    scenario: plan.scenario,
    protocol: plan.protocol,
    level: plan.level,
    seed: plan.seed,
    nodes: plan.nodes,
    outcome,
    expectation: plan.expectation,
    asExpected: outcome === (plan.expectation.class === "must-detect" ? "invalid" : "valid"),
    reasons,
    partial: evidence.partial,
    counts: countsOf(spans),
    windows,
    check,
    ...(nodesHistory === undefined ? {} : { nodesHistory }),
    latency,
    assertions,
    invariants: evidence.invariants,
    faults: evidence.faults,
    bus: { ...evidence.bus, loadPercent: percentOf(evidence.bus.busyNs, durationNs) },
    messages: evidence.messages,
    nodeStatistics: evidence.nodes,
    teardown: evidence.teardown,
    ...(bench === undefined ? {} : { bench }),
    ...(failure === undefined ? {} : { failure }),
    durationNs,
  };
}

/** A bench that did not get ready says nothing about what was to be tested on it. */
function neverBegan({ bench, failure }: RunEvidence): Reason[] | null {
  if (bench === undefined || bench.phases.some(({ phase }) => phase === "scenario")) return null;
  const code = failure === undefined ? "not-begun" : `failed-${failure.class}`;
  return [reason("not-run", code, failure?.text ?? "it was interrupted before it began")];
}

function failureReasons({ failure }: RunEvidence): Reason[] {
  if (failure === undefined) return [];
  return [
    reason("unknown", `failed-${failure.class}`, `it failed (${failure.class}): ${failure.text}`),
  ];
}

function invariantReasons({ invariants }: RunEvidence): Reason[] {
  return invariants
    .filter(({ violations }) => violations.length > 0)
    .map(({ name, violations }) =>
      reason("invalid", `invariant-${name}`, `${name} is violated: ${violations[0]}`),
    );
}

function recordReasons({ partial, bus, teardown, nodes }: RunEvidence): Reason[] {
  const reasons: Reason[] = [];
  for (const { node, lost = 0 } of nodes) {
    if (lost === 0) continue;
    const text = `node ${node} had no room for ${lost} records of its history`;
    reasons.push(reason("unknown", "records-lost", text));
  }
  if (partial !== null) {
    reasons.push(reason("unknown", "partial", `the record is not whole: ${partial}`));
  }
  if (bus.dropped > 0) {
    const text = `${bus.dropped} frames were dropped for want of room`;
    reasons.push(reason("unknown", "dropped-frames", text));
  }
  for (const { step, ok, detail } of teardown) {
    if (ok) continue;
    const text = `teardown step "${step}" failed${detail === undefined ? "" : `: ${detail}`}`;
    reasons.push(reason("unknown", "teardown-failed", text));
  }
  return reasons;
}

function faultReasons({ faults }: RunEvidence): Reason[] {
  return faults
    .filter(({ effects }) => effects === 0)
    .map(({ id, startNs }) => {
      const what = startNs === null ? "never came into force" : "never took effect";
      return reason("unknown", "idle-fault", `fault ${id} ${what}`);
    });
}

function floorReasons(evidence: RunEvidence, windows: RunResult["windows"]): Reason[] {
  const { floors, expectation } = evidence.plan;
  const { outsideFaults, duringFaults, afterHeal, finalReads } = windows;
  const reasons: Reason[] = [];
  const shares = [
    { counts: outsideFaults, percent: floors.outsideFaultsPercent, where: "outside the faults" },
    { counts: duringFaults, percent: floors.duringFaultsPercent, where: "during the faults" },
  ];
  for (const { counts, percent, where } of shares) {
    if (counts.ok * 100 >= counts.issued * percent) continue;
    const text =
      `${counts.ok} of ${counts.issued} operations issued ${where} were acknowledged: ` +
      `expected ${percent} % (${expectation.class})`;
    reasons.push(reason("unknown", "too-few-acknowledged", text));
  }
  if (afterHeal.ok < floors.afterHeal) {
    const text =
      `${afterHeal.ok} operations were acknowledged after heal: ` +
      `expected at least ${floors.afterHeal}`;
    reasons.push(reason("unknown", "too-few-acknowledged", text));
  }
  if (expectation.isForGood) return reasons;
  if (finalReads.issued === 0 || finalReads.ok < finalReads.issued) {
    const text = `${finalReads.ok} of ${finalReads.issued} final reads were acknowledged`;
    reasons.push(reason("unknown", "final-reads-missing", text));
  }
  return reasons;
}

function assertionReasons(assertions: readonly AssertionResult[]): Reason[] {
  return assertions
    .filter(({ holds }) => !holds)
    .map(({ name, text, unmet }) => reason(unmet, `assertion-${name}`, text));
}

function windowsOf(evidence: RunEvidence, spans: readonly Span[]): RunResult["windows"] {
  const intervals = evidence.faults.flatMap(({ startNs, endNs }) =>
    startNs === null ? [] : [{ startNs, endNs: endNs ?? Number.POSITIVE_INFINITY }],
  );
  const isDuring = ({ startNs: at }: Span) =>
    intervals.some(({ startNs, endNs }) => at >= startNs && at < endNs);
  const lastHealNs = Math.max(0, ...intervals.map(({ endNs }) => endNs));
  const healedNs = evidence.phases.healedNs ?? Number.POSITIVE_INFINITY;
  return {
    outsideFaults: countsOf(spans.filter((span) => !isDuring(span))),
    duringFaults: countsOf(spans.filter(isDuring)),
    afterHeal: countsOf(spans.filter(({ startNs }) => startNs >= lastHealNs)),
    finalReads: countsOf(spans.filter(({ startNs }) => startNs >= healedNs)),
  };
}

/** In hundredths of a per cent, so that the figure has a short text. */
function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 10_000) / whole) / 100;
}
