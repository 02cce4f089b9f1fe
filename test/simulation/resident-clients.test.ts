/**
 * Clients that live on the nodes, through whole runs: their histories are judged as the host's
 * are, a clock that is wrong by a second shows in nothing, and a broken protocol shows.
 * RIG_RESIDENT_SEEDS raises the number of seeds; a campaign takes 1,000.
 */

import { describe, expect, it } from "vitest";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { checkListAppend } from "../../rig/core/elle/index.ts";
import type { Fault } from "../../rig/core/fault/fault.ts";
import { isClientOperation, type Operation } from "../../rig/core/history/operation.ts";
import { tableOfOperations } from "../../rig/core/history/operation-table.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import { EvidenceBuilder } from "../../rig/core/run/evidence-builder.ts";
import { NS_PER_MS, NS_PER_S } from "../../rig/core/time/time.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { naiveMerge } from "../support/node-histories.ts";
import { RecordedRun } from "../support/recorded-run.ts";
import { aResidentPlan } from "../support/resident-plans.ts";
import { simulatePlan } from "../support/simulate.ts";

const SEEDS = Number(process.env["RIG_RESIDENT_SEEDS"] ?? 10);
const LIMIT_MS = 3_600_000;

function anomaliesIn(operations: readonly Operation[]): readonly string[] {
  const consistency = "strict-serializable";
  return checkListAppend(tableOfOperations(operations), { consistency }).anomalyTypes;
}

describe("clients on the nodes", () => {
  it.each(["happy", "partition", "leader-crash", "message-loss", "contention", "slow-network"])(
    "give what is expected of %s",
    (scenario) => {
      for (let seed = 1; seed <= Math.ceil(SEEDS / 10); seed++) {
        const evidence = simulatePlan(aResidentPlan({ scenario, seed }));
        const result = judgeRun({ ...evidence, baselines: { happy: 5_000 } });
        const { outcome, reasons, nodesHistory } = result;
        expect({ seed, outcome, reasons }).toMatchObject({ seed, outcome: "valid" });
        expect(nodesHistory?.lost).toBe(0);
        expect(nodesHistory?.counts.ok).toBeGreaterThan(60);
      }
    },
  );

  it("work beside those of the host, on keys of their own", () => {
    const evidence = simulatePlan(aResidentPlan({ clientsAt: "both", seed: 1 }));
    const { outcome, counts, nodesHistory } = judgeRun(evidence);
    expect(outcome).toBe("valid");
    expect(counts.ok).toBe(120);
    expect(nodesHistory?.counts.ok).toBeGreaterThan(20);
    const keys = (operations: readonly Operation[]) =>
      new Set(operations.filter(isClientOperation).flatMap(({ value }) => value.map((m) => m[1])));
    const nodes = keys(evidence.nodesHistory?.operations ?? []);
    for (const key of keys(evidence.operations)) expect(nodes.has(key)).toBe(false);
  });

  it("give the same bytes for the same seed", () => {
    const text = () => new RecordedRun(aResidentPlan({ seed: 3, operations: 40 })).finish().text;
    expect(text()).toBe(text());
  });
});

describe("a clock that is a second fast on one node", () => {
  const id = "clock-step-1";
  const faults: readonly Fault[] = [
    { kind: "clock-step", id, nodes: [1], stepNs: NS_PER_S, start: { atNs: 0 } },
  ];

  it(
    "makes no false anomaly, where a merge by the clocks makes some",
    () => {
      let fooled = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const plan = aResidentPlan({ seed, faults });
        const { records: entries } = new RecordedRun(plan).finish();
        const builder = new EvidenceBuilder(plan);
        for (const entry of entries) builder.add(entry);
        const merged = builder.evidence().nodesHistory?.operations ?? [];
        expect(merged.length).toBeGreaterThan(200);
        expect({ seed, found: anomaliesIn(merged) }).toEqual({ seed, found: [] });
        const records = entries.flatMap((entry) =>
          entry.type === "node-history" ? [entry.record] : [],
        );
        if (anomaliesIn(naiveMerge(records)).length > 0) fooled++;
      }
      if (SEEDS > 20) console.log(`${fooled} of ${SEEDS} seeds fool a merge by the clocks`);
      expect(fooled).toBeGreaterThan(SEEDS / 2);
    },
    LIMIT_MS,
  );
});

/** Nodes 0, 1, 2 in turn lose power; snapshots come often, and so do retries. */
function restless(seed: number): RunPlan {
  const plan = aResidentPlan({ nodes: 3, operations: 200, seed });
  const faults = [20, 50, 80, 110, 140, 170].map(
    (operation, index): Fault => ({
      kind: "power-cut",
      id: `power-cut-${index}`,
      nodes: [index % 3],
      start: { atOperation: operation },
      end: { atOperation: operation + 12 },
    }),
  );
  const compaction = { everySlots: 4, journalBytes: 1 << 20, keptSlots: 4 };
  const storage = { ...plan.storage, compaction };
  return { ...plan, faults, storage, client: { ...plan.client, retryNs: NS_PER_MS / 2 } };
}

function seedsWithAnomalies(rules: RojRules): number {
  let found = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const { nodesHistory } = simulatePlan(restless(seed), rules);
    if (anomaliesIn(nodesHistory?.operations ?? []).length > 0) found++;
  }
  return found;
}

describe("a protocol that forgets its sessions in snapshots", () => {
  it("is caught by the nodes' histories alone, where the right one is not", () => {
    expect(seedsWithAnomalies(ROJ_RULES)).toBe(0);
    expect(seedsWithAnomalies({ ...ROJ_RULES, snapshotsSessions: false })).toBeGreaterThan(5);
  });
});
