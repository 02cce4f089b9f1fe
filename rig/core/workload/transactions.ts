/**
 * What the workloads of lists and of registers have in common: transactions of a few writes and
 * reads over a pool of keys. Values count up from 1 in each key, so that every write is unique; a
 * key that has had its share of writes makes way for a fresh one.
 */

import type { MicroOp } from "../history/operation.ts";
import type { WorkloadPlan } from "../plan/plan.ts";
import type { Random } from "../random/random.ts";

export class TransactionWorkload {
  readonly #plan: WorkloadPlan;
  readonly #random: Random;
  readonly #write: "append" | "w";
  /** The keys in use, and how many writes each has had. */
  readonly #keys: number[];
  readonly #writes: number[];
  #keyCount: number;

  constructor(plan: WorkloadPlan, random: Random, write: "append" | "w") {
    this.#plan = plan;
    this.#random = random;
    this.#write = write;
    this.#keys = Array.from({ length: plan.keys }, (_, index) => index);
    this.#writes = this.#keys.map(() => 0);
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
    const value = (this.#writes[place] as number) + 1;
    this.#writes[place] = value;
    if (value === this.#plan.appendsPerKey) {
      this.#keys[place] = this.#keyCount++;
      this.#writes[place] = 0;
    }
    return [this.#write, key, value];
  }
}
