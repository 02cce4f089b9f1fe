/**
 * One raw CAN socket by our own addon: a thread receives into a ring, so that a busy program loses
 * nothing, and everything that the kernel says of a frame is kept.
 */

import type { CanFrame } from "../../core/can/frame.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type CanRawAddon, type ChannelHandle, loadAddon } from "./addon.ts";
import { codeOf } from "./errno.ts";
import { RECORD_BYTES, type ReceivedFrame, readRecord, writeRecord } from "./records.ts";

/** All classes of linux/can/error.h. */
export const ALL_ERRORS = 0x1fff_ffff;

export interface ChannelOptions {
  readonly name: string;
  /** Identifier and mask, one after the other; everything when absent, nothing when empty. */
  readonly filters?: readonly number[];
  /** Classes of error frames to hear. */
  readonly errorMask?: number;
  /** Whether the channel hears what it sends itself. */
  readonly receivesOwn?: boolean;
  /** Called for each frame, in order. */
  readonly onFrame?: (received: ReceivedFrame) => void;
  /** The interface went down, or is gone: `ENETDOWN` or `ENODEV`, as the kernel names them. */
  readonly onTrouble?: (code: string) => void;
}

/** Some hundred milliseconds of the densest bus, and what the kernel keeps before that. */
const RING_RECORDS = 1 << 16;
const BUFFER_BYTES = 8 << 20;
const SEND_BATCH = 256;

export interface SendResult {
  readonly sent: number;
  /** Such as `ENOBUFS`; null when all were sent. */
  readonly code: string | null;
}

export class RawChannel {
  /** For other functions of the addon. */
  readonly handle: ChannelHandle;
  readonly #addon: CanRawAddon;
  readonly #options: ChannelOptions;
  readonly #view: DataView;
  readonly #capacity: number;
  readonly #state = new Float64Array(4);
  readonly #records = new Uint8Array(SEND_BATCH * RECORD_BYTES);
  readonly #result = new Int32Array(2);
  #tail = 0;
  #lost = 0;
  #isClosed = false;

  /** Throws `capability.socketcan` without the addon, `bench.trouble` for a bad interface. */
  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#addon = loadAddon();
    const { name, filters = [0, 0], errorMask = ALL_ERRORS, receivesOwn = false } = options;
    const ring = options.onFrame === undefined ? 1 : RING_RECORDS;
    try {
      const opened = this.#addon.open(
        name,
        Uint32Array.of(BUFFER_BYTES, errorMask, ring, receivesOwn ? 1 : 0),
        Uint32Array.from(options.onFrame === undefined ? [] : filters),
        () => this.#drain(),
      );
      this.handle = opened.handle;
      this.#view = new DataView(opened.ring);
      this.#capacity = ring;
    } catch (error) {
      const code = codeOf((error as { errno?: number }).errno ?? 0);
      throw new RigError("bench.trouble", `interface ${name} can't be opened: ${code}`, {
        cause: error,
      });
    }
  }

  /** Frames that were lost: by the socket for want of room, and in the ring. */
  get lost(): number {
    this.#addon.state(this.handle, this.#state);
    return this.#lost + (this.#state[2] as number);
  }

  /** Never waits: frames beyond what the interface's queue takes are not sent. */
  send(frames: readonly CanFrame[], rawDlcs: readonly (number | null)[] = []): SendResult {
    let sent = 0;
    while (sent < frames.length && !this.#isClosed) {
      const count = Math.min(SEND_BATCH, frames.length - sent);
      for (let index = 0; index < count; index++) {
        const frame = frames[sent + index] as CanFrame;
        writeRecord(this.#records, index * RECORD_BYTES, frame, rawDlcs[sent + index] ?? null);
      }
      this.#addon.send(this.handle, this.#records, count, this.#result);
      sent += this.#result[0] as number;
      const errno = this.#result[1] as number;
      if (errno !== 0) return { sent, code: codeOf(errno) };
    }
    return { sent, code: this.#isClosed ? "EBADF" : null };
  }

  /** Idempotent; nobody is called afterwards. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#addon.close(this.handle);
  }

  #drain(): void {
    if (this.#isClosed) return;
    this.#addon.state(this.handle, this.#state);
    const head = this.#state[0] as number;
    const errno = this.#state[3] as number;
    const { onFrame, onTrouble } = this.#options;
    while (this.#tail < head && !this.#isClosed) {
      const received = readRecord(this.#view, (this.#tail % this.#capacity) * RECORD_BYTES);
      this.#tail++;
      this.#lost = received.lost;
      onFrame?.(received);
    }
    this.#addon.taken(this.handle, this.#tail);
    if (errno !== 0) onTrouble?.(codeOf(errno));
  }
}
