/**
 * Values over time, kept in a fixed number of buckets: the first, last, least and greatest of each.
 * When time outgrows the buckets, each two become one, so that a trace of any length takes the same
 * memory and no peak is lost.
 */

const BUCKETS = 2048;
const FIRST_WIDTH_NS = 1000;
/** Values that are told apart, for signals that have few. */
const DISTINCT_MAX = 24;

export interface PlotPoint {
  readonly timeNs: number;
  readonly value: number;
}

export class PlotSeries {
  count = 0;
  /** Values that are no numbers. */
  left = 0;
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;
  readonly #first = new Float64Array(BUCKETS);
  readonly #last = new Float64Array(BUCKETS);
  readonly #least = new Float64Array(BUCKETS);
  readonly #greatest = new Float64Array(BUCKETS);
  readonly #firstNs = new Float64Array(BUCKETS);
  readonly #lastNs = new Float64Array(BUCKETS);
  readonly #counts = new Float64Array(BUCKETS);
  readonly #columns = [
    this.#first,
    this.#last,
    this.#least,
    this.#greatest,
    this.#firstNs,
    this.#lastNs,
    this.#counts,
  ];
  readonly #distinct = new Set<number>();
  #startNs = 0;
  #widthNs = FIRST_WIDTH_NS;
  #used = 0;

  /** Times may go backwards. */
  add(timeNs: number, value: number): void {
    if (!Number.isFinite(value)) {
      this.left++;
      return;
    }
    if (this.count === 0) this.#startNs = timeNs;
    if (timeNs < this.#startNs) this.#makeRoomBefore(timeNs);
    let at = Math.floor((timeNs - this.#startNs) / this.#widthNs);
    while (at >= BUCKETS) {
      this.#halve();
      at = Math.floor((timeNs - this.#startNs) / this.#widthNs);
    }
    this.count++;
    this.least = Math.min(this.least, value);
    this.greatest = Math.max(this.greatest, value);
    if (this.#distinct.size <= DISTINCT_MAX) this.#distinct.add(value);
    this.#used = Math.max(this.#used, at + 1);
    this.#put(at, timeNs, value);
  }

  /** All values that came, from the least; null when they are many. */
  get distinct(): readonly number[] | null {
    if (this.#distinct.size > DISTINCT_MAX) return null;
    return [...this.#distinct].sort((a, b) => a - b);
  }

  /** In the order of time: the first of a bucket, its extremes, and its last. */
  points(): PlotPoint[] {
    const points: PlotPoint[] = [];
    for (let at = 0; at < this.#used; at++) {
      const count = numberAt(this.#counts, at);
      if (count === 0) continue;
      const [firstNs, lastNs] = [numberAt(this.#firstNs, at), numberAt(this.#lastNs, at)];
      const value = numberAt(this.#first, at);
      points.push({ timeNs: firstNs, value });
      if (count === 1) continue;
      if (count > 2) {
        const timeNs = (firstNs + lastNs) / 2;
        const extremes = [numberAt(this.#least, at), numberAt(this.#greatest, at)];
        for (const extreme of extremes) points.push({ timeNs, value: extreme });
      }
      points.push({ timeNs: lastNs, value: numberAt(this.#last, at) });
    }
    return points;
  }

  #put(at: number, timeNs: number, value: number): void {
    const isNew = this.#counts[at] === 0;
    this.#counts[at] = numberAt(this.#counts, at) + 1;
    if (isNew || timeNs < numberAt(this.#firstNs, at)) {
      this.#firstNs[at] = timeNs;
      this.#first[at] = value;
    }
    if (isNew || timeNs >= numberAt(this.#lastNs, at)) {
      this.#lastNs[at] = timeNs;
      this.#last[at] = value;
    }
    this.#least[at] = isNew ? value : Math.min(numberAt(this.#least, at), value);
    this.#greatest[at] = isNew ? value : Math.max(numberAt(this.#greatest, at), value);
  }

  /** Each two buckets become one. */
  #halve(): void {
    for (let to = 0; to < BUCKETS; to++) this.#merge(to, 2 * to, 2 * to + 1);
    this.#widthNs *= 2;
    this.#used = Math.ceil(this.#used / 2);
  }

  #merge(to: number, a: number, b: number): void {
    const [countA, countB] = [this.#counts[a] ?? 0, this.#counts[b] ?? 0];
    const [from, until] = countA === 0 ? [b, b] : countB === 0 ? [a, a] : [a, b];
    this.#counts[to] = countA + countB;
    if (countA + countB === 0) return;
    const least = Math.min(numberAt(this.#least, from), numberAt(this.#least, until));
    const greatest = Math.max(numberAt(this.#greatest, from), numberAt(this.#greatest, until));
    this.#first[to] = numberAt(this.#first, from);
    this.#firstNs[to] = numberAt(this.#firstNs, from);
    this.#last[to] = numberAt(this.#last, until);
    this.#lastNs[to] = numberAt(this.#lastNs, until);
    this.#least[to] = least;
    this.#greatest[to] = greatest;
  }

  /** Moves all buckets, so that the first one begins before that time. */
  #makeRoomBefore(timeNs: number): void {
    let by = Math.ceil((this.#startNs - timeNs) / this.#widthNs);
    while (by + this.#used > BUCKETS) {
      this.#halve();
      by = Math.ceil((this.#startNs - timeNs) / this.#widthNs);
    }
    for (const values of this.#columns) values.copyWithin(by, 0, this.#used);
    this.#counts.fill(0, 0, by);
    this.#startNs -= by * this.#widthNs;
    this.#used += by;
  }
}

function numberAt(values: Float64Array, at: number): number {
  return values[at] as number;
}
