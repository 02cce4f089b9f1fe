/**
 * A node's storage: records become durable one after the other, each after the write time. A power
 * cut takes what is not yet durable.
 *
 * Does not model: torn, lost, misdirected or rotten records, a full store, reads that take time.
 */

export class NodeStorage {
  readonly #writeNs: number;
  readonly #records: Uint8Array[] = [];
  #freeNs = 0;

  constructor(writeNs: number) {
    this.#writeNs = writeNs;
  }

  /** The durable records, oldest first. */
  image(): readonly Uint8Array[] {
    return this.#records.slice();
  }

  /** When a record handed over now will be durable. */
  schedule(nowNs: number): number {
    this.#freeNs = Math.max(this.#freeNs, nowNs) + this.#writeNs;
    return this.#freeNs;
  }

  /** The write is complete. */
  store(record: Uint8Array): void {
    this.#records.push(record);
  }

  powerCut(): void {
    this.#freeNs = 0;
  }
}
