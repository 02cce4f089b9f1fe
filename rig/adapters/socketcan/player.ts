/**
 * Frames sent at their times by the addon's own thread, on several interfaces in one order. The
 * caller says what is due when; what was sent comes back with the moment at which it was.
 */

import type { CanFrame } from "../../core/can/frame.ts";
import { type CanRawAddon, loadAddon, type PlayerHandle } from "./addon.ts";
import { codeOf } from "./errno.ts";
import type { RawChannel } from "./raw-channel.ts";
import { RECORD_BYTES, writeRecord } from "./records.ts";

export interface DueFrame {
  /** By the clock of `process.hrtime`. */
  readonly dueNs: bigint;
  /** Index of the channel among those that the player was opened with. */
  readonly channel: number;
  readonly frame: CanFrame;
  readonly rawDlc: number | null;
}

export interface PlayerTrouble {
  /** As the kernel names it. */
  readonly code: string;
  readonly channel: number;
}

/** What plays frames at their times, whatever it is made of. */
export interface FramePlayer {
  /** How many more frames it takes now. */
  readonly room: number;
  /** Frames that were given and are not yet told by `sent`. */
  readonly pending: number;
  /** Times that a queue had no room for a frame that was due. */
  readonly waits: number;
  /** What ended it, if something did; known from the last call of `sent`. */
  readonly trouble: PlayerTrouble | null;
  /** Puts a frame behind those before it; only while there is room. `flush` makes it count. */
  give(due: DueFrame): void;
  flush(): void;
  /** Calls back for each frame that was sent since the last call, in order. */
  sent(onSent: (dueNs: bigint, sentNs: bigint) => void): void;
  /** Stops at once; what was not sent stays unsent. Idempotent. */
  close(): void;
}

const CAPACITY = 1 << 14;
const CHANNEL_AT = 20;
const SENT_AT = 88;

export class Player implements FramePlayer {
  readonly #addon: CanRawAddon;
  readonly #handle: PlayerHandle;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #state = new Float64Array(4);
  #given = 0;
  #taken = 0;
  #isClosed = false;

  /** The channels stay the caller's, and have to be open for as long as the player is. */
  constructor(channels: readonly RawChannel[]) {
    this.#addon = loadAddon();
    const opened = this.#addon.openPlayer(
      channels.map(({ handle }) => handle),
      CAPACITY,
    );
    this.#handle = opened.handle;
    this.#bytes = new Uint8Array(opened.ring);
    this.#view = new DataView(opened.ring);
  }

  get room(): number {
    return CAPACITY - (this.#given - this.#taken);
  }

  get pending(): number {
    return this.#given - this.#taken;
  }

  get waits(): number {
    return this.#state[1] as number;
  }

  get trouble(): PlayerTrouble | null {
    const errno = this.#state[2] as number;
    return errno === 0 ? null : { code: codeOf(errno), channel: this.#state[3] as number };
  }

  give({ dueNs, channel, frame, rawDlc }: DueFrame): void {
    const at = (this.#given++ % CAPACITY) * RECORD_BYTES;
    writeRecord(this.#bytes, at, frame, rawDlc);
    this.#view.setBigInt64(at, dueNs, true);
    this.#view.setUint32(at + CHANNEL_AT, channel, true);
  }

  flush(): void {
    if (!this.#isClosed) this.#addon.given(this.#handle, this.#given);
  }

  sent(onSent: (dueNs: bigint, sentNs: bigint) => void): void {
    this.#addon.played(this.#handle, this.#state);
    for (const tail = this.#state[0] as number; this.#taken < tail; this.#taken++) {
      const at = (this.#taken % CAPACITY) * RECORD_BYTES;
      onSent(this.#view.getBigInt64(at, true), this.#view.getBigInt64(at + SENT_AT, true));
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#addon.closePlayer(this.#handle);
  }
}
