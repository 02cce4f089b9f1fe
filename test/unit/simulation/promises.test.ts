/**
 * Durable promises, audited in whole runs: no node ever sends a vote or a confirmation that its
 * storage did not hold before, whatever fails around it.
 */

import { describe, expect, it } from "vitest";
import { makeNode } from "../../../rig/core/consensus/make-node.ts";
import type { NodeCore } from "../../../rig/core/consensus/node-core.ts";
import type { Fault } from "../../../rig/core/fault/fault.ts";
import type { RunPlan } from "../../../rig/core/plan/plan.ts";
import { HastyNode } from "../../support/hasty-node.ts";
import { aFault, aPlan } from "../../support/plans.ts";
import { PromiseAuditor } from "../../support/promise-auditor.ts";
import { RecordedRun } from "../../support/recorded-run.ts";

const PLACE = { start: { atOperation: 20 }, end: { atOperation: 60 } } as const;

function audited(plan: RunPlan, wrap: (core: NodeCore) => NodeCore = (core) => core) {
  const auditors: PromiseAuditor[] = [];
  const run = new RecordedRun(plan, (node) => {
    const auditor = new PromiseAuditor(wrap(makeNode(plan, node)));
    auditors.push(auditor);
    return auditor;
  }).finish();
  return {
    run,
    sent: auditors.reduce((sum, { sent }) => sum + sent, 0),
    broken: auditors.flatMap(({ broken }) => broken),
  };
}

const FAULTS: readonly (readonly [string, readonly Fault[]])[] = [
  ["nothing", []],
  ["power cuts", [aFault({ kind: "power-cut", nodes: [0, 3] }, PLACE)]],
  ["crashes", [aFault({ kind: "crash", nodes: [1, 2] }, PLACE)]],
  ["pauses", [aFault({ kind: "pause", nodes: [0, 1] }, PLACE)]],
  ["loss", [aFault({ kind: "loss", nodes: [0, 1, 2, 3, 4], probability: 0.3 }, PLACE)]],
  [
    "a partition",
    [
      aFault(
        {
          kind: "partition",
          groups: [
            [0, 1],
            [2, 3, 4],
          ],
        },
        PLACE,
      ),
    ],
  ],
];

describe("a promise in a run", () => {
  it.each(FAULTS)("under %s never leaves before it is durable", (_name, faults) => {
    for (const seed of [1, 2, 3]) {
      const { sent, broken } = audited(aPlan({ nodes: 5, operations: 80, seed, faults }));
      expect(broken).toEqual([]);
      expect(sent).toBeGreaterThan(100);
    }
  });

  it("that became durable while its node was down counts when the node is back", () => {
    // One of these strikes between the write of a confirmation and its end.
    for (let atNs = 1_000_000; atNs < 2_600_000; atNs += 17_000) {
      const place = { start: { atNs }, end: { atNs: atNs + 30_000_000 } };
      const fault = aFault({ kind: "crash", nodes: [0, 1] }, place);
      const { run } = audited(aPlan({ nodes: 5, operations: 20, faults: [fault] }));
      expect(run.violations, `crash at ${atNs} ns`).toEqual([]);
    }
  });

  it("that leaves too early is seen by the auditor", () => {
    const { broken } = audited(aPlan({ nodes: 5 }), (core) => new HastyNode(core));
    expect(broken.length).toBeGreaterThan(0);
  });
});
