/**
 * A channel whose frames each have a sender and a token, and are told when they were sent: by the
 * kernel's echo, and no sooner than the bus could have carried them, since a virtual interface has
 * no bit rate. What the interface has no room for waits.
 */

import { type BitRates, frameDurationNs } from "../../core/can/bit-count.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import { RawChannel } from "./raw-channel.ts";

interface Outgoing {
  readonly station: number;
  readonly token: number;
  readonly frame: CanFrame;
}

const WAITING_MAX = 256;
const RETRY_MS = 1;
/** Timers are no finer. */
const EARLY_NS = NS_PER_MS;

export class PacedChannel {
  onSent: (station: number, token: number) => void = () => undefined;
  /** Each frame of others. */
  onHeard: (frame: CanFrame) => void = () => undefined;
  readonly #options: { readonly rates: BitRates; readonly clock: Clock };
  readonly #channel: RawChannel;
  readonly #sent: Outgoing[] = [];
  #waiting: Outgoing[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** When a bus would have carried all that was sent. */
  #freeNs = 0;

  /** Throws `capability.socketcan` without the addon, `bench.trouble` for a bad interface. */
  constructor(name: string, options: { readonly rates: BitRates; readonly clock: Clock }) {
    this.#options = options;
    this.#channel = new RawChannel({
      name,
      errorMask: 0,
      receivesOwn: true,
      onFrame: ({ frame, isOwn }) => {
        if (isOwn) this.#echo();
        else this.onHeard(frame);
      },
      onTrouble: () => {
        this.#sent.length = 0;
      },
    });
  }

  /** False when there is no room for it. */
  send(station: number, frame: CanFrame, token: number): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    this.#waiting.push({ station, token, frame });
    if (this.#timer === null) this.#flush();
    return true;
  }

  /** Forgets what waits; how many frames that were. */
  clear(): number {
    const count = this.#waiting.length;
    this.#waiting = [];
    return count;
  }

  close(): void {
    this.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#channel.close();
  }

  #flush(): void {
    this.#timer = null;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#channel.send([next.frame]).sent === 0) break;
      this.#waiting.shift();
      this.#sent.push(next);
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flush(), RETRY_MS);
  }

  #echo(): void {
    const sent = this.#sent.shift();
    if (sent === undefined) return;
    const { rates, clock } = this.#options;
    const { station, token, frame } = sent;
    const nowNs = clock.nowNs();
    this.#freeNs = Math.max(nowNs, this.#freeNs + frameDurationNs(frame, rates));
    const aheadNs = this.#freeNs - nowNs;
    if (aheadNs < EARLY_NS) this.onSent(station, token);
    else setTimeout(() => this.onSent(station, token), aheadNs / NS_PER_MS);
  }
}
