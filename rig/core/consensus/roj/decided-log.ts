/**
 * The decided slots that a node keeps in memory: the last so many, in a ring. Older ones are in
 * the state made from them, and a node that needs them is sent a snapshot.
 */

import type { Decision } from "./options.ts";

export class DecidedLog {
  readonly #ring: (Decision | undefined)[] = [];
  readonly #capacity: number;
  #first = 0;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The first slot that is still here. */
  get first(): number {
    return this.#first;
  }

  /** The first slot that is not decided. */
  get next(): number {
    return this.#next;
  }

  get(slot: number): Decision | undefined {
    return slot < this.#first || slot >= this.#next ? undefined : this.#ring[this.#index(slot)];
  }

  push(decision: Decision): void {
    this.#ring[this.#index(this.#next++)] = decision;
    this.#first = Math.max(this.#first, this.#next - this.#capacity);
  }

  /** Everything below `slot` is decided and not here. */
  jumpTo(slot: number): void {
    this.#ring.length = 0;
    this.#first = slot;
    this.#next = slot;
  }

  #index(slot: number): number {
    return slot % this.#capacity;
  }
}
