/**
 * How far the others are, by what they say. In the signed profile it takes as many nodes as hold
 * an honest one: one alone could send this node after slots that nobody has reached.
 */

const SOURCES = 16;

export class Progress {
  readonly #needed: number;
  readonly #heard = new Float64Array(SOURCES);
  /** Highest slot that so many nodes are known to work on. */
  reached = 0;

  constructor(needed: number) {
    this.#needed = needed;
  }

  /** A node works on `slot`, or says so; true when `reached` grew. */
  hear(source: number, slot: number): boolean {
    if (slot <= (this.#heard[source] as number)) return false;
    this.#heard[source] = slot;
    if (slot <= this.reached) return false;
    const sorted = this.#needed === 1 ? null : Float64Array.from(this.#heard).sort();
    const reached = sorted === null ? slot : (sorted[SOURCES - this.#needed] as number);
    if (reached <= this.reached) return false;
    this.reached = reached;
    return true;
  }
}
