/**
 * Numbers that are missing among the link sequences of one sender. Every frame that a sender makes
 * has the next number, so what is missing was lost, or made and never sent: nobody can tell which.
 */

/** How far a number may lie behind the latest one: 16 bits, half a turn. */
const HALF_TURN = 0x8000;

export class LinkGaps {
  #boot = -1;
  #next = 0;
  /** Missing so far; they may still come, when another frame of the sender went first. */
  readonly #missing = new Set<number>();
  /** Those that can't come any more. */
  missing = 0;

  /** True where numbers before this one have not been seen. */
  add(boot: number, sequence: number): boolean {
    if (boot !== this.#boot) {
      this.#settle();
      this.#boot = boot;
      this.#next = (sequence + 1) & 0xffff;
      this.missing += sequence;
      return sequence !== 0;
    }
    const ahead = (sequence - this.#next) & 0xffff;
    if (ahead >= HALF_TURN) {
      this.#missing.delete(sequence);
      return false;
    }
    for (let step = 0; step < ahead; step++) this.#missing.add((this.#next + step) & 0xffff);
    this.#next = (sequence + 1) & 0xffff;
    return ahead > 0;
  }

  /** Numbers that were never seen. */
  finish(): number {
    this.#settle();
    return this.missing;
  }

  #settle(): void {
    this.missing += this.#missing.size;
    this.#missing.clear();
  }
}
