/**
 * How late frames were sent, as a histogram that takes any number of them: 32 classes for each
 * doubling, so that percentiles are right to three per cent; the maximum is exact.
 */

/** Where one class ends, in nanoseconds, and how many fell into it. */
export interface LatenessClass {
  readonly belowNs: number;
  readonly count: number;
}

export interface LatenessSummary {
  readonly count: number;
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly maxNs: number | null;
  /** Coarse classes for people: 10 us, 20 us, 50 us and so on; empty ones are left out. */
  readonly classes: readonly LatenessClass[];
}

const PARTS = 32;
const DOUBLINGS = 48;
const LIMITS_NS: readonly number[] = [4, 5, 6, 7, 8, 9, 10].flatMap((power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
);

export class Lateness {
  readonly #counts = new Float64Array(PARTS * DOUBLINGS);
  readonly #coarse = new Float64Array(LIMITS_NS.length + 1);
  #count = 0;
  #maxNs = 0;

  /** Early ones count as on time. */
  add(latenessNs: number): void {
    const ns = Math.max(0, latenessNs);
    this.#counts[classOf(ns)] = (this.#counts[classOf(ns)] as number) + 1;
    const limit = LIMITS_NS.findIndex((each) => ns < each);
    const coarse = limit < 0 ? LIMITS_NS.length : limit;
    this.#coarse[coarse] = (this.#coarse[coarse] as number) + 1;
    this.#count++;
    if (ns > this.#maxNs) this.#maxNs = ns;
  }

  get summary(): LatenessSummary {
    const isEmpty = this.#count === 0;
    return {
      count: this.#count,
      p50Ns: isEmpty ? null : this.#percentile(50),
      p99Ns: isEmpty ? null : this.#percentile(99),
      maxNs: isEmpty ? null : this.#maxNs,
      classes: [...this.#coarse]
        .map((count, index) => ({ belowNs: LIMITS_NS[index] ?? this.#maxNs + 1, count }))
        .filter(({ count }) => count > 0),
    };
  }

  /** The upper end of the class in which the nearest rank lies. */
  #percentile(percent: number): number {
    const rank = Math.ceil((percent * this.#count) / 100);
    let seen = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      seen += this.#counts[index] as number;
      if (seen >= rank) return Math.min(this.#maxNs, upperEnd(index));
    }
    return this.#maxNs;
  }
}

/** Up to 32 ns one class for each, then 32 for each doubling. */
function classOf(ns: number): number {
  let value = Math.floor(ns);
  let doublings = 0;
  while (value >= 2 * PARTS) {
    value = Math.floor(value / 2);
    doublings++;
  }
  return Math.min(doublings * PARTS + value, PARTS * DOUBLINGS - 1);
}

function upperEnd(index: number): number {
  if (index < 2 * PARTS) return index;
  const doublings = Math.floor(index / PARTS) - 1;
  return (index - doublings * PARTS + 1) * 2 ** doublings - 1;
}
