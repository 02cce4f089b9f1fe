/**
 * The host's timers, in order of time and, at one time, in the order in which they were set. There
 * are some for each operation under way and no more, so a sorted list does: new timers are late
 * ones and go in near the front, the next one is taken from the end.
 */

export class TimerList<T> {
  /** Falling. */
  readonly #times: number[] = [];
  readonly #timers: T[] = [];

  /** Time of the first timer; infinity when there is none. */
  nextNs(): number {
    return this.#times.at(-1) ?? Number.POSITIVE_INFINITY;
  }

  push(atNs: number, timer: T): void {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) > atNs) low = middle + 1;
      else high = middle;
    }
    this.#times.splice(low, 0, atNs);
    this.#timers.splice(low, 0, timer);
  }

  /** Takes the first timer; there must be one. */
  pop(): T {
    this.#times.pop();
    return this.#timers.pop() as T;
  }
}
