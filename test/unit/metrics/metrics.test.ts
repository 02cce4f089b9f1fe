import { describe, expect, it } from "vitest";
import { metricsOf } from "../../../rig/core/metrics/metrics.ts";
import { metricsCsv, metricsJson } from "../../../rig/core/metrics/metrics-text.ts";
import { throughputOf, throughputWindowNs } from "../../../rig/core/metrics/throughput.ts";
import { anEvidence, aPlan, operationsOf, partitionEvidence } from "../../support/evidence.ts";

const small = anEvidence({
  operations: operationsOf([
    ["invoke", 0, 0],
    ["invoke", 1, 0],
    ["invoke", 2, 0],
    ["invoke", 3, 0],
    ["ok", 0, 4],
    ["fail", 1, 5],
    ["info", 2, 9],
  ]),
  phases: { workloadEndNs: 9e6, healedNs: 9e6, endNs: 20e6 },
  messages: { Vote: 12, Propose: 3, Commit: 2 },
});

describe("metrics", () => {
  it("have the names that scripts read", () => {
    const metrics = metricsOf(small);
    expect(Object.keys(metrics)).toEqual([
      "scenario",
      "latencies_us",
      "throughput_samples",
      "message_counts",
      "summary",
    ]);
    expect(Object.keys(metrics.summary)).toEqual([
      "min_latency_us",
      "max_latency_us",
      "avg_latency_us",
      "p50_latency_us",
      "p95_latency_us",
      "p99_latency_us",
      "total_ops",
      "avg_throughput_ops_sec",
      "ok_ops",
      "fail_ops",
      "info_ops",
    ]);
  });

  it("count ok, fail and info apart, with open operations among info", () => {
    const { summary, latencies_us } = metricsOf(small);
    expect(summary).toMatchObject({ total_ops: 4, ok_ops: 1, fail_ops: 1, info_ops: 2 });
    expect(latencies_us).toEqual([4_000]);
    expect(summary.avg_throughput_ops_sec).toBe(50);
  });

  it("are null where nothing was measured", () => {
    const { summary, throughput_samples } = metricsOf(anEvidence());
    expect(throughput_samples).toEqual([]);
    expect(summary).toEqual({
      min_latency_us: null,
      max_latency_us: null,
      avg_latency_us: null,
      p50_latency_us: null,
      p95_latency_us: null,
      p99_latency_us: null,
      total_ops: 0,
      avg_throughput_ops_sec: null,
      ok_ops: 0,
      fail_ops: 0,
      info_ops: 0,
    });
  });

  it("list messages by name, in whatever order they were counted", () => {
    const swapped = { ...small, messages: { Commit: 2, Vote: 12, Propose: 3 } };
    expect(metricsJson(metricsOf(swapped))).toBe(metricsJson(metricsOf(small)));
    expect(Object.keys(metricsOf(small).message_counts)).toEqual(["Commit", "Propose", "Vote"]);
  });

  it("come as JSON that ends in a newline and reads back as it was", () => {
    const metrics = metricsOf(partitionEvidence());
    const text = metricsJson(metrics);
    expect(text.endsWith("}\n")).toBe(true);
    expect(JSON.parse(text)).toEqual(metrics);
  });

  it("come as CSV with a row for each figure and an empty cell for null", () => {
    const plan = aPlan({ scenario: 'odd, "quoted"' });
    const csv = metricsCsv(metricsOf(anEvidence({ plan, messages: { Vote: 2 } })));
    expect(csv.split("\n")).toEqual([
      "metric,value",
      'scenario,"odd, ""quoted"""',
      "min_latency_us,",
      "max_latency_us,",
      "avg_latency_us,",
      "p50_latency_us,",
      "p95_latency_us,",
      "p99_latency_us,",
      "total_ops,0",
      "avg_throughput_ops_sec,",
      "ok_ops,0",
      "fail_ops,0",
      "info_ops,0",
      "message_counts.Vote,2",
      "",
    ]);
  });
});

describe("throughput samples", () => {
  it("have round windows that follow from the length of the run alone", () => {
    const seconds = 1e9;
    expect(throughputWindowNs(0)).toBe(1e6);
    expect(throughputWindowNs(0.15 * seconds)).toBe(2e6);
    expect(throughputWindowNs(1.7 * seconds)).toBe(20e6);
    expect(throughputWindowNs(3_600 * seconds)).toBe(50 * seconds);
  });

  it("add up to the acknowledged operations, the one at the very end included", () => {
    const { operations, phases } = partitionEvidence();
    for (const endNs of [phases.endNs ?? 0, operations.at(-1)?.time ?? 0]) {
      const metrics = metricsOf({ ...partitionEvidence(), phases: { ...phases, endNs } });
      const window = throughputWindowNs(endNs) / 1e9;
      const total = metrics.throughput_samples.reduce((sum, { ops_sec }) => sum + ops_sec, 0);
      expect(Math.round(total * window)).toBe(metrics.summary.ok_ops);
    }
  });

  it("are at most a hundred", () => {
    for (const durationNs of [1, 99e6, 100e6, 101e6, 12_345e6, 999e9]) {
      const span = { process: 0, invokeIndex: 0, completionIndex: 1, startNs: 0, value: [] };
      const samples = throughputOf([{ ...span, endNs: durationNs, type: "ok" }], durationNs);
      expect(samples.length).toBeLessThanOrEqual(100);
      expect(samples.filter(({ ops_sec }) => ops_sec > 0)).toHaveLength(1);
    }
  });
});
