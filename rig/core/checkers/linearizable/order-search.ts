/**
 * Looks for an order of the steps that agrees with their times, by the algorithm of Wing and Gong
 * with Lowe's memory of configurations. A configuration is the first step whose end has come while
 * it is not placed, the state, and which of the steps open then are placed: all that the rest of
 * the search depends on. The search is kept small in ways that can't miss an order: a step that
 * needs and leaves the present state is placed at once; of open steps of one kind only the one
 * that ends first is tried; a step without answer is tried only if it changes something; and a
 * configuration is left if one was seen that differs by fewer of those used. A budget of steps,
 * not a clock, ends a search that takes too long.
 */

import { Configurations } from "./configurations.ts";
import { KEPT_STATES, type SearchResult, stepCost, WORD_BITS } from "./search-result.ts";
import { ANY_STATE, NEVER } from "./step.ts";
import type { Timeline } from "./timeline.ts";

interface Frame {
  readonly step: number;
  readonly passed: number;
  readonly placements: number;
  /** Length of the stack of candidates below this frame's own. */
  readonly candidates: number;
}

export class OrderSearch {
  private readonly timeline: Timeline;
  private readonly budget: number;
  /**
   * Steps that end and are not placed yet, linked in order of start; the number after the last
   * step is the list's end.
   */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly isPlaced: Uint8Array;
  /** How many of the endless steps of each kind are placed: always those that start first. */
  private readonly used: Int32Array;
  /**
   * First word: `passed`; second: the state; then a bit for each slot with a placed step: first
   * those of steps that end, then, in words of their own, those of steps that never do.
   */
  private readonly configuration: Int32Array;
  private readonly headWidth: number;
  private readonly seen: Configurations;
  private readonly frames: Frame[] = [];
  private readonly placements: number[] = [];
  private readonly candidates: number[] = [];
  private readonly firstOfKind: Int32Array;
  /** Not taken back: the next candidate, which is known to fit, sets it. */
  private state = 0;
  /** How many of the steps that end are placed, from the first on without a gap. */
  private passed = 0;
  private searchSteps = 0;
  private best = -1;
  private readonly reached = new Map<number, number>();

  constructor(timeline: Timeline, budget: number) {
    const count = timeline.steps;
    this.timeline = timeline;
    this.budget = budget;
    this.next = new Int32Array(count + 1);
    this.previous = new Int32Array(count + 1);
    this.used = new Int32Array(timeline.kinds);
    this.linkAll();
    this.isPlaced = new Uint8Array(count);
    this.headWidth = 2 + Math.ceil(timeline.slots / WORD_BITS);
    const tailWidth = Math.ceil(timeline.endlessSlots / WORD_BITS);
    this.configuration = new Int32Array(this.headWidth + tailWidth);
    this.seen = new Configurations(this.headWidth, tailWidth);
    this.firstOfKind = new Int32Array(timeline.kinds).fill(-1);
  }

  run(): SearchResult {
    this.settle();
    for (;;) {
      if (this.passed === this.timeline.ending.length) return this.result("ordered");
      if (this.searchSteps > this.budget) return this.result("gave-up");
      if (this.isNew()) this.collectCandidates();
      let frame = this.frames.at(-1);
      while (this.candidates.length === (frame?.candidates ?? 0)) {
        if (frame === undefined) return this.result("stuck");
        this.takeBack(frame);
        this.frames.pop();
        frame = this.frames.at(-1);
      }
      const step = this.candidates.pop() as number;
      const { passed, placements, candidates } = this;
      this.frames.push({
        step,
        passed,
        placements: placements.length,
        candidates: candidates.length,
      });
      this.place(step);
      this.state = this.timeline.leaves[step] as number;
      this.settle();
    }
  }

  private linkAll(): void {
    const { end, steps } = this.timeline;
    let last = steps;
    for (let step = 0; step < steps; step++) {
      if (end[step] === NEVER) continue;
      this.next[last] = step;
      this.previous[step] = last;
      last = step;
    }
    this.next[last] = steps;
    this.previous[steps] = last;
  }

  private result(kind: SearchResult["kind"]): SearchResult {
    const states = Array.from(this.reached, ([state, by]) => ({ state, by }));
    return {
      kind,
      placed: Math.max(this.best, this.passed),
      reached: states.slice(0, KEPT_STATES),
      reachedCount: states.length,
      searchSteps: this.searchSteps,
      configurations: this.seen.size,
    };
  }

  /** Places all that fits without changing the state, and passes the ends of what is placed. */
  private settle(): void {
    const { needs, leaves, start, end, ending, steps } = this.timeline;
    let step = this.next[steps] as number;
    for (;;) {
      while (this.passed < ending.length && this.isPlaced[ending[this.passed] as number] === 1) {
        this.markSlot(ending[this.passed] as number, false);
        this.passed++;
      }
      if (this.passed === ending.length) return;
      const first = ending[this.passed] as number;
      const limit = end[first] as number;
      while (step !== steps && (start[step] as number) <= limit) {
        this.searchSteps++;
        const following = this.next[step] as number;
        if (needs[step] === this.state && leaves[step] === this.state) this.place(step);
        step = following;
      }
      if (this.isPlaced[first] === 0) return;
    }
  }

  private isNew(): boolean {
    const { configuration } = this;
    configuration[0] = this.passed;
    configuration[1] = this.state;
    const cost = this.seen.cost;
    const isNew = this.seen.add(configuration);
    this.searchSteps += stepCost(configuration.length) + this.seen.cost - cost;
    if (!isNew) return false;
    if (this.passed > this.best) {
      this.best = this.passed;
      this.reached.clear();
    }
    if (this.passed === this.best && !this.reached.has(this.state)) {
      this.reached.set(this.state, this.frames.at(-1)?.step ?? -1);
    }
    return true;
  }

  /** Puts on the stack what may be placed next, the best one last. */
  private collectCandidates(): void {
    const { needs, start, end, ending, steps, kind } = this.timeline;
    const { candidates, firstOfKind, state } = this;
    const urgent = ending[this.passed] as number;
    const limit = end[urgent] as number;
    const below = candidates.length;
    let step = this.next[steps] as number;
    for (; step !== steps && (start[step] as number) <= limit; step = this.next[step] as number) {
      this.searchSteps++;
      if (needs[step] !== ANY_STATE && needs[step] !== state) continue;
      const place = firstOfKind[kind[step] as number] as number;
      if (place < 0) {
        firstOfKind[kind[step] as number] = candidates.length;
        candidates.push(step);
      } else if ((end[step] as number) < (end[candidates[place] as number] as number)) {
        candidates[place] = step;
      }
    }
    this.collectEndless(limit);
    for (let i = below; i < candidates.length; i++) {
      firstOfKind[kind[candidates[i] as number] as number] = -1;
    }
    this.sortCandidates(below, urgent);
  }

  private collectEndless(limit: number): void {
    const { needs, leaves, start, kind, endless } = this.timeline;
    for (const list of endless) {
      this.searchSteps++;
      const any = list[0] as number;
      if (needs[any] !== ANY_STATE && needs[any] !== this.state) continue;
      if (leaves[any] === this.state) continue;
      const ofKind = kind[any] as number;
      if ((this.firstOfKind[ofKind] as number) >= 0) continue;
      const step = list[this.used[ofKind] as number];
      if (step !== undefined && (start[step] as number) <= limit) this.candidates.push(step);
    }
  }

  private sortCandidates(below: number, urgent: number): void {
    const { candidates } = this;
    for (let i = below + 1; i < candidates.length; i++) {
      const step = candidates[i] as number;
      const rank = this.rank(step, urgent);
      let place = i;
      for (; place > below; place--) {
        this.searchSteps++;
        const other = candidates[place - 1] as number;
        if (this.rank(other, urgent) >= rank) break;
        candidates[place] = other;
      }
      candidates[place] = step;
    }
  }

  /** Less is better. */
  private rank(step: number, urgent: number): number {
    if (step === urgent) return -2;
    const { leaves, needs, end } = this.timeline;
    return leaves[step] === needs[urgent] ? -1 : (end[step] as number);
  }

  private place(step: number): void {
    if (this.timeline.end[step] === NEVER) {
      this.countUsed(step, 1);
    } else {
      const before = this.previous[step] as number;
      const after = this.next[step] as number;
      this.next[before] = after;
      this.previous[after] = before;
    }
    this.isPlaced[step] = 1;
    this.markSlot(step, true);
    this.placements.push(step);
  }

  private countUsed(step: number, change: number): void {
    const kind = this.timeline.kind[step] as number;
    this.used[kind] = (this.used[kind] as number) + change;
  }

  private takeBack(frame: Frame): void {
    while (this.placements.length > frame.placements) {
      const step = this.placements.pop() as number;
      if (this.timeline.end[step] === NEVER) {
        this.countUsed(step, -1);
      } else {
        this.next[this.previous[step] as number] = step;
        this.previous[this.next[step] as number] = step;
      }
      this.isPlaced[step] = 0;
      this.markSlot(step, false);
    }
    // Only after that, because a step taken back may have used the slot of one that ended.
    while (this.passed > frame.passed) {
      this.passed--;
      const step = this.timeline.ending[this.passed] as number;
      if (this.isPlaced[step] === 1) this.markSlot(step, true);
    }
  }

  private markSlot(step: number, isMarked: boolean): void {
    const slot = this.timeline.slot[step] as number;
    const first = this.timeline.end[step] === NEVER ? this.headWidth : 2;
    const word = first + (slot >>> 5);
    const bit = 1 << (slot & (WORD_BITS - 1));
    const bits = this.configuration[word] as number;
    this.configuration[word] = isMarked ? bits | bit : bits & ~bit;
  }
}
