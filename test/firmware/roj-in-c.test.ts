/**
 * ROJ in C against ROJ in TypeScript, event for event: every node of a simulated run writes down
 * what it is told and what it does, and the C is told the same. As a node's effects are all that a
 * cluster knows of it, a run in which some nodes are of C is the same run, with the same verdict.
 * RIG_AGENT_SEEDS says how many seeds of each scenario.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { RojNode } from "../../rig/core/consensus/roj/node.ts";
import { ROJ_RULES } from "../../rig/core/consensus/roj/rules.ts";
import { COMPACTION } from "../../rig/core/consensus/roj/snapshot.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { swarmPlan } from "../../rig/core/plan/swarm.ts";
import { ResidentNode } from "../../rig/core/resident/resident-node.ts";
import { SimulatedRun } from "../../rig/simulation/simulated-run.ts";
import { buildAgent } from "../support/agent.ts";
import { differenceInC, WrittenNode } from "../support/c-node.ts";

const SEEDS = Number(process.env["RIG_AGENT_SEEDS"] ?? 1);
const FROM = Number(process.env["RIG_AGENT_FROM"] ?? 1);

let program = "";

beforeAll(() => {
  program = buildAgent("roj-steps", [
    "SANITIZE=-fsanitize=address,undefined -fno-sanitize-recover=all",
  ]);
});

/** Runs the plan with nodes that write down; what differs, and how many events there were. */
function differences(plan: RunPlan): { readonly found: string[]; readonly events: number } {
  const written: WrittenNode[] = [];
  const { nodes, timers, residents } = plan;
  const compaction = { ...COMPACTION, ...plan.storage.compaction };
  const makeNode = (node: number) => {
    const setup = { node, nodes, ...timers, compaction };
    const core = new WrittenNode(new RojNode({ ...setup, rules: ROJ_RULES }), setup);
    written.push(core);
    if (residents === undefined) return core;
    const { seed, workload, client } = plan;
    const { processes } = residents;
    return new ResidentNode(core, { node, nodes, seed, processes, workload, client });
  };
  const sink = { record() {}, node() {}, frame() {} };
  const run = new SimulatedRun({ plan, makeNode, sink });
  run.advance(20_000_000);
  run.end(null);
  const found = written.flatMap((node, index) => differenceInC(program, node) ?? []);
  const events = written.reduce((sum, node) => sum + node.events, 0);
  return { found: found.map((text) => `${plan.scenario}, seed ${plan.seed}: ${text}`), events };
}

/** Those that need no signatures. */
const NAMES = SCENARIOS.map(({ name }) => name).filter((scenario) => {
  const { auth = "crash", protocol } = makePlan({ scenario, seed: 1 });
  return auth === "crash" && protocol === "roj";
});

describe("a node in C does what a node in TypeScript does", () => {
  it.each(NAMES)(
    "%s",
    (scenario) => {
      for (let seed = FROM; seed < FROM + SEEDS; seed++) {
        const { found, events } = differences(makePlan({ scenario, seed }));
        expect(found).toEqual([]);
        expect(events).toBeGreaterThan(100);
      }
    },
    3_600_000,
  );

  it("in the swarm, with storage that tears and rots, and snapshots", () => {
    for (let seed = FROM; seed < FROM + 4 * SEEDS; seed++) {
      const plan = swarmPlan(seed);
      if ((plan.auth ?? "crash") !== "crash" || plan.protocol !== "roj") continue;
      const compaction = { everySlots: 8, journalBytes: 4096, keptSlots: 8 };
      const often = { ...plan, storage: { ...plan.storage, compaction } };
      expect([...differences(plan).found, ...differences(often).found]).toEqual([]);
    }
  }, 3_600_000);
});
