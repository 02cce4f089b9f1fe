/**
 * Frames with their times, packed: a trace of millions of them is held whole, so that nothing has
 * to be read or parsed while it is replayed.
 */

import type { CanFrame } from "../can/frame.ts";

const EXTENDED = 0x8000_0000;
const REMOTE = 0x4000_0000;
const ERROR = 0x2000_0000;
const ID_MASK = 0x1fff_ffff;
/** Lower seven bits: the length. */
const SHAPE = { fd: 1 << 7, brs: 1 << 8, esi: 1 << 9, dlcShift: 10 } as const;
const FRAMES_START = 1024;
const BYTES_START = 8192;

export interface StoredFrame {
  /** Since the first record of the trace, in nanoseconds; may be negative. */
  readonly timeNs: number;
  /** An index that the caller gives a meaning, 0 to 255. */
  readonly channel: number;
  readonly frame: CanFrame;
  /** Raw length code of a classic frame of eight bytes, 9 to 15. */
  readonly rawDlc: number | null;
}

export class FrameStore {
  #count = 0;
  #bytes = 0;
  #times = new Float64Array(FRAMES_START);
  #heads = new Uint32Array(FRAMES_START);
  #shapes = new Uint16Array(FRAMES_START);
  #channels = new Uint8Array(FRAMES_START);
  #offsets = new Float64Array(FRAMES_START);
  #data = new Uint8Array(BYTES_START);

  get length(): number {
    return this.#count;
  }

  add({ timeNs, channel, frame, rawDlc }: StoredFrame): void {
    const { id, extended, remote, error, fd, brs, esi, data } = frame;
    this.#makeRoom(data.length);
    const at = this.#count++;
    const flags = (extended ? EXTENDED : 0) | (remote ? REMOTE : 0) | (error ? ERROR : 0);
    const shape = (fd ? SHAPE.fd : 0) | (brs ? SHAPE.brs : 0) | (esi ? SHAPE.esi : 0);
    this.#times[at] = timeNs;
    this.#heads[at] = id | flags;
    this.#shapes[at] = data.length | shape | ((rawDlc ?? 0) << SHAPE.dlcShift);
    this.#channels[at] = channel;
    this.#offsets[at] = this.#bytes;
    this.#data.set(data, this.#bytes);
    this.#bytes += data.length;
  }

  timeNs(index: number): number {
    return this.#times[index] as number;
  }

  channel(index: number): number {
    return this.#channels[index] as number;
  }

  rawDlc(index: number): number | null {
    const code = (this.#shapes[index] as number) >>> SHAPE.dlcShift;
    return code === 0 ? null : code;
  }

  /** The data is a view that nobody may write to, valid as long as nothing is added. */
  frame(index: number): CanFrame {
    const head = this.#heads[index] as number;
    const shape = this.#shapes[index] as number;
    const start = this.#offsets[index] as number;
    return {
      id: head & ID_MASK,
      extended: (head & EXTENDED) !== 0,
      fd: (shape & SHAPE.fd) !== 0,
      brs: (shape & SHAPE.brs) !== 0,
      esi: (shape & SHAPE.esi) !== 0,
      remote: (head & REMOTE) !== 0,
      error: (head & ERROR) !== 0,
      data: this.#data.subarray(start, start + (shape & 0x7f)),
    };
  }

  #makeRoom(bytes: number): void {
    if (this.#count === this.#times.length) {
      this.#times = grown(this.#times, new Float64Array(2 * this.#count));
      this.#heads = grown(this.#heads, new Uint32Array(2 * this.#count));
      this.#shapes = grown(this.#shapes, new Uint16Array(2 * this.#count));
      this.#channels = grown(this.#channels, new Uint8Array(2 * this.#count));
      this.#offsets = grown(this.#offsets, new Float64Array(2 * this.#count));
    }
    if (this.#bytes + bytes > this.#data.length) {
      this.#data = grown(this.#data, new Uint8Array(2 * this.#data.length));
    }
  }
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

function grown<T extends Numbers>(from: T, to: T): T {
  to.set(from);
  return to;
}
