/**
 * ROJ in C against ROJ in TypeScript, event for event: every node of a simulated run writes down
 * what it is told and what it does, and the C is told the same. As a node's effects are all that a
 * cluster knows of it, a run in which some nodes are of C is the same run, with the same verdict.
 * RIG_AGENT_SEEDS says how many seeds of each scenario.
 */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { fdFrame } from "../../rig/core/can/frame.ts";
import { RojNode } from "../../rig/core/consensus/roj/node.ts";
import { ROJ_RULES } from "../../rig/core/consensus/roj/rules.ts";
import { COMPACTION } from "../../rig/core/consensus/roj/snapshot.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { swarmPlan } from "../../rig/core/plan/swarm.ts";
import { Random } from "../../rig/core/random/random.ts";
import { ResidentNode } from "../../rig/core/resident/resident-node.ts";
import { SimulatedRun } from "../../rig/simulation/simulated-run.ts";
import { buildAgent, SANITIZED } from "../support/agent.ts";
import { differenceInC, WrittenNode } from "../support/c-node.ts";
import { aResidentPlan } from "../support/resident-plans.ts";

const SEEDS = Number(process.env["RIG_AGENT_SEEDS"] ?? 1);
const FROM = Number(process.env["RIG_AGENT_FROM"] ?? 1);

let program = "";

beforeAll(() => {
  program = buildAgent("roj-steps", [SANITIZED]);
});

/** Runs the plan with nodes that write down; what differs, and how many events there were. */
function differences(plan: RunPlan): { readonly found: string[]; readonly events: number } {
  const written: WrittenNode[] = [];
  const { nodes, timers, residents } = plan;
  const compaction = { ...COMPACTION, ...plan.storage.compaction };
  const makeNode = (node: number) => {
    const setup = { node, nodes, ...timers, compaction };
    const core = new RojNode({ ...setup, rules: ROJ_RULES });
    const { seed, workload, client } = plan;
    const clients = { seed, workload, client, processes: residents?.processes ?? 0 };
    const whole =
      residents === undefined
        ? new WrittenNode(core, setup)
        : new WrittenNode(new ResidentNode(core, { node, nodes, ...clients }), {
            ...setup,
            clients,
          });
    written.push(whole);
    return whole;
  };
  const sink = { record() {}, node() {}, frame() {} };
  const run = new SimulatedRun({ plan, makeNode, sink });
  run.advance(20_000_000);
  run.end(null);
  const found = written.flatMap((node) => differenceInC(program, node) ?? []);
  const events = written.reduce((sum, node) => sum + node.events, 0);
  return { found: found.map((text) => `${plan.scenario}, seed ${plan.seed}: ${text}`), events };
}

/** Those that need no signatures. */
const NAMES = SCENARIOS.map(({ name }) => name).filter((scenario) => {
  const { auth = "crash", protocol } = makePlan({ scenario, seed: 1 });
  return auth === "crash" && protocol === "roj";
});

/** The frames of docs/reference/wire.md. */
function wireFrames(): readonly { readonly id: number; readonly data: Uint8Array }[] {
  const text = readFileSync(new URL("../../docs/reference/wire.md", import.meta.url), "utf8");
  const [, block = ""] = /```frames\n([\s\S]*?)```/.exec(text) ?? [];
  return block
    .trim()
    .split("\n")
    .map((line) => {
      const [, id = "", ...bytes] = line.split(" ");
      return {
        id: Number.parseInt(id, 16),
        data: Uint8Array.from(Buffer.from(bytes.join(""), "hex")),
      };
    });
}

const LENGTHS = [8, 12, 16, 20, 24, 32, 48, 64];

function mangled(data: Uint8Array, random: Random): Uint8Array {
  const length = random.below(4) === 0 ? (LENGTHS[random.below(8)] ?? 8) : data.length;
  const bytes = new Uint8Array(length);
  bytes.set(data.subarray(0, length));
  for (let count = random.below(4); count > 0; count--) {
    bytes[random.below(length)] = random.below(4) === 0 ? random.below(256) : random.below(4);
  }
  return bytes;
}

/** The others are for the campaign: what they ask of a node is much the same. */
const FEW = ["partition", "power-cycle-rolling", "flash-bitrot", "masquerade"];

describe("a node in C does what a node in TypeScript does", () => {
  it.each(process.env["RIG_AGENT_SEEDS"] === undefined ? FEW : NAMES)(
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

  it.each(["leader-crash", "message-loss", "rw-register"])(
    "with clients on it, in %s",
    (scenario) => {
      for (let seed = FROM; seed < FROM + SEEDS; seed++) {
        const { found, events } = differences(aResidentPlan({ scenario, seed, operations: 60 }));
        expect(found).toEqual([]);
        expect(events).toBeGreaterThan(100);
      }
    },
    3_600_000,
  );

  it("on the frames of the wire reference, and on damaged ones", () => {
    const setup = { node: 0, nodes: 4, roundTimeoutNs: 40_000_000, roundDeltaNs: 10_000_000 };
    const node = new WrittenNode(new RojNode({ ...setup, rules: ROJ_RULES }), setup);
    node.step({ kind: "boot", incarnation: 1, image: [] }, 0);
    const random = Random.of(1, "damage");
    for (let round = 0; round < 60; round++) {
      for (const { id, data } of wireFrames()) {
        // In the first round as they are, then with bytes of chance, cut or filled up.
        const bytes = round === 0 ? data : mangled(data, random);
        const source = round === 0 ? id & 15 : random.below(16);
        node.step({ kind: "frame", frame: fdFrame((id & 0x7f0) | source, bytes) }, 0);
      }
      for (const timer of [0, 1, 2, 3]) node.step({ kind: "timer", timer }, 0);
      // Records become durable in order; the first token of all is 1.
      for (let token = 1; token < 40; token++) {
        node.step({ kind: "stored", token: 40 * round + token, result: "ok" }, 0);
      }
    }
    expect(differenceInC(program, node)).toBeNull();
    expect(node.done.filter((line) => line.startsWith("send")).length).toBeGreaterThan(100);
  });

  it("in the swarm, with storage that tears and rots, and snapshots", () => {
    for (let seed = FROM; seed < FROM + 3 * SEEDS; seed++) {
      const plan = swarmPlan(seed);
      if ((plan.auth ?? "crash") !== "crash" || plan.protocol !== "roj") continue;
      const compaction = { everySlots: 8, journalBytes: 4096, keptSlots: 8 };
      const often = { ...plan, storage: { ...plan.storage, compaction } };
      expect([...differences(plan).found, ...differences(often).found]).toEqual([]);
    }
  }, 3_600_000);
});
