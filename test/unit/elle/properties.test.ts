/**
 * Histories of a simulated store that keeps, or breaks, strict serializability.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MicroOp } from "../../../rig/core/history/operation.ts";
import { aHistory, append, read } from "./histories.ts";
import { plans, simulateLists } from "./simulated-store.ts";

describe("histories that are strict-serializable by construction", () => {
  it("are never called invalid, under any model", () => {
    const models = ["strict-serializable", "strong-session-serializable", "serializable"];
    fc.assert(
      fc.property(plans, fc.constantFrom(...models), (plan, model) => {
        expect(simulateLists(plan).history.check(model).valid).not.toBe(false);
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
      fc.property(plans, fc.nat(200), fc.nat(3), (plan, victim, cut) => {
        const { history } = simulateLists(plan);
        const { operations } = history;
        const operation = operations[victim % Math.max(1, operations.length)];
        if (operation?.type === "ok" && Array.isArray(operation.value)) {
          const value = (operation.value as MicroOp[]).map((mop) =>
            Array.isArray(mop[2]) ? read(mop[1], mop[2].slice(0, cut)) : mop,
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
