/**
 * Latency figures of acknowledged operations, in microseconds. Percentiles are by nearest rank:
 * the smallest latency that at least so many per cent of the operations did not exceed, hence
 * always one that was really measured. The mean is rounded to a nanosecond.
 */

import { NS_PER_US } from "../time/time.ts";
import type { LatencySummary } from "../verdict/run-result.ts";

export function latencySummary(latenciesNs: ArrayLike<number>): LatencySummary {
  const sorted = Float64Array.from(latenciesNs).sort();
  const count = sorted.length;
  let sum = 0;
  for (const latency of sorted) sum += latency;
  return {
    count,
    minUs: microseconds(sorted[0]),
    meanUs: count === 0 ? null : microseconds(Math.round(sum / count)),
    p50Us: microseconds(nearestRank(sorted, 50)),
    p95Us: microseconds(nearestRank(sorted, 95)),
    p99Us: microseconds(nearestRank(sorted, 99)),
    maxUs: microseconds(sorted[count - 1]),
  };
}

/** The value of that rank; `undefined` when there are none. `percent` is 1 to 100. */
function nearestRank(sorted: Float64Array, percent: number): number | undefined {
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1];
}

function microseconds(ns: number | undefined): number | null {
  return ns === undefined ? null : ns / NS_PER_US;
}
