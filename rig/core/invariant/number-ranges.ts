/**
 * A set of whole numbers that mostly follow each other, as the requests of a client do: it keeps
 * ranges, so that a million requests in order take no more room than two.
 */

export class NumberRanges {
  /** First and last of each range, lowest first; ranges neither meet nor touch. */
  readonly #ends: number[] = [];

  has(number: number): boolean {
    const at = this.#rangeFrom(number);
    return at >= 0 && number <= (this.#ends[at + 1] as number);
  }

  /** False where the number was in it already. */
  add(number: number): boolean {
    const ends = this.#ends;
    const at = this.#rangeFrom(number);
    if (at >= 0 && number <= (ends[at + 1] as number)) return false;
    const joinsBefore = at >= 0 && ends[at + 1] === number - 1;
    const after = at + 2;
    const joinsAfter = ends[after] === number + 1;
    if (joinsBefore && joinsAfter) ends.splice(at + 1, 2);
    else if (joinsBefore) ends[at + 1] = number;
    else if (joinsAfter) ends[after] = number;
    else ends.splice(after, 0, number, number);
    return true;
  }

  addAll(other: NumberRanges): void {
    const ends = other.#ends;
    if (this.#ends.length === 0) {
      // As of a node that has just started: however many there are, a few ranges are copied.
      this.#ends.push(...ends);
      return;
    }
    for (let at = 0; at < ends.length; at += 2) {
      for (let number = ends[at] as number; number <= (ends[at + 1] as number); number++) {
        this.add(number);
      }
    }
  }

  /** Place of the last range that begins at the number or before; -2 for none. */
  #rangeFrom(number: number): number {
    const ends = this.#ends;
    let [low, high] = [0, ends.length >> 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[2 * middle] as number) <= number) low = middle + 1;
      else high = middle;
    }
    return 2 * (low - 1);
  }
}
