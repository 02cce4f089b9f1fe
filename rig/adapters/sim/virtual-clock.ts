/**
 * The clock of a simulated world: time moves only while somebody sleeps and everybody who was
 * woken has had a turn, to the next event of the world or the first sleeper's time. At one time
 * sleepers come before the world. The same sleeps give the same run, whatever the machine does.
 *
 * Does not model: lateness. Who sleeps until a time wakes exactly then; computing takes no time.
 */

import type { Clock } from "../../ports/clock.ts";
import type { Cluster } from "../../simulation/cluster.ts";

/** Events of the world in one turn of the event loop: signals get a chance in between. */
const EVENTS_PER_TURN = 1_000;

interface Sleeper {
  readonly timeNs: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  readonly #cluster: Pick<Cluster, "nowNs" | "nextNs" | "advance" | "setTime">;
  /** In order of time. */
  readonly #sleepers: Sleeper[] = [];
  #isTurning = false;
  #hasWoken = false;

  constructor(cluster: Pick<Cluster, "nowNs" | "nextNs" | "advance" | "setTime">) {
    this.#cluster = cluster;
  }

  nowNs(): number {
    return this.#cluster.nowNs;
  }

  sleepUntil(timeNs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        this.#hasWoken = true;
        resolve();
      };
      const sleeper = { timeNs, wake };
      const later = this.#sleepers.findIndex((each) => each.timeNs > timeNs);
      this.#sleepers.splice(later < 0 ? this.#sleepers.length : later, 0, sleeper);
      signal.addEventListener("abort", wake);
      this.#turnSoon();
    });
  }

  #turnSoon(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    // Promises that are settled already run their continuations before this.
    setImmediate(() => {
      this.#isTurning = false;
      if (this.#turn()) this.#turnSoon();
    });
  }

  /** Moves time until somebody wakes; false when nothing will happen by itself any more. */
  #turn(): boolean {
    this.#hasWoken = false;
    for (let events = 0; events < EVENTS_PER_TURN; events++) {
      const [first] = this.#sleepers;
      if (first === undefined) return false;
      const nextNs = this.#cluster.nextNs();
      if (nextNs < first.timeNs) this.#cluster.advance();
      else if (first.timeNs < Number.POSITIVE_INFINITY) {
        if (first.timeNs > this.nowNs()) this.#cluster.setTime(first.timeNs);
        first.wake();
      } else return false;
      if (this.#hasWoken) break;
    }
    return true;
  }
}
