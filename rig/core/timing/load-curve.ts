/**
 * Busy time over time in equal steps. Steps begin with a millisecond and are joined in pairs when
 * there are too many, so that a trace of any length fits.
 */

const STEPS_MAX = 2048;
const FIRST_STEP_NS = 1_000_000;

export class LoadCurve {
  stepNs = FIRST_STEP_NS;
  #busyNs = new Float64Array(STEPS_MAX);
  #steps = 0;

  /** Times from 0 on, in any order. */
  add(startNs: number, endNs: number): void {
    while (endNs > STEPS_MAX * this.stepNs) this.#join();
    for (let fromNs = Math.max(0, startNs); fromNs < endNs; ) {
      const step = Math.floor(fromNs / this.stepNs);
      const untilNs = Math.min(endNs, (step + 1) * this.stepNs);
      this.#busyNs[step] = (this.#busyNs[step] as number) + untilNs - fromNs;
      this.#steps = Math.max(this.#steps, step + 1);
      fromNs = untilNs;
    }
  }

  /** Busy nanoseconds of each step, up to the last one with a frame. */
  get busyNs(): readonly number[] {
    return [...this.#busyNs.subarray(0, this.#steps)];
  }

  #join(): void {
    const joined = new Float64Array(STEPS_MAX);
    for (let at = 0; at < this.#steps; at++) {
      const into = at >>> 1;
      joined[into] = (joined[into] as number) + (this.#busyNs[at] as number);
    }
    this.#busyNs = joined;
    this.#steps = Math.ceil(this.#steps / 2);
    this.stepNs *= 2;
  }
}
