/** Two boards with one identity: what the bus makes of them, and what the others do. */

import { describe, expect, it } from "vitest";
import { adversityOf } from "../../../rig/core/plan/adversity.ts";
import { makePlan, planIssues } from "../../../rig/core/plan/make-plan.ts";
import { aFault, aPlan } from "../../support/plans.ts";
import { RecordedRun } from "../../support/recorded-run.ts";
import { aScriptedCluster, aSend, settle } from "../../support/scripted-core.ts";

const twin = (nodes: readonly number[]) => {
  return aFault(
    { kind: "twin-node", nodes },
    { start: { atOperation: 20 }, end: { atOperation: 80 } },
  );
};

describe("a twin", () => {
  it("starts as its node did, with the same boot counter, and says the same", () => {
    const { cluster, bus, cores } = aScriptedCluster([[aSend(0, 1)], []]);
    settle(cluster);
    const fault = twin([0]);
    cluster.inject(fault);
    settle(cluster);
    // The script is the core's: the twin is another run of it.
    expect(cores[0].of("boot").map(({ incarnation }) => incarnation)).toEqual([1, 1]);
    expect(bus).toHaveLength(2);
    expect(bus[1]?.data).toEqual(bus[0]?.data);
    expect(cluster.heal(fault)).toBe(1);
  });

  it("collides with its node where the two differ, and the cluster bears it", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const plan = aPlan({ nodes: 5, operations: 120, seed, faults: [twin([1])] });
      const run = new RecordedRun(plan).finish();
      const { fromNs, toNs, effects } = run.fault("twin-node-1");
      expect(effects).toBeGreaterThan(0);
      expect(run.statistics.bus.errorFrames).toBeGreaterThan(0);
      expect(run.violations).toEqual([]);
      expect(run.acknowledged(fromNs, toNs).length).toBeGreaterThan(20);
      // Its deeds are nobody's: the node has one boot, and no vote twice.
      expect(run.statistics.nodes[1]?.boots).toBe(1);
    }
  });

  it("makes its node Byzantine, and is refused where that is too much or has no station", () => {
    expect(adversityOf(5, [twin([1])])).toMatchObject({ byzantine: 1, silent: 0 });
    const issuesOf = (nodes: number, twins: readonly number[]) => {
      const plan = makePlan({ scenario: "happy", nodes, seed: 1 });
      return planIssues({ ...plan, faults: [twin(twins)] }).map(({ text }) => text);
    };
    expect(issuesOf(5, [1])).toEqual([]);
    expect(issuesOf(3, [1])[0]).toContain("expected at most 0");
    expect(issuesOf(14, [1])[0]).toContain("needs stations beside 14 nodes");
  });
});
