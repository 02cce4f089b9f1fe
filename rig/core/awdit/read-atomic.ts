/**
 * Read atomic: a transaction sees all or nothing of another one. If it comes after `t2` in its
 * session or reads from it, and reads a key that `t2` writes too from `t1`, then `t2` came before
 * `t1`. AWDIT, section 3: of a session the last writer of the key is enough, and of the writes of
 * `t2` and the reads of the reader the smaller set is walked through: O(n^1.5).
 */

import type { CommitOrder } from "./commit-order.ts";
import { type Transactions, writes } from "./transactions.ts";

export function addReadAtomic(transactions: Transactions, order: CommitOrder): void {
  const { count, table, readStart, readFrom } = transactions;
  const sources = new Int32Array(table.keys).fill(-1);
  const seenBy = new Int32Array(count).fill(-1);
  for (let t = 1; t < count; t++) {
    const keys = sourcesOf(transactions, order, t, sources);
    const end = readStart[t + 1] as number;
    for (let read = readStart[t] as number; read < end; read++) {
      const seen = readFrom[read] as number;
      if (seenBy[seen] === t) continue;
      seenBy[seen] = t;
      forceBefore(transactions, order, { seen, reader: t, keys, sources });
    }
    for (const key of keys) sources[key] = -1;
  }
  addSessions(transactions, order);
}

/** Keys that the transaction reads, with the writer of each; two writers of one key exclude it. */
function sourcesOf(
  { readStart, readKey, readFrom }: Transactions,
  order: CommitOrder,
  t: number,
  sources: Int32Array,
): number[] {
  const keys: number[] = [];
  const end = readStart[t + 1] as number;
  for (let read = readStart[t] as number; read < end; read++) {
    const key = readKey[read] as number;
    const from = readFrom[read] as number;
    const known = sources[key] as number;
    if (known === -1) {
      sources[key] = from;
      keys.push(key);
    } else if (known !== from) {
      order.force(known, from, key, t);
      order.force(from, known, key, t);
    }
  }
  return keys;
}

interface Seeing {
  readonly seen: number;
  readonly reader: number;
  readonly keys: readonly number[];
  readonly sources: Int32Array;
}

function forceBefore(
  transactions: Transactions,
  order: CommitOrder,
  { seen, reader, keys, sources }: Seeing,
): void {
  const { writeStart, writeKey } = transactions;
  const begin = writeStart[seen] as number;
  const end = writeStart[seen + 1] as number;
  if (end - begin <= keys.length) {
    for (let i = begin; i < end; i++) {
      const key = writeKey[i] as number;
      const source = sources[key] as number;
      if (source !== -1) order.force(seen, source, key, reader);
    }
    return;
  }
  for (const key of keys) {
    if (writes(transactions, seen, key)) order.force(seen, sources[key] as number, key, reader);
  }
}

/** Session by session, with the last writer of each key so far. */
function addSessions(transactions: Transactions, order: CommitOrder): void {
  const { table, readStart, readKey, readFrom, writeStart, writeKey } = transactions;
  const lastWriter = new Int32Array(table.keys).fill(-1);
  for (const members of transactionsBySession(transactions)) {
    for (const t of members) {
      const end = readStart[t + 1] as number;
      for (let read = readStart[t] as number; read < end; read++) {
        const key = readKey[read] as number;
        const writer = lastWriter[key] as number;
        if (writer !== -1) order.force(writer, readFrom[read] as number, key, t);
      }
      const last = writeStart[t + 1] as number;
      for (let i = writeStart[t] as number; i < last; i++) lastWriter[writeKey[i] as number] = t;
    }
    for (const t of members) {
      const last = writeStart[t + 1] as number;
      for (let i = writeStart[t] as number; i < last; i++) lastWriter[writeKey[i] as number] = -1;
    }
  }
}

/** Transactions of each session, in its order. */
export function transactionsBySession({ count, session, sessions }: Transactions): number[][] {
  const members = Array.from({ length: sessions }, (): number[] => []);
  for (let t = 1; t < count; t++) members[session[t] as number]?.push(t);
  return members;
}
