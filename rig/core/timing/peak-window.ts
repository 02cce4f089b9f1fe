/**
 * The busiest stretch of a given length, wherever it begins. The time that a window is busy is
 * greatest where it ends with a frame or begins with one, so only those windows are looked at.
 * Frames come in the order of their beginnings.
 */

interface Busy {
  readonly startNs: number;
  readonly endNs: number;
}

export interface Peak {
  readonly fromNs: number;
  readonly busyNs: number;
}

export class PeakWindow {
  readonly #windowNs: number;
  /** Those that a window may still cut, oldest first; `#from` of them are done with. */
  #frames: Busy[] = [];
  #from = 0;
  #sumNs = 0;
  #peak: Peak = { fromNs: 0, busyNs: 0 };

  constructor(windowNs: number) {
    this.#windowNs = windowNs;
  }

  add(startNs: number, endNs: number): void {
    this.#closeUntil(startNs);
    this.#frames.push({ startNs, endNs });
    this.#sumNs += endNs - startNs;
    // Behind its own end, what lies before it is cut off.
    const fromNs = endNs - this.#windowNs;
    let sumNs = this.#sumNs;
    for (let at = this.#from; at < this.#frames.length; at++) {
      const frame = this.#frames[at] as Busy;
      if (frame.startNs >= fromNs) break;
      sumNs -= Math.min(frame.endNs, fromNs) - frame.startNs;
    }
    this.#offer(fromNs, sumNs);
  }

  get peak(): Peak {
    this.#closeUntil(Number.POSITIVE_INFINITY);
    return this.#peak;
  }

  /** The windows that begin with a frame and end before `nextNs` are complete. */
  #closeUntil(nextNs: number): void {
    for (; this.#from < this.#frames.length; this.#from++) {
      const { startNs, endNs } = this.#frames[this.#from] as Busy;
      const untilNs = startNs + this.#windowNs;
      if (untilNs > nextNs) break;
      let sumNs = this.#sumNs;
      for (let at = this.#frames.length - 1; at >= this.#from; at--) {
        const last = this.#frames[at] as Busy;
        if (last.endNs <= untilNs) break;
        sumNs -= last.endNs - Math.max(last.startNs, untilNs);
      }
      this.#offer(startNs, sumNs);
      this.#sumNs -= endNs - startNs;
    }
    if (this.#from > 1024 && this.#from * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#from);
      this.#from = 0;
    }
  }

  #offer(fromNs: number, busyNs: number): void {
    if (busyNs > this.#peak.busyNs) this.#peak = { fromNs, busyNs };
  }
}
