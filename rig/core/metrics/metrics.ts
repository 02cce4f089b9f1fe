/**
 * The measurements of a run under the names that scripts read (`metrics.json`, `metrics.csv`):
 * latencies of acknowledged operations, throughput, protocol messages by name, and a summary in
 * which operations are counted apart by how they ended. A figure that nothing was measured for
 * is null.
 */

import { mainOperations, type RunEvidence } from "../run/evidence.ts";
import { NS_PER_S, NS_PER_US } from "../time/time.ts";
import { latencySummary } from "./latency.ts";
import { latenciesNsOf, type Span, type SpanType, spansOf } from "./spans.ts";
import { type ThroughputSample, throughputOf } from "./throughput.ts";

export interface MetricsSummary {
  readonly min_latency_us: number | null;
  readonly max_latency_us: number | null;
  readonly avg_latency_us: number | null;
  readonly p50_latency_us: number | null;
  readonly p95_latency_us: number | null;
  readonly p99_latency_us: number | null;
  /** Operations issued, whatever became of them. */
  readonly total_ops: number;
  /** Acknowledged operations over the length of the run. */
  readonly avg_throughput_ops_sec: number | null;
  readonly ok_ops: number;
  readonly fail_ops: number;
  /** Outcome unknown, operations that a partial record leaves open among them. */
  readonly info_ops: number;
}

export interface Metrics {
  readonly scenario: string;
  /** Of acknowledged operations, in the order of invocation. */
  readonly latencies_us: readonly number[];
  readonly throughput_samples: readonly ThroughputSample[];
  /** Sent, by name of the message; names in alphabetical order. */
  readonly message_counts: Readonly<Record<string, number>>;
  readonly summary: MetricsSummary;
}

export function metricsOf(evidence: RunEvidence): Metrics {
  const spans = spansOf(mainOperations(evidence));
  const latenciesNs = latenciesNsOf(spans);
  const latency = latencySummary(latenciesNs);
  const durationNs = recordedNs(evidence);
  const ok = countOf(spans, "ok");
  return {
    scenario: evidence.plan.scenario,
    latencies_us: latenciesNs.map((ns) => ns / NS_PER_US),
    throughput_samples: throughputOf(spans, durationNs),
    message_counts: sortedCounts(evidence.messages),
    summary: {
      min_latency_us: latency.minUs,
      max_latency_us: latency.maxUs,
      avg_latency_us: latency.meanUs,
      p50_latency_us: latency.p50Us,
      p95_latency_us: latency.p95Us,
      p99_latency_us: latency.p99Us,
      total_ops: spans.length,
      avg_throughput_ops_sec: ok === 0 ? null : perSecond(ok, durationNs),
      ok_ops: ok,
      fail_ops: countOf(spans, "fail"),
      info_ops: countOf(spans, "info") + countOf(spans, "open"),
    },
  };
}

/** Length of the record: to the end of the run, or to the last that is known of it. */
export function recordedNs(evidence: RunEvidence): number {
  return evidence.phases.endNs ?? mainOperations(evidence).at(-1)?.time ?? 0;
}

/** The same counts with the names in alphabetical order, whatever order they were counted in. */
export function sortedCounts(
  counts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const byName = (a: readonly [string, number], b: readonly [string, number]) =>
    a[0] < b[0] ? -1 : 1;
  return Object.fromEntries(Object.entries(counts).sort(byName));
}

function countOf(spans: readonly Span[], type: SpanType): number {
  let count = 0;
  for (const span of spans) if (span.type === type) count++;
  return count;
}

function perSecond(count: number, durationNs: number): number | null {
  if (durationNs <= 0) return null;
  return Math.round((count * NS_PER_S * 1_000) / durationNs) / 1_000;
}
