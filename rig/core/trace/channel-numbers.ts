/**
 * Channel numbers for formats that have no names: numbers stay what they are, names get the free
 * ones in the order in which they appear. The map is bounded; what exceeds it shares the last one.
 */

const CHANNELS_MAX = 250;

export class ChannelNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #taken = new Set<number>();
  readonly #lowest: number;

  constructor(lowest = 1) {
    this.#lowest = lowest;
  }

  /** Whether the number says the same as the name. */
  isKept(channel: string): boolean {
    return /^(?:0|[1-9]\d{0,3})$/.test(channel) && Number(channel) === this.of(channel);
  }

  of(channel: string): number {
    const known = this.#numbers.get(channel);
    if (known !== undefined) return known;
    const number = /^(?:0|[1-9]\d{0,3})$/.test(channel) ? Number(channel) : -1;
    const isFree = number >= this.#lowest && number <= 255 && !this.#taken.has(number);
    const chosen = isFree ? number : this.#nextFree();
    if (this.#numbers.size < CHANNELS_MAX) {
      this.#numbers.set(channel, chosen);
      this.#taken.add(chosen);
    }
    return chosen;
  }

  #nextFree(): number {
    for (let number = this.#lowest; number < CHANNELS_MAX; number++) {
      if (!this.#taken.has(number)) return number;
    }
    return CHANNELS_MAX;
  }
}
