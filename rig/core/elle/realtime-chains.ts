/**
 * The quick form of version order from real time. Of a version only two moments count: when it
 * was first left behind by a transaction that completed, and when the last transaction that found
 * it was invoked. Whatever was left before the second moment comes before the version. The versions
 * of a key stand in a chain by their first moment, with a barrier beside each, so that one pair
 * from a barrier says this of all versions up to there.
 */

import { type HistoryTable, OK } from "../history/history-table.ts";
import { grouped } from "./counting.ts";
import { finalVersion, firstVersion, type RegisterIndex } from "./register-index.ts";
import { VersionPairs } from "./register-sources.ts";
import { NONE } from "./transactions.ts";
import { keyOfVersion } from "./versions.ts";

/**
 * A version itself is left out of those before it. Those behind it in the chain are then named one
 * by one; in a history without faults they are no more than there are processes.
 */
const MOST_NAMED = 256;

interface Moments {
  /** By version: row of the first completion that left it, or NONE. */
  readonly left: Int32Array;
  /** By version: row of the last invocation that found it, or NONE. */
  readonly found: Int32Array;
  /** Versions in the order in which they were first left. */
  readonly inOrder: number[];
}

/** The barrier of a version has its number after all versions. */
export function realtimeChains(table: HistoryTable, index: RegisterIndex): VersionPairs {
  const { versions } = index;
  const { left, found, inOrder } = moments(table, index);
  const inChains = grouped(inOrder.length, table.keys, (at) =>
    keyOfVersion(table, inOrder[at] as number),
  );
  const { start } = inChains;
  const chain = inChains.items.map((at) => inOrder[at] as number);
  const place = new Int32Array(versions).fill(NONE);
  const pairs = new VersionPairs();
  chain.forEach((version, at) => {
    place[version] = at;
    pairs.add(version, versions + version);
    const isFirst = at === start[keyOfVersion(table, version)];
    if (!isFirst) pairs.add(versions + (chain[at - 1] as number), versions + version);
  });
  for (let version = 0; version < versions; version++) {
    const invoked = found[version] as number;
    if (invoked === NONE) continue;
    const key = keyOfVersion(table, version);
    const first = start[key] as number;
    const end = endBefore(invoked, { chain, left, first, end: start[key + 1] as number });
    const own = place[version] as number;
    const isInside = own !== NONE && own < end && end - own - 1 <= MOST_NAMED;
    const last = isInside ? own : end;
    if (last > first) pairs.add(versions + (chain[last - 1] as number), version);
    for (let at = last + 1; at < end; at++) pairs.add(chain[at] as number, version);
  }
  return pairs;
}

function moments(table: HistoryTable, { versions, touches }: RegisterIndex): Moments {
  const left = new Int32Array(versions).fill(NONE);
  const found = new Int32Array(versions).fill(NONE);
  const inOrder: number[] = [];
  for (let touch = 0; touch < touches.row.length; touch++) {
    const row = touches.row[touch] as number;
    const invoked = table.partner[row] as number;
    if (invoked === NONE) continue;
    const first = firstVersion(table, touches, touch);
    found[first] = Math.max(found[first] as number, invoked);
    const final = finalVersion(touches, touch);
    if (table.type[row] !== OK || left[final] !== NONE) continue;
    left[final] = row;
    inOrder.push(final);
  }
  return { left, found, inOrder };
}

/** Where the part of the chain ends that was left before the row, by halving. */
function endBefore(
  row: number,
  range: { chain: Int32Array; left: Int32Array; first: number; end: number },
): number {
  let { first, end } = range;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((range.left[range.chain[middle] as number] as number) < row) first = middle + 1;
    else end = middle;
  }
  return first;
}
