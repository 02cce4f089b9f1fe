/**
 * Causal consistency: a transaction sees all that happened before it by sessions and reads, through
 * any number of others. If `t2` happened before it, and it reads a key that `t2` writes too from
 * `t1`, then `t2` came before `t1`. AWDIT, section 4: clocks with an entry for each session tell
 * what happened before, and of each session the last visible writer of the key is enough:
 * O(n k) for k sessions. Sessions are taken in blocks, so that memory is bounded.
 */

import { EdgeList, type Graph } from "../elle/components.ts";
import { countUp } from "../elle/counting.ts";
import type { CommitOrder } from "./commit-order.ts";
import { transactionsBySession } from "./read-atomic.ts";
import type { Transactions } from "./transactions.ts";

/** Entries of all clocks that are in memory at once. */
const CLOCK_ENTRIES = 1 << 24;

/** Adds nothing where sessions and reads make a cycle already: the order has it then. */
export function addCausal(
  transactions: Transactions,
  order: CommitOrder,
  clockEntries: number = CLOCK_ENTRIES,
): void {
  const { count, sessions } = transactions;
  const happened = happenedBefore(transactions);
  const sorted = topologicalOrder(happened);
  if (sorted === null) return;
  const members = transactionsBySession(transactions);
  const width = Math.max(1, Math.min(sessions, Math.floor(clockEntries / count)));
  for (let first = 0; first < sessions; first += width) {
    const block = { first, width: Math.min(width, sessions - first) };
    const clocks = clocksOf(transactions, happened, sorted, block);
    forceVisible(transactions, order, { clocks, block, members });
  }
}

/** Sessions (each transaction to the next) and reads, as edges. */
function happenedBefore({ count, session, sessions, readStart, readFrom }: Transactions): Graph {
  const edges = new EdgeList();
  const last = new Int32Array(sessions).fill(-1);
  for (let t = 1; t < count; t++) {
    const s = session[t] as number;
    const previous = last[s] as number;
    if (previous !== -1) edges.add(previous, t);
    last[s] = t;
    const end = readStart[t + 1] as number;
    for (let read = readStart[t] as number; read < end; read++) {
      edges.add(readFrom[read] as number, t);
    }
  }
  return edges.graph(count);
}

function topologicalOrder({ nodes, start, target }: Graph): Int32Array | null {
  const degree = new Int32Array(nodes);
  for (const to of target) countUp(degree, to);
  const sorted = new Int32Array(nodes);
  let length = 0;
  for (let node = 0; node < nodes; node++) if (degree[node] === 0) sorted[length++] = node;
  for (let i = 0; i < length; i++) {
    const node = sorted[i] as number;
    for (let e = start[node] as number; e < (start[node + 1] as number); e++) {
      const to = target[e] as number;
      const left = (degree[to] as number) - 1;
      degree[to] = left;
      if (left === 0) sorted[length++] = to;
    }
  }
  return length === nodes ? sorted : null;
}

interface Block {
  readonly first: number;
  readonly width: number;
}

/** By transaction, for each session of the block: how many of it happened before. */
function clocksOf(
  { session, place }: Transactions,
  { start, target }: Graph,
  sorted: Int32Array,
  { first, width }: Block,
): Int32Array {
  const clocks = new Int32Array(sorted.length * width);
  for (const t of sorted) {
    const own = (session[t] as number) - first;
    const until = (place[t] as number) + 1;
    for (let e = start[t] as number; e < (start[t + 1] as number); e++) {
      const to = (target[e] as number) * width;
      for (let s = 0; s < width; s++) {
        const here = clocks[t * width + s] as number;
        if (here > (clocks[to + s] as number)) clocks[to + s] = here;
      }
      if (own >= 0 && own < width && until > (clocks[to + own] as number)) clocks[to + own] = until;
    }
  }
  return clocks;
}

interface Visible {
  readonly clocks: Int32Array;
  readonly block: Block;
  readonly members: readonly (readonly number[])[];
}

/** Session by session, since a session's own clock only grows along it and along its readers. */
function forceVisible(
  transactions: Transactions,
  order: CommitOrder,
  { clocks, block, members }: Visible,
): void {
  const { count, place, readStart, readKey, readFrom, writeStart, writeKey } = transactions;
  for (let s = 0; s < block.width; s++) {
    const writersOfKey = new Map<number, number[]>();
    for (const t of members[block.first + s] ?? []) {
      for (let i = writeStart[t] as number; i < (writeStart[t + 1] as number); i++) {
        const key = writeKey[i] as number;
        const writers = writersOfKey.get(key);
        if (writers === undefined) writersOfKey.set(key, [t]);
        else writers.push(t);
      }
    }
    if (writersOfKey.size === 0) continue;
    for (let t = 1; t < count; t++) {
      const visible = clocks[t * block.width + s] as number;
      if (visible === 0) continue;
      for (let read = readStart[t] as number; read < (readStart[t + 1] as number); read++) {
        const key = readKey[read] as number;
        const writers = writersOfKey.get(key);
        if (writers === undefined) continue;
        const writer = lastBelow(writers, place, visible);
        if (writer !== -1) order.force(writer, readFrom[read] as number, key, t);
      }
    }
  }
}

/** The last of the writers, in the order of their session, whose place is below the limit. */
function lastBelow(writers: readonly number[], place: Int32Array, limit: number): number {
  let low = 0;
  let high = writers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((place[writers[middle] as number] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : (writers[low - 1] as number);
}
