/** The clock of runs in real time: the machine's monotonic clock, from zero when it is made. */

import { NS_PER_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";

/** Timers of Node take no more than 31 bits of milliseconds. */
const SLEEP_MAX_MS = 0x7fff_ffff;

export class MachineClock implements Clock {
  readonly #startNs = process.hrtime.bigint();

  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#startNs);
  }

  sleepUntil(timeNs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const wait = () => {
        const leftMs = (timeNs - this.nowNs()) / NS_PER_MS;
        // Timers may fire a little early: then there is still something left.
        if (leftMs <= 0 || signal.aborted) end();
        else timer = setTimeout(wait, Math.min(Math.ceil(leftMs), SLEEP_MAX_MS));
      };
      signal.addEventListener("abort", end);
      wait();
    });
  }
}
