/** Judges the claims that a plan makes beside its history: latencies, alone or compared. */

import { latenciesNsOf, spansOf } from "../metrics/spans.ts";
import type { Assertion, BusCounter, LatencyFigureLimit } from "../plan/plan.ts";
import { mainOperations, type RunEvidence } from "../run/evidence.ts";
import { NS_PER_MS, NS_PER_US } from "../time/time.ts";
import { judgeConvictions, judgeFalseCommits } from "./byzantine-claims.ts";
import type { AssertionResult, LatencySummary } from "./run-result.ts";

export function judgeAssertions(
  evidence: RunEvidence,
  latency: LatencySummary,
): readonly AssertionResult[] {
  return evidence.plan.assertions.map((assertion) => {
    switch (assertion.name) {
      case "acknowledged-within":
        return judgeLimit(evidence, assertion);
      case "median-over-baseline":
        return judgeMedian(evidence, latency, assertion);
      case "counted":
        return judgeCount(evidence, assertion);
      case "traitors-convicted":
        return judgeConvictions(evidence);
      case "false-commits-refused":
        return judgeFalseCommits(evidence);
      default:
        return judgeFigure(latency, assertion);
    }
  });
}

export const COUNTER_WORDS: Readonly<Record<BusCounter, string>> = {
  errorFrames: "error frames",
  duplicates: "frames received twice",
  busOffs: "times bus-off",
};

/** Too few: the run did not show what it was made for, which says nothing about the protocol. */
function judgeCount(
  { bus }: RunEvidence,
  { name, counter, atLeast }: Extract<Assertion, { name: "counted" }>,
): AssertionResult {
  const text = `at least ${atLeast} ${COUNTER_WORDS[counter]}: it is ${bus[counter]}`;
  return { name, text, holds: bus[counter] >= atLeast, unmet: "unknown" };
}

const FIGURES = {
  "mean-within": { figure: "meanUs", words: "mean latency" },
  "p50-within": { figure: "p50Us", words: "median latency" },
  "p95-within": { figure: "p95Us", words: "95th percentile of latency" },
  "p99-within": { figure: "p99Us", words: "99th percentile of latency" },
} as const satisfies Record<LatencyFigureLimit, unknown>;

function judgeFigure(
  latency: LatencySummary,
  { name, limitNs }: Extract<Assertion, { name: LatencyFigureLimit }>,
): AssertionResult {
  const { figure, words } = FIGURES[name];
  const us = latency[figure];
  const limit = `${words} within ${limitNs / NS_PER_MS} ms`;
  if (us === null) {
    return { name, text: `${limit}: nothing was acknowledged`, holds: false, unmet: "unknown" };
  }
  const ns = us * NS_PER_US;
  const text = `${limit}: it is ${millisecondsOf(ns)} ms`;
  return { name, text, holds: ns <= limitNs, unmet: "invalid" };
}

function judgeLimit(
  evidence: RunEvidence,
  { name, limitNs }: Extract<Assertion, { name: "acknowledged-within" }>,
): AssertionResult {
  const latencies = latenciesNsOf(spansOf(mainOperations(evidence)));
  const slowestNs = latencies.reduce((most, each) => Math.max(most, each), 0);
  const limit = `every acknowledgement within ${limitNs / NS_PER_MS} ms`;
  if (latencies.length === 0) {
    return { name, text: `${limit}: nothing was acknowledged`, holds: false, unmet: "unknown" };
  }
  const text = `${limit}: the slowest took ${millisecondsOf(slowestNs)} ms`;
  return { name, text, holds: slowestNs <= limitNs, unmet: "invalid" };
}

function judgeMedian(
  { baselines }: RunEvidence,
  { p50Us }: LatencySummary,
  { name, times, scenario }: Extract<Assertion, { name: "median-over-baseline" }>,
): AssertionResult {
  const baselineUs = baselines[scenario];
  const claim = `median latency at least ${times} times that of ${scenario}`;
  if (baselineUs === undefined || p50Us === null || baselineUs === 0) {
    return { name, text: `${claim}: not measured`, holds: false, unmet: "unknown" };
  }
  const ratio = Math.round((p50Us / baselineUs) * 10) / 10;
  const text = `${claim}: it is ${ratio} times`;
  return { name, text, holds: p50Us >= times * baselineUs, unmet: "unknown" };
}

function millisecondsOf(ns: number): number {
  return Math.round(ns / NS_PER_US) / 1000;
}
