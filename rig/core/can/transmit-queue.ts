/**
 * The frames that one station still has to send, best first: by arbitration key, among equal keys
 * in the order in which they came. A binary heap of slot numbers over parallel columns, so that
 * adding and taking frames allocates nothing once the queue has grown to its usual length.
 *
 * Tokens are the caller's and should be unique among the waiting frames of a station.
 */

import { assert } from "../verdict/rig-error.ts";
import type { CanFrame } from "./frame.ts";

const FIRST_CAPACITY = 16;

/** What a queue knows about a frame; the caller hands it back to put a frame in its old place. */
export interface QueuedFrame {
  readonly frame: CanFrame;
  readonly key: number;
  readonly token: number;
  /** Rises with each send: the order among equal keys. */
  readonly sequence: number;
}

export class TransmitQueue {
  length = 0;
  /** The first `length` slots are the heap, the others are free. */
  private slots = Int32Array.from({ length: FIRST_CAPACITY }, (_, i) => i);
  private keys = new Uint32Array(FIRST_CAPACITY);
  private sequences = new Float64Array(FIRST_CAPACITY);
  private tokens = new Float64Array(FIRST_CAPACITY);
  private readonly frames: (CanFrame | undefined)[] = [];

  add(queued: QueuedFrame): void {
    if (this.length === this.slots.length) this.grow();
    const slot = this.slots[this.length] as number;
    this.keys[slot] = queued.key;
    this.sequences[slot] = queued.sequence;
    this.tokens[slot] = queued.token;
    this.frames[slot] = queued.frame;
    this.siftUp(this.length++, slot);
  }

  headKey(): number {
    return this.keys[this.slots[0] as number] as number;
  }

  headToken(): number {
    return this.tokens[this.slots[0] as number] as number;
  }

  headSequence(): number {
    return this.sequences[this.slots[0] as number] as number;
  }

  headFrame(): CanFrame {
    const frame = this.frames[this.slots[0] as number];
    assert(this.length > 0 && frame !== undefined, "the transmit queue is empty");
    return frame;
  }

  removeHead(): void {
    this.removeAt(0);
  }

  /** Removes the frame with this token; false when there is none. Looks at every waiting frame. */
  removeToken(token: number): boolean {
    for (let i = 0; i < this.length; i++) {
      if (this.tokens[this.slots[i] as number] !== token) continue;
      this.removeAt(i);
      return true;
    }
    return false;
  }

  /** Drops all frames and says how many there were. */
  clear(): number {
    const dropped = this.length;
    this.length = 0;
    this.frames.fill(undefined);
    return dropped;
  }

  private removeAt(index: number): void {
    const removed = this.slots[index] as number;
    this.frames[removed] = undefined;
    const last = this.slots[--this.length] as number;
    this.slots[this.length] = removed;
    if (index === this.length) return;
    const parent = (index - 1) >> 1;
    if (index > 0 && this.isBefore(last, this.slots[parent] as number)) this.siftUp(index, last);
    else this.siftDown(index, last);
  }

  private isBefore(a: number, b: number): boolean {
    const keyA = this.keys[a] as number;
    const keyB = this.keys[b] as number;
    if (keyA !== keyB) return keyA < keyB;
    return (this.sequences[a] as number) < (this.sequences[b] as number);
  }

  private siftUp(start: number, slot: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.slots[parent] as number;
      if (!this.isBefore(slot, above)) break;
      this.slots[index] = above;
      index = parent;
    }
    this.slots[index] = slot;
  }

  private siftDown(start: number, slot: number): void {
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.length) break;
      const right = child + 1;
      if (
        right < this.length &&
        this.isBefore(this.slots[right] as number, this.slots[child] as number)
      )
        child = right;
      const below = this.slots[child] as number;
      if (!this.isBefore(below, slot)) break;
      this.slots[index] = below;
      index = child;
    }
    this.slots[index] = slot;
  }

  private grow(): void {
    const capacity = 2 * this.slots.length;
    const slots = Int32Array.from({ length: capacity }, (_, i) => i);
    slots.set(this.slots);
    this.slots = slots;
    this.keys = copyInto(new Uint32Array(capacity), this.keys);
    this.sequences = copyInto(new Float64Array(capacity), this.sequences);
    this.tokens = copyInto(new Float64Array(capacity), this.tokens);
  }
}

function copyInto<T extends Uint32Array | Float64Array>(larger: T, array: T): T {
  larger.set(array);
  return larger;
}
