/** That a frame comes in time: after the start, or after each frame of another kind. */

import { type Check, type Finding, milliseconds, type Place, times } from "./assertion.ts";

export class WithinCheck implements Check {
  readonly #limitNs: number;
  /** When the time that runs began; null when none does. */
  #begin: Place | null;
  #hasHole = false;
  #inTime = 0;
  #slowestNs = 0;
  #first: Place | null = null;
  #violations = 0;
  #uncertain = 0;

  constructor(limitNs: number, hasTrigger: boolean) {
    this.#limitNs = limitNs;
    this.#begin = hasTrigger ? null : { timeNs: 0, at: 0 };
  }

  trigger(place: Place): void {
    if (this.#begin !== null || place.timeNs === null) return;
    this.#begin = place;
    this.#hasHole = false;
  }

  match({ timeNs }: Place): void {
    const begin = this.#begin;
    if (begin === null || timeNs === null) return;
    const tookNs = timeNs - (begin.timeNs ?? 0);
    if (tookNs <= this.#limitNs) {
      this.#inTime++;
      this.#slowestNs = Math.max(this.#slowestNs, tookNs);
    } else this.#late(begin);
    this.#begin = null;
  }

  hole(): void {
    this.#hasHole = true;
  }

  finish(endNs: number): Finding {
    const begin = this.#begin;
    const isOver = begin !== null && endNs - (begin.timeNs ?? 0) > this.#limitNs;
    if (begin !== null && isOver) this.#late(begin);
    const violations = this.#violations;
    const limit = milliseconds(this.#limitNs);
    const counted = `${times(this.#inTime)} within ${limit}, ${times(violations)} not`;
    const slowest = this.#inTime > 0 ? `, slowest ${milliseconds(this.#slowestNs)}` : "";
    const text = `${counted}${slowest}`;
    if (violations > 0) return { outcome: "invalid", text, first: this.#first, violations };
    const why =
      this.#uncertain > 0
        ? "frames are missing"
        : this.#inTime > 0
          ? null
          : begin === null
            ? "nothing set the time running"
            : `the end comes before ${limit} are over`;
    if (why === null) return { outcome: "valid", text, first: null, violations };
    return { outcome: "unknown", text: `${text}: ${why}`, first: null, violations };
  }

  #late(begin: Place): void {
    if (this.#hasHole) {
      this.#uncertain++;
      return;
    }
    this.#violations++;
    this.#first ??= begin;
  }
}
