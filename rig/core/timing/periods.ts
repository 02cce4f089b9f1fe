/** The periods of one identifier: how far its frames are apart, and how evenly. */

export interface PeriodFigures {
  readonly minNs: number;
  readonly meanNs: number;
  readonly maxNs: number;
  /** Standard deviation of the periods: 0 for a sender that keeps time perfectly. */
  readonly jitterNs: number;
}

export class Periods {
  #lastNs: number | null = null;
  #count = 0;
  #meanNs = 0;
  /** Sum of squared differences from the mean, by Welford's method. */
  #squares = 0;
  #minNs = Number.POSITIVE_INFINITY;
  #maxNs = 0;

  /** The period that this stamp ends; null for the first one, and where stamps go back. */
  add(timeNs: number): number | null {
    const lastNs = this.#lastNs;
    this.#lastNs = timeNs;
    if (lastNs === null || timeNs < lastNs) return null;
    const periodNs = timeNs - lastNs;
    this.#count++;
    const difference = periodNs - this.#meanNs;
    this.#meanNs += difference / this.#count;
    this.#squares += difference * (periodNs - this.#meanNs);
    this.#minNs = Math.min(this.#minNs, periodNs);
    this.#maxNs = Math.max(this.#maxNs, periodNs);
    return periodNs;
  }

  /** Null where there is no period: fewer than two stamps. */
  get figures(): PeriodFigures | null {
    if (this.#count === 0) return null;
    const jitterNs = Math.sqrt(Math.max(0, this.#squares) / this.#count);
    const whole = { meanNs: Math.round(this.#meanNs), jitterNs: Math.round(jitterNs) };
    return { minNs: this.#minNs, maxNs: this.#maxNs, ...whole };
  }
}
