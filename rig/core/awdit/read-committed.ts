/**
 * Read committed: within a transaction, what was seen once isn't unseen. If it reads from `t2`, and
 * afterwards a key that `t2` writes too from `t1`, then `t2` came before `t1`. Møldrup and
 * Pavlogiannis, "AWDIT: An Optimal Weak Database Isolation Tester" (2025), section 3: walking the
 * reads backwards, the two nearest writers of each key are enough, and of two sets the smaller is
 * walked through, which makes O(n^1.5) for a history of size n.
 */

import type { CommitOrder } from "./commit-order.ts";
import { type Transactions, writes } from "./transactions.ts";

export function addReadCommitted(transactions: Transactions, order: CommitOrder): void {
  const { count, table, readStart, readFrom } = transactions;
  const later = new LaterReads(table.keys);
  /** By transaction: its first read by the current reader; stamped by what it holds. */
  const firstRead = new Int32Array(count).fill(-1);
  for (let t = 1; t < count; t++) {
    const begin = readStart[t] as number;
    const end = readStart[t + 1] as number;
    if (end - begin < 2) continue;
    for (let read = end - 1; read >= begin; read--) firstRead[readFrom[read] as number] = read;
    later.clear();
    for (let read = end - 1; read >= begin; read--) {
      const seen = readFrom[read] as number;
      if (firstRead[seen] === read) forceAfter(transactions, order, later, { seen, reader: t });
      later.add(transactions.readKey[read] as number, seen);
    }
  }
}

function forceAfter(
  transactions: Transactions,
  order: CommitOrder,
  later: LaterReads,
  { seen, reader }: { readonly seen: number; readonly reader: number },
): void {
  const { writeStart, writeKey } = transactions;
  const begin = writeStart[seen] as number;
  const end = writeStart[seen + 1] as number;
  if (end - begin <= later.keys.length) {
    for (let i = begin; i < end; i++) {
      const key = writeKey[i] as number;
      const writer = later.writer(key, seen);
      if (writer !== -1) order.force(seen, writer, key, reader);
    }
    return;
  }
  for (const key of later.keys) {
    if (!writes(transactions, seen, key)) continue;
    const writer = later.writer(key, seen);
    if (writer !== -1) order.force(seen, writer, key, reader);
  }
}

/** For each key the nearest two different writers that are read from after the current place. */
class LaterReads {
  readonly keys: number[] = [];
  readonly #nearest: Int32Array;
  readonly #next: Int32Array;

  constructor(keys: number) {
    this.#nearest = new Int32Array(keys).fill(-1);
    this.#next = new Int32Array(keys).fill(-1);
  }

  add(key: number, writer: number): void {
    const nearest = this.#nearest[key] as number;
    if (nearest === writer) return;
    if (nearest === -1) this.keys.push(key);
    this.#next[key] = nearest;
    this.#nearest[key] = writer;
  }

  /** The nearest one that is another than `not`; -1 if there is none. */
  writer(key: number, not: number): number {
    const nearest = this.#nearest[key] as number;
    return nearest === not ? (this.#next[key] as number) : nearest;
  }

  clear(): void {
    for (const key of this.keys) {
      this.#nearest[key] = -1;
      this.#next[key] = -1;
    }
    this.keys.length = 0;
  }
}
