/** That a frame comes again and again, evenly. */

import { type Check, type Finding, milliseconds, type Place, times } from "./assertion.ts";

export class PeriodCheck implements Check {
  readonly #leastNs: number;
  readonly #greatestNs: number;
  #count = 0;
  #lastNs: number | null = null;
  #hasHole = false;
  #hadHole = false;
  #minNs = Number.POSITIVE_INFINITY;
  #maxNs = 0;
  #first: Place | null = null;
  #violations = 0;
  /** Periods that may have been shorter, had no frames been lost. */
  #uncertain = 0;

  constructor(periodNs: number, toleranceNs: number) {
    this.#leastNs = periodNs - toleranceNs;
    this.#greatestNs = periodNs + toleranceNs;
  }

  match(place: Place): void {
    const { timeNs } = place;
    if (timeNs === null) return;
    this.#count++;
    if (this.#lastNs !== null) this.#take(timeNs - this.#lastNs, place);
    this.#lastNs = timeNs;
    this.#hasHole = false;
  }

  hole(): void {
    this.#hasHole = true;
    this.#hadHole = true;
  }

  finish(endNs: number): Finding {
    const lastNs = this.#lastNs ?? 0;
    const silentNs = endNs - lastNs;
    if (silentNs > this.#greatestNs) {
      if (this.#hasHole) this.#uncertain++;
      else this.#blame({ timeNs: lastNs, at: 0 });
    }
    const violations = this.#violations;
    const { text } = this;
    if (violations > 0) return { outcome: "invalid", text, first: this.#first, violations };
    const isUnknown = this.#uncertain > 0 || this.#hadHole || this.#count < 2;
    const why = this.#hadHole ? "frames are missing" : "too few to tell a period";
    const outcome = isUnknown ? "unknown" : "valid";
    return { outcome, text: isUnknown ? `${text}: ${why}` : text, first: null, violations };
  }

  private get text(): string {
    const wanted = `expected ${milliseconds(this.#leastNs)} to ${milliseconds(this.#greatestNs)}`;
    if (this.#count < 2) return `seen ${times(this.#count)}, periods ${wanted}`;
    const found = `${milliseconds(this.#minNs)} to ${milliseconds(this.#maxNs)}`;
    const wrong = this.#violations === 0 ? "" : `; ${times(this.#violations)} not so`;
    return `seen ${times(this.#count)}, periods of ${found}, ${wanted}${wrong}`;
  }

  #take(periodNs: number, place: Place): void {
    // Frames that were lost can only make a period longer than it was.
    if (this.#hasHole && periodNs >= this.#leastNs) {
      if (periodNs > this.#greatestNs) this.#uncertain++;
      return;
    }
    this.#minNs = Math.min(this.#minNs, periodNs);
    this.#maxNs = Math.max(this.#maxNs, periodNs);
    if (periodNs < this.#leastNs || periodNs > this.#greatestNs) this.#blame(place);
  }

  #blame(place: Place): void {
    this.#violations++;
    this.#first ??= place;
  }
}
