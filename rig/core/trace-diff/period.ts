/** How regularly the frames of one identifier come. */

import type { FrameColumns } from "./frame-columns.ts";

export interface Period {
  /** Median of the gaps between one frame and the next. */
  readonly medianNs: number;
  /** So far from the median are 95 of 100 gaps at most. */
  readonly jitterNs: number;
  readonly leastNs: number;
  readonly greatestNs: number;
}

/** Null without stamps, and for less than three frames: one gap is no period. */
export function periodOf(frames: FrameColumns): Period | null {
  const gaps = new Float64Array(Math.max(0, frames.count - 1));
  for (let at = 0; at < gaps.length; at++) gaps[at] = frames.timeNs(at + 1) - frames.timeNs(at);
  if (gaps.length < 2 || gaps.some(Number.isNaN)) return null;
  gaps.sort();
  const medianNs = quantile(gaps, 50);
  const away = gaps.map((gap) => Math.abs(gap - medianNs)).sort();
  const [leastNs, greatestNs] = [gaps[0] as number, gaps.at(-1) as number];
  return { medianNs, jitterNs: quantile(away, 95), leastNs, greatestNs };
}

/** The smallest value that so many of 100 don't exceed; `sorted` has at least one. */
export function quantile(sorted: Float64Array, percent: number): number {
  const rank = Math.ceil((percent * sorted.length) / 100);
  return sorted[Math.max(0, rank - 1)] as number;
}
