/**
 * The micro-operations of a history while it is being built. A list that is read is compared with
 * the key's shared list element by element as it comes in: a prefix costs no memory at all, an
 * extension lengthens the shared list, and only a list that disagrees is stored on its own.
 */

import { GrowableInt32 } from "./growable.ts";
import { READ_LIST } from "./history-table.ts";
import { ElementNumbers, KeyNumbers } from "./value-numbers.ts";

const SHARED = -1;

/** Entries of a micro-operation: kind, key, element, length. */
const WIDTH = 4;

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
  private readonly mops = new GrowableInt32();
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
    return this.mops.length / WIDTH;
  }

  /** Marks the beginning of an operation. */
  begin(): void {
    this.beganAt = this.mops.length;
    this.ownBeganAt = this.own.length;
  }

  /** Forgets the operation that was begun; numbers given to keys and elements stay. */
  rollBack(): void {
    this.mops.length = this.beganAt;
    this.own.length = this.ownBeganAt;
  }

  add(kind: number, key: number, element: number): void {
    this.addMop(kind, key, element, 0);
  }

  /** Gives the elements of the shared list. */
  beginList(key: number): readonly number[] {
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
    return shared;
  }

  /** So many elements, after which nothing has been said yet, are those of the shared list. */
  listBegins(length: number): void {
    this.readLength = length;
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
    this.addMop(READ_LIST, this.readKey, this.readOffset, this.readLength);
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
    const mopKind = new Uint8Array(this.mops.column(WIDTH, 0));
    const mopKey = this.mops.column(WIDTH, 1);
    const mopElement = this.mops.column(WIDTH, 2);
    for (let mop = 0; mop < mopKind.length; mop++) {
      if (mopKind[mop] === READ_LIST && mopElement[mop] === SHARED) {
        mopElement[mop] = sharedStart[mopKey[mop] as number] as number;
      }
    }
    const mopLength = this.mops.column(WIDTH, 3);
    return { mopKind, mopKey, mopElement, mopLength, lists, sharedStart, sharedEnd };
  }

  private addMop(kind: number, key: number, element: number, length: number): void {
    const at = this.mops.room(WIDTH);
    const { array } = this.mops;
    array[at] = kind;
    array[at + 1] = key;
    array[at + 2] = element;
    array[at + 3] = length;
  }
}
