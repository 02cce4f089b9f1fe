/**
 * Frames sent at their times where our own addon can't be built: by the npm package, one by one
 * from the event loop, which makes them later the busier the program is. Why a frame was not taken
 * the package does not say, so that it is tried again unless the interface is down or gone.
 */

import { linkTrouble } from "./interface-info.ts";
import type { PackageChannel } from "./package-channel.ts";
import type { DueFrame, FramePlayer, PlayerTrouble } from "./player.ts";

const CAPACITY = 1 << 14;
/** Timers of Node are this coarse; the rest is waited for awake. */
const AWAKE_MS = 1.2;
const RETRY_MS = 1;

export class PackagePlayer implements FramePlayer {
  readonly #channels: readonly PackageChannel[];
  readonly #names: readonly string[];
  #trouble: PlayerTrouble | null = null;
  readonly #waiting: DueFrame[] = [];
  #done: { readonly dueNs: bigint; readonly sentNs: bigint }[] = [];
  #next = 0;
  #waits = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** The interfaces of the channels, in their order. */
  constructor(channels: readonly PackageChannel[], names: readonly string[]) {
    this.#channels = channels;
    this.#names = names;
  }

  get trouble(): PlayerTrouble | null {
    return this.#trouble;
  }

  get room(): number {
    return CAPACITY - this.pending;
  }

  get pending(): number {
    return this.#waiting.length - this.#next + this.#done.length;
  }

  get waits(): number {
    return this.#waits;
  }

  give(due: DueFrame): void {
    this.#waiting.push(due);
  }

  flush(): void {
    if (this.#timer === null && !this.#isClosed) this.#work();
  }

  sent(onSent: (dueNs: bigint, sentNs: bigint) => void): void {
    for (const { dueNs, sentNs } of this.#done) onSent(dueNs, sentNs);
    this.#done = [];
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #work(): void {
    this.#timer = null;
    for (;;) {
      const first = this.#waiting[this.#next];
      if (first === undefined) break;
      const leftMs = Number(first.dueNs - process.hrtime.bigint()) / 1e6;
      if (leftMs > AWAKE_MS) {
        this.#again(leftMs - AWAKE_MS);
        return;
      }
      while (process.hrtime.bigint() < first.dueNs);
      if (this.#channels[first.channel]?.send(first.frame) !== true) {
        this.#waits++;
        const code = linkTrouble(this.#names[first.channel] ?? "");
        if (code === null) this.#again(RETRY_MS);
        else this.#trouble = { code, channel: first.channel };
        return;
      }
      this.#done.push({ dueNs: first.dueNs, sentNs: process.hrtime.bigint() });
      this.#next++;
    }
    this.#waiting.length = 0;
    this.#next = 0;
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => this.#work(), Math.max(1, Math.floor(ms)));
  }
}
