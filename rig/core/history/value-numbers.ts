/**
 * Gives dense numbers to keys and to (key, value) pairs. Integers that fit 32 bits go through
 * arrays and an open hash table; every other value goes by its canonical text, which differs for
 * any two values that differ (`1`, `"1"`, `:1`, `1.0`), so that two never share a number.
 */

import { GrowableInt32 } from "./growable.ts";

const SMALL_KEYS = 1 << 20;
/** In the column of integers, stands for an element that has a text instead. */
const HAS_TEXT = -2147483648;
const EMPTY = -1;

export class KeyNumbers {
  private small = new Int32Array(64).fill(EMPTY);
  private readonly byText = new Map<string, number>();
  private readonly texts: string[] = [];

  get count(): number {
    return this.texts.length;
  }

  text(key: number): string {
    return this.texts[key] as string;
  }

  ofInteger(value: number): number {
    if (value < 0 || value >= SMALL_KEYS) return this.ofText(String(value));
    if (value >= this.small.length) this.growSmall(value);
    const known = this.small[value] as number;
    if (known !== EMPTY) return known;
    const key = this.texts.length;
    this.texts.push(String(value));
    this.small[value] = key;
    return key;
  }

  /** `text` is canonical, and not that of an integer in the range of the small table. */
  ofText(text: string): number {
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const key = this.texts.length;
    this.texts.push(text);
    this.byText.set(text, key);
    return key;
  }

  private growSmall(value: number): void {
    let length = this.small.length;
    while (length <= value) length *= 2;
    const larger = new Int32Array(length).fill(EMPTY);
    larger.set(this.small);
    this.small = larger;
  }
}

export class ElementNumbers {
  /** Integer of each element, or HAS_TEXT. */
  readonly integers = new GrowableInt32();
  readonly keys = new GrowableInt32();
  private readonly texts = new Map<number, string>();
  private readonly byText = new Map<string, number>();
  private slots = new Int32Array(64).fill(EMPTY);
  private mask = 63;
  private inSlots = 0;

  get count(): number {
    return this.integers.length;
  }

  text(element: number): string {
    return this.texts.get(element) ?? String(this.integers.array[element]);
  }

  /** Elements that have a text, with it. */
  longOnes(): Iterable<readonly [element: number, text: string]> {
    return this.texts;
  }

  ofInteger(key: number, value: number): number {
    if ((value | 0) !== value || value === HAS_TEXT) return this.ofText(key, String(value));
    let slot = slotOf(key, value) & this.mask;
    for (;;) {
      const element = this.slots[slot] as number;
      if (element === EMPTY) break;
      if (this.integers.array[element] === value && this.keys.array[element] === key) {
        return element;
      }
      slot = (slot + 1) & this.mask;
    }
    const element = this.integers.length;
    this.integers.push(value);
    this.keys.push(key);
    this.slots[slot] = element;
    this.inSlots++;
    if (this.inSlots * 2 > this.slots.length) this.growSlots();
    return element;
  }

  /** `text` is canonical, and not that of an integer of 32 bits. */
  ofText(key: number, text: string): number {
    const name = `${key} ${text}`;
    const known = this.byText.get(name);
    if (known !== undefined) return known;
    const element = this.integers.length;
    this.integers.push(HAS_TEXT);
    this.keys.push(key);
    this.texts.set(element, text);
    this.byText.set(name, element);
    return element;
  }

  private growSlots(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(EMPTY);
    const mask = slots.length - 1;
    for (const element of this.slots) {
      if (element === EMPTY) continue;
      const key = this.keys.array[element] as number;
      let slot = slotOf(key, this.integers.array[element] as number) & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = element;
    }
    this.slots = slots;
    this.mask = mask;
  }
}

/** Multiplicative hash of a pair; the multipliers are odd and spread neighbours far apart. */
function slotOf(key: number, value: number): number {
  const mixed = Math.imul(key ^ Math.imul(value, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
