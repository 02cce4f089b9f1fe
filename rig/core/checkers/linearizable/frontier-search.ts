/**
 * Looks for an order of the steps front by front: for each end of a step, all configurations that
 * the steps ending before it allow. Slower than going for one order where there is one, but it
 * never comes to a configuration by way of more unanswered steps than needed, which is what makes
 * histories without any order hard. A front depends on the one before only, so memory stays small.
 * Configurations are rows of words: the state, the placed steps that end, those that never do, and
 * last, not part of what makes them equal, the step that was placed last.
 */

import { Configurations } from "./configurations.ts";
import { KEPT_STATES, type SearchResult, stepCost, WORD_BITS } from "./search-result.ts";
import { ANY_STATE, NEVER } from "./step.ts";
import type { Timeline } from "./timeline.ts";

const FIRST_SLOT_WORD = 1;

/** What a row of its own costs, in the bytes of memory that it takes beside its words. */
const ROW_COST = 100;

export class FrontierSearch {
  private readonly timeline: Timeline;
  private readonly budget: number;
  private readonly headWidth: number;
  private readonly tailWidth: number;
  /** The step whose end is the present front, and all steps open then that end. */
  private urgent = 0;
  private active: number[] = [];
  private started = 0;
  private readonly firstOfKind: Int32Array;
  private seen: Configurations;
  private reached = new Map<number, number>();
  /** Rows to be looked at, by how many unanswered steps they have used. */
  private buckets: Int32Array[][] = [];
  private following: Int32Array[] = [];
  private searchSteps = 0;
  private configurations = 0;

  constructor(timeline: Timeline, budget: number) {
    this.timeline = timeline;
    this.budget = budget;
    this.headWidth = FIRST_SLOT_WORD + Math.ceil(timeline.slots / WORD_BITS);
    this.tailWidth = Math.ceil(timeline.endlessSlots / WORD_BITS);
    this.seen = new Configurations(this.headWidth, this.tailWidth);
    this.firstOfKind = new Int32Array(timeline.kinds).fill(-1);
  }

  run(): SearchResult {
    const { ending } = this.timeline;
    const first = new Int32Array(this.headWidth + this.tailWidth + 1);
    first[first.length - 1] = -1;
    this.following = [first];
    for (let front = 0; front < ending.length; front++) {
      const rows = this.following;
      this.beginFront(ending[front] as number, rows);
      const isDone = this.lookAtAll();
      this.configurations += this.seen.size;
      if (!isDone) return this.result("gave-up", front);
      if (this.following.length === 0) return this.result("stuck", front);
    }
    return this.result("ordered", ending.length);
  }

  private result(kind: SearchResult["kind"], placed: number): SearchResult {
    const states = Array.from(this.reached, ([state, by]) => ({ state, by }));
    return {
      kind,
      placed,
      reached: states.slice(0, KEPT_STATES),
      reachedCount: states.length,
      searchSteps: this.searchSteps,
      configurations: this.configurations,
    };
  }

  private beginFront(urgent: number, rows: readonly Int32Array[]): void {
    const { start, end, steps } = this.timeline;
    const limit = end[urgent] as number;
    this.urgent = urgent;
    this.active = this.active.filter((step) => (end[step] as number) >= limit);
    for (; this.started < steps && (start[this.started] as number) <= limit; this.started++) {
      if (end[this.started] !== NEVER) this.active.push(this.started);
    }
    this.searchSteps += this.active.length;
    this.seen = new Configurations(this.headWidth, this.tailWidth);
    this.reached = new Map();
    this.following = [];
    this.buckets = [];
    for (const row of rows) this.putInBucket(row);
  }

  /** Whether the budget was enough. What is put in while looking has used as much or more. */
  private lookAtAll(): boolean {
    for (let used = 0; used < this.buckets.length; used++) {
      const bucket = this.buckets[used] ?? [];
      for (let row = bucket.pop(); row !== undefined; row = bucket.pop()) {
        this.lookAt(row);
        if (this.searchSteps > this.budget) return false;
      }
    }
    return true;
  }

  private lookAt(row: Int32Array): void {
    const { needs, leaves } = this.timeline;
    const state = row[0] as number;
    for (const step of this.active) {
      this.searchSteps++;
      if (needs[step] === state && leaves[step] === state) this.mark(row, step);
    }
    if (this.isMarked(row, this.urgent)) {
      this.passOn(row);
      return;
    }
    const cost = this.seen.cost;
    const isNew = this.seen.add(row);
    this.searchSteps += stepCost(row.length) + this.seen.cost - cost;
    if (!isNew) return;
    if (!this.reached.has(state)) this.reached.set(state, row[row.length - 1] as number);
    for (const step of this.candidates(row)) {
      this.searchSteps += ROW_COST;
      const after = row.slice();
      after[0] = leaves[step] as number;
      after[after.length - 1] = step;
      this.mark(after, step);
      if (step === this.urgent) this.passOn(after);
      else this.putInBucket(after);
    }
  }

  /** The slot of the step that ends belongs to others from now on. */
  private passOn(row: Int32Array): void {
    const slot = this.timeline.slot[this.urgent] as number;
    const word = FIRST_SLOT_WORD + (slot >>> 5);
    row[word] = (row[word] as number) & ~(1 << (slot & (WORD_BITS - 1)));
    this.following.push(row);
  }

  /** Of the open steps that fit, and may change something, the first to end of each kind. */
  private candidates(row: Int32Array): number[] {
    const { needs, end, kind } = this.timeline;
    const { firstOfKind } = this;
    const state = row[0] as number;
    const found: number[] = [];
    for (const step of this.active) {
      this.searchSteps++;
      if (needs[step] !== ANY_STATE && needs[step] !== state) continue;
      if (this.isMarked(row, step)) continue;
      const place = firstOfKind[kind[step] as number] as number;
      if (place < 0) {
        firstOfKind[kind[step] as number] = found.length;
        found.push(step);
      } else if ((end[step] as number) < (end[found[place] as number] as number)) {
        found[place] = step;
      }
    }
    this.addEndless(found, row);
    for (const step of found) firstOfKind[kind[step] as number] = -1;
    return found;
  }

  private addEndless(found: number[], row: Int32Array): void {
    const { needs, leaves, kind, endless } = this.timeline;
    const state = row[0] as number;
    for (const list of endless) {
      this.searchSteps++;
      const any = list[0] as number;
      if (needs[any] !== ANY_STATE && needs[any] !== state) continue;
      if (leaves[any] === state) continue;
      if ((this.firstOfKind[kind[any] as number] as number) >= 0) continue;
      for (const step of list) {
        this.searchSteps++;
        if (step >= this.started) break;
        if (this.isMarked(row, step)) continue;
        found.push(step);
        break;
      }
    }
  }

  private putInBucket(row: Int32Array): void {
    let used = 0;
    for (let i = this.headWidth; i < this.headWidth + this.tailWidth; i++) {
      used += bitsIn(row[i] as number);
    }
    const bucket = this.buckets[used] ?? [];
    this.buckets[used] = bucket;
    bucket.push(row);
  }

  private mark(row: Int32Array, step: number): void {
    const slot = this.timeline.slot[step] as number;
    const word = this.wordOf(step, slot);
    row[word] = (row[word] as number) | (1 << (slot & (WORD_BITS - 1)));
  }

  private isMarked(row: Int32Array, step: number): boolean {
    const slot = this.timeline.slot[step] as number;
    const bit = 1 << (slot & (WORD_BITS - 1));
    return ((row[this.wordOf(step, slot)] as number) & bit) !== 0;
  }

  private wordOf(step: number, slot: number): number {
    const first = this.timeline.end[step] === NEVER ? this.headWidth : FIRST_SLOT_WORD;
    return first + (slot >>> 5);
  }
}

function bitsIn(word: number): number {
  let pairs = word - ((word >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
