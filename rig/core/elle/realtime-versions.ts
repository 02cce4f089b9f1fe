/**
 * Version order from real time, for keys that are assumed to be linearizable: what a transaction
 * left in a key comes before what a transaction found there that was invoked after it had
 * completed. These are just the pairs that Elle has: between the two transactions there is a chain
 * of direct predecessors none of which touches the key. They may be very many, so they are made
 * for few versions at a time; `realtime-chains.ts` has the quick form.
 */

import { type HistoryTable, INVOKE, OK } from "../history/history-table.ts";
import { type Groups, grouped } from "./counting.ts";
import { RealtimeOrder } from "./order-edges.ts";
import { finalVersion, firstVersion, type RegisterIndex, type Touches } from "./register-index.ts";
import { VersionPairs } from "./register-sources.ts";
import { NONE } from "./transactions.ts";

/** Rows that the exact form may look at, all in all; some seconds of work. */
const MOST_STEPS = 200_000_000;

export class RealtimeVersions {
  private readonly table: HistoryTable;
  private readonly touches: Touches;
  private readonly order: RealtimeOrder;
  private readonly touchesByKey: Groups;
  /** By row: the last search in which its transaction touches the key, and is reached. */
  private readonly touchedIn: Int32Array;
  private readonly reachedIn: Int32Array;
  /** By row: the version that a transaction which is looked for finds. */
  private readonly found: Int32Array;
  private searches = 0;
  private stepsLeft = MOST_STEPS;

  constructor(table: HistoryTable, index: RegisterIndex) {
    this.table = table;
    this.touches = index.touches;
    this.order = new RealtimeOrder(table);
    const { key } = index.touches;
    this.touchesByKey = grouped(key.length, table.keys, (touch) => key[touch] as number);
    this.touchedIn = new Int32Array(table.rows);
    this.reachedIn = new Int32Array(table.rows);
    this.found = new Int32Array(table.rows);
  }

  /** Pairs that were not found for want of steps may be missing. */
  get hasGivenUp(): boolean {
    return this.stepsLeft <= 0;
  }

  /** The exact form, for these versions of one key. */
  pairsAmong(key: number, versions: ReadonlySet<number>): VersionPairs {
    const { table, touches, touchesByKey, touchedIn, found } = this;
    const pairs = new VersionPairs();
    const search = ++this.searches;
    const end = touchesByKey.start[key + 1] as number;
    let lastInvocation = NONE;
    for (let at = touchesByKey.start[key] as number; at < end; at++) {
      const touch = touchesByKey.items[at] as number;
      const row = touches.row[touch] as number;
      const first = firstVersion(table, touches, touch);
      touchedIn[row] = search;
      found[row] = versions.has(first) ? first : NONE;
      if (versions.has(first)) {
        lastInvocation = Math.max(lastInvocation, table.partner[row] as number);
      }
    }
    for (let at = touchesByKey.start[key] as number; at < end; at++) {
      const touch = touchesByKey.items[at] as number;
      const row = touches.row[touch] as number;
      const version = finalVersion(touches, touch);
      if (table.type[row] !== OK || table.partner[row] === NONE || !versions.has(version)) continue;
      this.follow(row, { search, lastInvocation }, (to) => pairs.add(version, to));
    }
    return pairs;
  }

  /**
   * Walks on from a completion, with the latest completion that carries on from it: an invocation
   * is reached if this is among its direct predecessors.
   */
  private follow(
    from: number,
    within: { search: number; lastInvocation: number },
    visit: (version: number) => void,
  ): void {
    const { table, order, touchedIn, reachedIn, found } = this;
    const walk = ++this.searches;
    let latest = order.place[from] as number;
    let open = 0;
    for (let row = from + 1; row <= within.lastInvocation; row++) {
      if (this.stepsLeft-- <= 0) return;
      if (table.type[row] !== INVOKE) {
        if (reachedIn[row] !== walk) continue;
        latest = order.place[row] as number;
        open--;
        continue;
      }
      const done = table.partner[row] as number;
      if (latest < (order.first[row] as number)) {
        if (open === 0) return;
        continue;
      }
      if (done === NONE) continue;
      if (touchedIn[done] === within.search) {
        if (found[done] !== NONE) visit(found[done] as number);
      } else if (table.type[done] === OK) {
        reachedIn[done] = walk;
        open++;
      }
    }
  }
}
