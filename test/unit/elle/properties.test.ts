/**
 * Histories of a simulated store that keeps, or breaks, strict serializability.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MicroOp } from "../../../rig/core/history/operation.ts";
import { aHistory, append, type HistoryBuilder, read } from "./histories.ts";

interface Step {
  readonly process: number;
  readonly mops: readonly (readonly [isAppend: boolean, key: number])[];
  readonly fate: "ok" | "info-done" | "info-lost" | "fail";
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    process: fc.nat(4),
    mops: fc.array(fc.tuple(fc.boolean(), fc.nat(2)), { minLength: 1, maxLength: 4 }),
    fate: fc.constantFrom("ok", "ok", "ok", "info-done", "info-lost", "fail"),
  }),
  { maxLength: 60 },
);

/**
 * Each process goes from invocation to effect to completion, one stage each time its turn comes;
 * the effect is atomic, so the history is strict-serializable by construction.
 */
function simulate(plan: readonly Step[]): HistoryBuilder {
  const history = aHistory();
  const store = new Map<number, number[]>();
  const open = new Map<number, { mops: MicroOp[]; fate: Step["fate"]; isDone: boolean }>();
  const names = new Map<number, number>();
  let element = 0;
  for (const { process: thread, mops, fate } of plan) {
    const process = names.get(thread) ?? thread;
    const current = open.get(thread);
    if (current === undefined) {
      const wanted = mops.map(([isAppend, key]) => {
        element++;
        return isAppend ? append(key, element) : read(key);
      });
      history.invoke(process, ...wanted);
      open.set(thread, { mops: wanted, fate, isDone: false });
    } else if (!current.isDone) {
      current.isDone = true;
      if (current.fate === "ok" || current.fate === "info-done") {
        const done = current.mops.map((mop): MicroOp => {
          const list = store.get(mop[1]) ?? [];
          if (mop[0] === "r") return read(mop[1], [...list]);
          store.set(mop[1], [...list, mop[2]]);
          return mop;
        });
        if (current.fate === "ok") current.mops = done;
      }
    } else {
      open.delete(thread);
      if (current.fate === "ok") history.ok(process, ...current.mops);
      else if (current.fate === "fail") history.fail(process, ...current.mops);
      else {
        history.info(process, ...current.mops);
        names.set(thread, process + 5);
      }
    }
  }
  return history;
}

describe("histories that are strict-serializable by construction", () => {
  it("are never called invalid, under any model", () => {
    const models = ["strict-serializable", "strong-session-serializable", "serializable"];
    fc.assert(
      fc.property(steps, fc.constantFrom(...models), (plan, model) => {
        expect(simulate(plan).check(model).valid).not.toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("become invalid when a read loses its last element after it was seen", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (count) => {
        const history = aHistory();
        const list: number[] = [];
        for (let i = 1; i <= count; i++) {
          list.push(i);
          history.run(0, append(1, i)).run(1, read(1, [...list]));
        }
        history.run(2, read(1, list.slice(0, -1)));
        expect(history.check().anomalyTypes).toEqual(["G-single-item-realtime"]);
        expect(history.check("serializable").valid).toBe(true);
      }),
    );
  });
});

describe("verdicts", () => {
  it("are monotone: what a weaker model rejects, a stronger one rejects", () => {
    const weakToStrong = ["read-uncommitted", "read-committed", "snapshot-isolation"];
    weakToStrong.push("serializable", "strong-session-serializable", "strict-serializable");
    fc.assert(
      fc.property(steps, fc.nat(200), fc.nat(3), (plan, victim, cut) => {
        const history = simulate(plan);
        const { operations } = history;
        const operation = operations[victim % Math.max(1, operations.length)];
        if (operation?.type === "ok" && Array.isArray(operation.value)) {
          const value = (operation.value as MicroOp[]).map((mop) =>
            mop[0] === "r" && mop[2] !== null ? read(mop[1], mop[2].slice(0, cut)) : mop,
          );
          operations[operation.index] = { ...operation, value };
        }
        const verdicts = weakToStrong.map((model) => history.check(model).valid === false);
        expect([...verdicts].sort()).toEqual(verdicts);
      }),
      { numRuns: 200 },
    );
  });
});
