/**
 * Runs under random faults of all kinds, overlapping: whatever was done to it, the cluster stays
 * sound, comes back after the heal, and the run ends.
 */

import { describe, expect, it } from "vitest";
import { checkListAppend } from "../../../rig/core/elle/index.ts";
import { tableOfOperations } from "../../../rig/core/history/operation-table.ts";
import { aPlan } from "../../support/plans.ts";
import { randomFaults } from "../../support/random-faults.ts";
import { RecordedRun } from "../../support/recorded-run.ts";

const OPERATIONS = 60;

function underRandomFaults(nodes: number, seed: number): RecordedRun {
  const faults = randomFaults(seed, { nodes, operations: OPERATIONS, faults: 4 });
  return new RecordedRun(aPlan({ nodes, operations: OPERATIONS, seed, faults })).finish();
}

describe.each([2, 3, 4, 5, 7])("%i nodes under random faults", (nodes) => {
  it("stay sound, and answer every final read", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const run = underRandomFaults(nodes, seed);
      const hint = `nodes ${nodes}, seed ${seed}`;
      expect(run.violations, hint).toEqual([]);
      const table = tableOfOperations(run.operations);
      const { anomalyTypes } = checkListAppend(table, { consistency: "strict-serializable" });
      expect(anomalyTypes, hint).toEqual([]);
      const healed = run.records.find(
        (entry) => entry.type === "phase" && entry.phase === "healed",
      );
      const afterHeal = run.acknowledged(healed?.time ?? 0, Number.POSITIVE_INFINITY);
      expect(afterHeal.length, hint).toBeGreaterThanOrEqual(20);
    }
  });
});
