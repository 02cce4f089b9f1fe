/** How often a frame is seen: so many times, or never. */

import { type Check, type Finding, type Place, times } from "./assertion.ts";

export class CountCheck implements Check {
  readonly #min: number;
  readonly #max: number;
  #count = 0;
  #hasHole = false;
  /** The first frame that is one too many. */
  #excess: Place | null = null;

  constructor(min: number, max: number) {
    this.#min = min;
    this.#max = max;
  }

  match(place: Place): void {
    this.#count++;
    if (this.#count > this.#max) this.#excess ??= place;
  }

  hole(): void {
    this.#hasHole = true;
  }

  finish(): Finding {
    const violations = Math.max(0, this.#count - this.#max, this.#min - this.#count);
    const text = `seen ${times(this.#count)}, expected ${this.#wanted}`;
    if (this.#count > this.#max)
      return { outcome: "invalid", text, first: this.#excess, violations };
    const isCertain =
      !this.#hasHole || (this.#max === Number.POSITIVE_INFINITY && violations === 0);
    if (!isCertain) {
      const unknown = `${text}, but frames are missing`;
      return { outcome: "unknown", text: unknown, first: null, violations };
    }
    return { outcome: violations === 0 ? "valid" : "invalid", text, first: null, violations };
  }

  get #wanted(): string {
    if (this.#max === 0) return "never";
    if (this.#max === Number.POSITIVE_INFINITY) return `${this.#min} or more`;
    return this.#min === this.#max ? String(this.#min) : `${this.#min} to ${this.#max}`;
  }
}
