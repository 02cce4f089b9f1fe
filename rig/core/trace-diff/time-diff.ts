/**
 * How the stamps of the same frames differ between two traces: by a constant, since recordings
 * begin when they begin, by a factor where one was played faster, and by what is left.
 */

import { quantile } from "./period.ts";

export interface TimeDiff {
  /** Pairs of equal frames that both have a stamp. */
  readonly pairs: number;
  /** Median of B's time minus A's, each since the first frame of its trace. */
  readonly shiftNs: number;
  /** What of 50, 95, 99 and 100 in a hundred pairs the distance from that does not exceed. */
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly p99Ns: number;
  readonly greatestNs: number;
  /** The time from the first pair to the last, in B over A; null where A has none. */
  readonly stretch: number | null;
  /** Pairs that come after one, in B, that they come before in A. */
  readonly reordered: number;
}

export class TimePairs {
  #a: number[] = [];
  #b: number[] = [];
  #orders: (readonly [number, number])[] = [];

  add(aNs: number, bNs: number, orders: readonly [a: number, b: number]): void {
    this.#orders.push(orders);
    if (Number.isNaN(aNs) || Number.isNaN(bNs)) return;
    this.#a.push(aNs);
    this.#b.push(bNs);
  }

  /** Null without a pair of stamps. */
  get diff(): TimeDiff | null {
    const pairs = this.#a.length;
    if (pairs === 0) return null;
    const shifts = Float64Array.from(this.#a, (aNs, at) => (this.#b[at] as number) - aNs).sort();
    const shiftNs = quantile(shifts, 50);
    const away = shifts.map((shift) => Math.abs(shift - shiftNs)).sort();
    const [p50Ns, p95Ns] = [quantile(away, 50), quantile(away, 95)];
    const [p99Ns, greatestNs] = [quantile(away, 99), quantile(away, 100)];
    const spanA = spanOf(this.#a);
    const stretch = spanA === 0 ? null : spanOf(this.#b) / spanA;
    const { reordered } = this;
    return { pairs, shiftNs, p50Ns, p95Ns, p99Ns, greatestNs, stretch, reordered };
  }

  /** Pairs that are overtaken, in B, by one that A has later. */
  get reordered(): number {
    this.#orders.sort(([a], [b]) => a - b);
    let latest = -1;
    let count = 0;
    for (const [, b] of this.#orders) {
      if (b < latest) count++;
      else latest = b;
    }
    return count;
  }
}

function spanOf(times: readonly number[]): number {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    least = Math.min(least, time);
    greatest = Math.max(greatest, time);
  }
  return greatest - least;
}
