/**
 * Acknowledged operations per second, over windows of equal length. The length is a round one
 * (1, 2 or 5 times a power of ten, from 1 ms) and follows from the length of the run alone, so
 * that a run has at most `WINDOWS_MAX` samples and the same run always the same ones.
 */

import { NS_PER_MS, NS_PER_S, NS_PER_US } from "../time/time.ts";
import type { Span } from "./spans.ts";

const WINDOWS_MAX = 100;

export interface ThroughputSample {
  /** Start of the window. */
  readonly time_us: number;
  /** Acknowledged in the window, per second of a whole window, also of the last one. */
  readonly ops_sec: number;
}

export function throughputWindowNs(durationNs: number): number {
  for (let decade = NS_PER_MS; ; decade *= 10) {
    for (const step of [1, 2, 5]) {
      if (durationNs < decade * step * WINDOWS_MAX) return decade * step;
    }
  }
}

export function throughputOf(
  spans: readonly Span[],
  durationNs: number,
): readonly ThroughputSample[] {
  const ends: number[] = [];
  for (const { type, endNs } of spans) {
    if (type === "ok" && endNs !== null) ends.push(endNs);
  }
  if (ends.length === 0) return [];
  const windowNs = throughputWindowNs(durationNs);
  const counts = new Array<number>(Math.floor(durationNs / windowNs) + 1).fill(0);
  for (const endNs of ends) {
    const at = Math.min(Math.floor(endNs / windowNs), counts.length - 1);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count, at) => ({
    time_us: (at * windowNs) / NS_PER_US,
    ops_sec: Math.round((count * NS_PER_S * 1_000) / windowNs) / 1_000,
  }));
}
