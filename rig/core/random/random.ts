/**
 * Seeded, splittable numbers: sfc32 (PractRand's small fast counting generator, 32-bit
 * arithmetic). A stream is named by labels, so that taking a fault or a client away does not shift
 * what the others draw.
 */

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  private constructor(a: number, b: number, c: number) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    for (let round = 0; round < 12; round++) this.u32();
  }

  /** The stream of this seed (0 to 2^32 - 1) and these labels. */
  static of(seed: number, ...labels: readonly (string | number)[]): Random {
    let high = 0x9e3779b9;
    let low = seed >>> 0;
    for (const label of labels) {
      const text = `${label}/`;
      for (let index = 0; index < text.length; index++) {
        high = Math.imul(high ^ text.charCodeAt(index), 0x85ebca6b);
        low = Math.imul(low ^ high ^ (high >>> 13), 0xc2b2ae35);
        high = (high ^ (low >>> 16)) >>> 0;
      }
    }
    return new Random(seed >>> 0, low >>> 0, high >>> 0);
  }

  /** 0 to 2^32 - 1. */
  u32(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** 0 to `bound - 1`; `bound` is at most 2^32. The bias is below bound / 2^53. */
  below(bound: number): number {
    const high = this.u32() * 0x20_0000 + (this.u32() >>> 11);
    return Math.floor((high / 0x20_0000_0000_0000) * bound);
  }

  /** Whole numbers from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** The same items in another order (Fisher-Yates). */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const left = [...items];
    return items.map(() => left.splice(this.below(left.length), 1)[0] as Item);
  }

  /** True once in `outOf` draws, `times` as often. */
  chance(times: number, outOf: number): boolean {
    return this.below(outOf) < times;
  }
}
