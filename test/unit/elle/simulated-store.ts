/**
 * A simulated store that is strict-serializable, or nearly: each process goes from invocation to
 * effect to completion, one stage each time its turn comes, and the effect is atomic. A plan may
 * ask for reads that miss the last write of a key.
 */

import fc from "fast-check";
import type { MicroOp } from "../../../rig/core/history/operation.ts";
import {
  aHistory,
  append,
  aRegisterHistory,
  type Builder,
  type HistoryBuilder,
  type RegisterBuilder,
  type RegisterOp,
  r,
  read,
  w,
} from "./histories.ts";

export interface Step {
  readonly process: number;
  readonly mops: readonly (readonly [isWrite: boolean, key: number])[];
  readonly fate: "ok" | "info-done" | "info-lost" | "fail";
  /** By place of the read in the transaction: whether it misses the last write of the key. */
  readonly stale?: readonly boolean[];
}

const common = {
  process: fc.nat(4),
  mops: fc.array(fc.tuple(fc.boolean(), fc.nat(2)), { minLength: 1, maxLength: 4 }),
  fate: fc.constantFrom("ok", "ok", "ok", "info-done", "info-lost", "fail"),
} as const;

export const plans: fc.Arbitrary<Step[]> = fc.array(fc.record(common), {
  maxLength: 60,
  size: "max",
});

/** A few transactions, about every third read of which is stale. */
export const faultyPlans: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    ...common,
    process: fc.nat(2),
    fate: fc.constantFrom("ok", "ok", "ok", "ok", "ok", "ok", "info-done", "fail"),
    mops: fc.array(fc.tuple(fc.boolean(), fc.nat(1)), { minLength: 1, maxLength: 3 }),
    stale: fc.array(
      fc.nat(2).map((chance) => chance === 0),
      { minLength: 3, maxLength: 3 },
    ),
  }),
  { maxLength: 20, size: "max" },
);

interface Workload<Mop> {
  /** A write, or a read without its answer. */
  mop(isWrite: boolean, key: number, unique: number): Mop;
  /** Does a write, or answers a read. */
  perform(mop: Mop, isStale: boolean): Mop;
}

export interface Simulation<B> {
  readonly history: B;
  /** Places of the effects, by index of the completion. */
  readonly order: ReadonlyMap<number, number>;
}

export function simulateLists(plan: readonly Step[]): Simulation<HistoryBuilder> {
  const store = new Map<number, number[]>();
  return simulate<MicroOp, HistoryBuilder>(plan, aHistory(), {
    mop: (isWrite, key, unique) => (isWrite ? append(key, unique) : read(key)),
    perform: (mop, isStale) => {
      const list = store.get(mop[1]) ?? [];
      if (mop[0] === "r") return read(mop[1], isStale ? list.slice(0, -1) : [...list]);
      store.set(mop[1], [...list, mop[2]]);
      return mop;
    },
  });
}

export function simulateRegisters(plan: readonly Step[]): Simulation<RegisterBuilder> {
  const store = new Map<number, (number | null)[]>();
  return simulate<RegisterOp, RegisterBuilder>(plan, aRegisterHistory(), {
    mop: (isWrite, key, unique) => (isWrite ? w(key, unique) : r(key)),
    perform: (mop, isStale) => {
      const values = store.get(mop[1]) ?? [];
      if (mop[0] === "r") return r(mop[1], values.at(isStale ? -2 : -1) ?? null);
      store.set(mop[1], [...values, mop[2]]);
      return mop;
    },
  });
}

interface Open<Mop> {
  mops: Mop[];
  readonly step: Step;
  place: number | undefined;
}

function simulate<Mop extends readonly [string, number, unknown], B extends Builder<Mop>>(
  plan: readonly Step[],
  history: B,
  workload: Workload<Mop>,
): Simulation<B> {
  const open = new Map<number, Open<Mop>>();
  const names = new Map<number, number>();
  const order = new Map<number, number>();
  let unique = 0;
  let effects = 0;
  for (const step of plan) {
    const thread = step.process;
    const process = names.get(thread) ?? thread;
    const current = open.get(thread);
    if (current === undefined) {
      const mops = step.mops.map(([isWrite, key]) => workload.mop(isWrite, key, ++unique));
      history.invoke(process, ...mops);
      open.set(thread, { mops, step, place: undefined });
      continue;
    }
    const { fate, stale } = current.step;
    if (current.place === undefined) {
      current.place = effects++;
      if (fate !== "ok" && fate !== "info-done") continue;
      const done = current.mops.map((mop, at) => workload.perform(mop, stale?.[at] === true));
      if (fate === "ok") current.mops = done;
      continue;
    }
    open.delete(thread);
    order.set(history.operations.length, current.place);
    if (fate === "ok" || fate === "fail") {
      history.add(fate, process, current.mops);
    } else {
      history.info(process, ...current.mops);
      names.set(thread, process + 5);
    }
  }
  return { history, order };
}
