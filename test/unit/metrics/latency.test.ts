import { describe, expect, it } from "vitest";
import { latencySummary } from "../../../rig/core/metrics/latency.ts";

describe("the latency summary", () => {
  it("is null in every figure when nothing was acknowledged", () => {
    expect(latencySummary([])).toEqual({
      count: 0,
      minUs: null,
      meanUs: null,
      p50Us: null,
      p95Us: null,
      p99Us: null,
      maxUs: null,
    });
  });

  it("takes percentiles by nearest rank, always a latency that was measured", () => {
    const latencies = Array.from({ length: 100 }, (_, at) => (100 - at) * 1_000);
    const summary = latencySummary(latencies);
    expect(summary).toMatchObject({ p50Us: 50, p95Us: 95, p99Us: 99, minUs: 1, maxUs: 100 });
    expect(latencySummary([1_000, 2_000, 3_000, 10_000])).toMatchObject({ p50Us: 2, p95Us: 10 });
  });

  it("says the one latency there is in every figure", () => {
    const one = { count: 1, minUs: 1.5, meanUs: 1.5, p50Us: 1.5, p95Us: 1.5, p99Us: 1.5 };
    expect(latencySummary(Float64Array.of(1_500))).toEqual({ ...one, maxUs: 1.5 });
  });

  it("rounds the mean to a nanosecond", () => {
    expect(latencySummary([1, 1, 2]).meanUs).toBe(0.001);
    expect(latencySummary([1_000, 1_001]).meanUs).toBe(1.001);
  });

  it("sorts by size, not by spelling, and leaves its input as it is", () => {
    const latencies = [10_000, 9_000, 100_000];
    expect(latencySummary(latencies)).toMatchObject({ minUs: 9, p50Us: 10, maxUs: 100 });
    expect(latencies).toEqual([10_000, 9_000, 100_000]);
  });
});
