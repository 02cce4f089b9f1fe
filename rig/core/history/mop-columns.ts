/**
 * The micro-operations of a history while it is being built. A list that is read is compared with
 * the key's shared list element by element as it comes in: a prefix costs no memory at all, an
 * extension lengthens the shared list, and only a list that disagrees is stored on its own.
 */

import { GrowableInt32, GrowableUint8 } from "./growable.ts";
import { READ_LIST } from "./history-table.ts";
import { ElementNumbers, KeyNumbers } from "./value-numbers.ts";

const SHARED = -1;

export interface FinishedMops {
  readonly mopKind: Uint8Array;
  readonly mopKey: Int32Array;
  readonly mopElement: Int32Array;
  readonly mopLength: Int32Array;
  readonly lists: Int32Array;
  readonly sharedStart: Int32Array;
  readonly sharedEnd: Int32Array;
}

export class MopColumns {
  readonly keyNumbers = new KeyNumbers();
  readonly elementNumbers = new ElementNumbers();
  private readonly kind = new GrowableUint8();
  private readonly key = new GrowableInt32();
  private readonly element = new GrowableInt32();
  private readonly length = new GrowableInt32();
  private readonly own = new GrowableInt32();
  private readonly shared: number[][] = [];

  private beganAt = 0;
  private ownBeganAt = 0;
  private readKey = 0;
  private readShared: number[] = [];
  private readLength = 0;
  /** Offset in `own` of the list being read, or SHARED while it agrees with the shared list. */
  private readOffset = SHARED;

  get count(): number {
    return this.kind.length;
  }

  /** Marks the beginning of an operation. */
  begin(): void {
    this.beganAt = this.kind.length;
    this.ownBeganAt = this.own.length;
  }

  /** Forgets the operation that was begun; numbers given to keys and elements stay. */
  rollBack(): void {
    this.kind.length = this.beganAt;
    this.key.length = this.beganAt;
    this.element.length = this.beganAt;
    this.length.length = this.beganAt;
    this.own.length = this.ownBeganAt;
  }

  add(kind: number, key: number, element: number): void {
    this.kind.push(kind);
    this.key.push(key);
    this.element.push(element);
    this.length.push(0);
  }

  beginList(key: number): void {
    let shared = this.shared[key];
    if (shared === undefined) {
      while (this.shared.length < key) this.shared.push([]);
      shared = [];
      this.shared[key] = shared;
    }
    this.readKey = key;
    this.readShared = shared;
    this.readLength = 0;
    this.readOffset = SHARED;
  }

  listInteger(value: number): void {
    if (this.readOffset === SHARED && this.readLength < this.readShared.length) {
      const expected = this.readShared[this.readLength] as number;
      // An element with a text never equals here: its integer is one that no element has.
      if (this.elementNumbers.integers.array[expected] === value && value !== -2147483648) {
        this.readLength++;
        return;
      }
    }
    this.listElement(this.elementNumbers.ofInteger(this.readKey, value));
  }

  listElement(element: number): void {
    const at = this.readLength++;
    if (this.readOffset !== SHARED) {
      this.own.push(element);
    } else if (at === this.readShared.length) {
      this.readShared.push(element);
    } else if (this.readShared[at] !== element) {
      this.readOffset = this.own.length;
      for (let i = 0; i < at; i++) this.own.push(this.readShared[i] as number);
      this.own.push(element);
    }
  }

  endList(): void {
    this.kind.push(READ_LIST);
    this.key.push(this.readKey);
    this.element.push(this.readOffset);
    this.length.push(this.readLength);
  }

  finish(): FinishedMops {
    const keys = this.keyNumbers.count;
    const sharedStart = new Int32Array(keys);
    const sharedEnd = new Int32Array(keys);
    let total = this.own.length;
    for (let key = 0; key < keys; key++) {
      sharedStart[key] = total;
      total += this.shared[key]?.length ?? 0;
      sharedEnd[key] = total;
    }
    const lists = new Int32Array(total);
    lists.set(this.own.array.subarray(0, this.own.length));
    for (let key = 0; key < keys; key++) {
      const shared = this.shared[key];
      if (shared !== undefined) lists.set(shared, sharedStart[key] as number);
    }
    const mopKind = this.kind.finish();
    const mopKey = this.key.finish();
    const mopElement = this.element.finish();
    for (let mop = 0; mop < mopKind.length; mop++) {
      if (mopKind[mop] === READ_LIST && mopElement[mop] === SHARED) {
        mopElement[mop] = sharedStart[mopKey[mop] as number] as number;
      }
    }
    const mopLength = this.length.finish();
    return { mopKind, mopKey, mopElement, mopLength, lists, sharedStart, sharedEnd };
  }
}
