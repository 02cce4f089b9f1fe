/**
 * The clock of one simulated node: local time as a straight line over the time of the run, bent
 * when it runs wrong and broken when it jumps. It shows the time of the run until a fault comes.
 */

export class NodeClock {
  #runNs = 0;
  #localNs = 0;
  #rate = 1;

  /** Local time at a time of the run, in whole nanoseconds. */
  localNs(runNs: number): number {
    return this.#localNs + Math.round((runNs - this.#runNs) * this.#rate);
  }

  /** When the clock will show that time; `nowNs` when it has been there already. */
  runNs(localNs: number, nowNs: number): number {
    const runNs = this.#runNs + Math.round((localNs - this.#localNs) / this.#rate);
    return Math.max(nowNs, runNs);
  }

  /** From now on it gains so many nanoseconds in a nanosecond; 1 is right. */
  setRate(rate: number, nowNs: number): void {
    this.#localNs = this.localNs(nowNs);
    this.#runNs = nowNs;
    this.#rate = rate;
  }

  jump(byNs: number): void {
    this.#localNs += byNs;
  }
}
