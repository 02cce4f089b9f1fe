/**
 * Whole runs in which every few slots give way to a snapshot: each scenario is still what it
 * should be, nodes that were away come back by snapshot, and retries are applied once.
 */

import { describe, expect, it } from "vitest";
import { makeNode } from "../../rig/core/consensus/make-node.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { requestEnvelope, writeRequest } from "../../rig/core/wire/client-message.ts";
import { FrameMaker, TO_ALL } from "../../rig/core/wire/header.ts";
import { Cluster } from "../../rig/simulation/cluster.ts";
import { aFault, aPlan } from "../support/plans.ts";
import { RecordedRun } from "../support/recorded-run.ts";
import { anAppend } from "../support/roj-messages.ts";
import { simulatePlan } from "../support/simulate.ts";

const SEEDS = 3;
const COMPACTION = { everySlots: 4, journalBytes: 1 << 20, keptSlots: 4 };

function compacting(plan: RunPlan): RunPlan {
  return { ...plan, storage: { ...plan.storage, compaction: COMPACTION } };
}

describe("with a snapshot every four slots", () => {
  // Where traitors have their way, snapshots or not, nothing is what it should be.
  const sound = SCENARIOS.map(({ name }) => name).filter(
    (scenario) => makePlan({ scenario, seed: 1 }).expectation.class !== "must-detect",
  );

  it.each(sound)(
    "%s is what it should be",
    (scenario) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        // What compares runs with a baseline has nothing to do with snapshots.
        const plan = { ...compacting(makePlan({ scenario, seed })), assertions: [] };
        // Journals this short may leave faults of the storage nothing to strike.
        const bad = judgeRun(simulatePlan(plan)).reasons.filter(
          ({ outcome, code }) => outcome !== "valid" && code !== "idle-fault",
        );
        expect({ seed, bad }).toEqual({ seed, bad: [] });
      }
    },
    60_000,
  );

  it("a node that was away for long comes back by snapshot, and catches up", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const place = { start: { atOperation: 5 }, end: { atOperation: 90 } };
      const away = aFault({ kind: "power-cut", nodes: [2] }, place);
      const plan = compacting(aPlan({ nodes: 5, operations: 120, seed, faults: [away] }));
      const run = new RecordedRun(plan).finish();
      expect({ seed, violations: run.violations }).toEqual({ seed, violations: [] });
      const { toNs } = run.fault(away.id);
      const after = run.deeds.filter(({ node, timeNs }) => node === 2 && timeNs > toNs);
      const jump = after.find(({ record }) => record.event === "snapshot")?.record.slot ?? 0;
      const boot = run.deeds.filter(({ node, record }) => node === 2 && record.event === "boot");
      expect(jump).toBeGreaterThan((boot.at(-1)?.record.slot ?? 0) + 4);
      const decided = run.statistics.nodes.map((node) => node.decided);
      expect(Math.max(...decided) - (decided[2] as number)).toBeLessThan(3);
    }
  });
});

describe("a journal with snapshots", () => {
  it("stays short however long the run is", () => {
    const sizes: number[] = [];
    const plan = compacting(aPlan({ nodes: 3, operations: 400 }));
    const run = new RecordedRun(plan, (node) => {
      const core = makeNode(plan, node);
      let records = 0;
      return {
        step(event, timeNs) {
          const effects = core.step(event, timeNs);
          for (const effect of effects) {
            if (effect.kind === "persist") records++;
            else if (effect.kind === "truncate") {
              sizes.push(records);
              records = 0;
            }
          }
          return effects;
        },
      };
    }).finish();
    expect(run.violations).toEqual([]);
    expect(sizes.length).toBeGreaterThan(20);
    // Three records for each slot, and a few more where rounds fail.
    expect(Math.max(...sizes)).toBeLessThan(60);
  });
});

describe("a request that is sent again", () => {
  it("after all nodes came back from their snapshots is answered and not applied again", () => {
    const plan = compacting(aPlan({ nodes: 3 }));
    const applied: number[] = [];
    let replies = 0;
    const cluster = new Cluster({
      plan,
      makeNode: (node) => makeNode(plan, node),
      sink: {
        record() {},
        frame() {},
        node: (_node, _boot, _timeNs, { event, requests }) => {
          if (event === "apply") applied.push(requests?.length ?? 0);
        },
      },
      onHostFrame: () => replies++,
    });
    const frames = new FrameMaker(1);
    const body = new Uint8Array(64);
    const send = (client: number, request: number) => {
      const length = writeRequest(body, anAppend(client, request, client, request));
      frames.frames(requestEnvelope(14, TO_ALL), body, length, (frame) => {
        cluster.sendFromHost(frame, [client, request]);
      });
    };
    const settle = () => {
      while (cluster.nextNs() < Number.POSITIVE_INFINITY) cluster.advance();
    };
    cluster.start();
    for (let request = 1; request <= 8; request++) {
      send(1, request);
      settle();
    }
    const cut = aFault({ kind: "power-cut", nodes: [0, 1, 2] });
    cluster.inject(cut);
    cluster.heal(cut);
    settle();
    const before = applied.length;
    replies = 0;
    send(1, 8);
    settle();
    expect(replies).toBe(3);
    expect(applied.length).toBe(before);
    const violations = cluster.statistics().invariants.flatMap((each) => each.violations);
    expect(violations).toEqual([]);
  });
});
