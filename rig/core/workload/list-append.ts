/**
 * The list-append workload: transactions of a few appends and reads over a pool of keys. Values
 * count up from 1 in each key, so that every append is unique; a key that has had its share of
 * appends makes way for a fresh one, so that lists stay short enough for a frame.
 */

import type { MicroOp } from "../history/operation.ts";
import type { WorkloadPlan } from "../plan/plan.ts";
import type { Random } from "../random/random.ts";

export class ListAppendWorkload {
  readonly #plan: WorkloadPlan;
  readonly #random: Random;
  /** The keys in use, and how many appends each has had. */
  readonly #keys: number[];
  readonly #appends: number[];
  #keyCount: number;

  constructor(plan: WorkloadPlan, random: Random) {
    this.#plan = plan;
    this.#random = random;
    this.#keys = Array.from({ length: plan.keys }, (_, index) => index);
    this.#appends = this.#keys.map(() => 0);
    this.#keyCount = plan.keys;
  }

  /** How many keys were used so far: they are 0 to this less one. */
  get keyCount(): number {
    return this.#keyCount;
  }

  next(): readonly MicroOp[] {
    const length = this.#random.between(1, this.#plan.microOpsMax);
    return Array.from({ length }, () => this.#microOp());
  }

  #microOp(): MicroOp {
    const place = this.#random.below(this.#keys.length);
    const isRead = this.#random.chance(this.#plan.readPercent, 100);
    const key = this.#keys[place] as number;
    if (isRead) return ["r", key, null];
    const value = (this.#appends[place] as number) + 1;
    this.#appends[place] = value;
    if (value === this.#plan.appendsPerKey) {
      this.#keys[place] = this.#keyCount++;
      this.#appends[place] = 0;
    }
    return ["append", key, value];
  }
}
