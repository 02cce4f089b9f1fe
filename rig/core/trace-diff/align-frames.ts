/**
 * Which frame of one trace is which frame of the other, for one identifier: the fewest left over
 * (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, section 4.1). Where two
 * sequences have little in common, a pairing by position says more, and takes no time.
 */

export interface Alignment {
  /** Places of the pairs in A and in B, rising: a pair is equal, or stands in the same gap. */
  readonly pairs: readonly FramePair[];
  /** Places of frames that only A has, and that only B has. */
  readonly missing: readonly number[];
  readonly extra: readonly number[];
  /** Whether the pairs beyond the common beginning and end are by position alone. */
  readonly isByPosition: boolean;
}

export interface FramePair {
  readonly a: number;
  readonly b: number;
  readonly isEqual: boolean;
}

export type AreEqual = (a: number, b: number) => boolean;

/** So many frames are inserted and left out before the search gives up. */
const DISTANCE_MAX = 400;

/** Aligns the places 0 to `countA` with those to `countB`. */
export function alignFrames(countA: number, countB: number, areEqual: AreEqual): Alignment {
  const shorter = Math.min(countA, countB);
  let head = 0;
  while (head < shorter && areEqual(head, head)) head++;
  let tail = 0;
  while (tail < shorter - head && areEqual(countA - 1 - tail, countB - 1 - tail)) tail++;
  const [middleA, middleB] = [countA - head - tail, countB - head - tail];
  const script =
    middleA === 0 || middleB === 0
      ? []
      : commonPlaces(middleA, middleB, (a, b) => areEqual(a + head, b + head));
  const result = new Pairing();
  for (let at = 0; at < head; at++) result.equal(at, at);
  for (const [a, b] of script ?? []) result.equal(a + head, b + head);
  if (script === null) result.byPosition(countA - tail, countB - tail, areEqual);
  for (let at = tail; at > 0; at--) result.equal(countA - at, countB - at);
  result.gapUntil(countA, countB);
  return result;
}

/** Pairs from the beginning; what lies between two equal ones is paired as far as it goes. */
class Pairing implements Alignment {
  readonly pairs: FramePair[] = [];
  readonly missing: number[] = [];
  readonly extra: number[] = [];
  isByPosition = false;
  #a = 0;
  #b = 0;

  equal(a: number, b: number): void {
    this.gapUntil(a, b);
    this.pairs.push({ a, b, isEqual: true });
    this.#a = a + 1;
    this.#b = b + 1;
  }

  gapUntil(a: number, b: number): void {
    while (this.#a < a && this.#b < b) this.pairs.push(this.#next(false));
    while (this.#a < a) this.missing.push(this.#a++);
    while (this.#b < b) this.extra.push(this.#b++);
  }

  byPosition(a: number, b: number, areEqual: AreEqual): void {
    this.isByPosition = true;
    while (this.#a < a && this.#b < b) this.pairs.push(this.#next(areEqual(this.#a, this.#b)));
  }

  #next(isEqual: boolean): FramePair {
    return { a: this.#a++, b: this.#b++, isEqual };
  }
}

/**
 * The equal places of a longest common subsequence, in order; null when it would leave out more
 * than `DISTANCE_MAX`. `reached[k]` is how far A is read on diagonal k = a - b.
 */
function commonPlaces(
  countA: number,
  countB: number,
  areEqual: AreEqual,
): (readonly [number, number])[] | null {
  const offset = DISTANCE_MAX + 1;
  const reached = new Int32Array(2 * offset + 1);
  const rounds: Int32Array[] = [];
  for (let distance = 0; distance <= DISTANCE_MAX; distance++) {
    rounds.push(reached.slice(offset - distance - 1, offset + distance + 2));
    for (let k = -distance; k <= distance; k += 2) {
      let a = startOn(k, distance, reached, offset);
      let b = a - k;
      while (a < countA && b < countB && areEqual(a, b)) {
        a++;
        b++;
      }
      reached[offset + k] = a;
      if (a >= countA && b >= countB) return traceBack(rounds, countA, countB);
    }
  }
  return null;
}

/** Where a path of so many steps enters diagonal k, before equal places are passed. */
function startOn(k: number, distance: number, reached: Int32Array, offset: number): number {
  if (distance === 0) return 0;
  const [below, above] = [reached[offset + k - 1] as number, reached[offset + k + 1] as number];
  return k === -distance || (k !== distance && below < above) ? above : below + 1;
}

function traceBack(
  rounds: readonly Int32Array[],
  countA: number,
  countB: number,
): (readonly [number, number])[] {
  const places: (readonly [number, number])[] = [];
  let [a, b] = [countA, countB];
  for (let distance = rounds.length - 1; distance >= 0; distance--) {
    // The furthest points as they were before this round, around the diagonals it could use.
    const before = rounds[distance] as Int32Array;
    const k = a - b;
    const start = startOn(k, distance, before, distance + 1);
    const isDown =
      k === -distance ||
      (k !== distance && (before[distance + k] as number) < (before[distance + k + 2] as number));
    while (a > start) places.push([--a, --b]);
    if (distance === 0) break;
    if (isDown) b--;
    else a--;
  }
  return places.reverse();
}
