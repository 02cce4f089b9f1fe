/**
 * Clusters of nodes in C and in TypeScript at level process: the verdict is the expected one.
 * RIG_MIXED_SEEDS runs every scenario that there is for them, on so many seeds.
 */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { withAgents } from "../../rig/cli/agents-option.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { buildAgent } from "../support/agent.ts";
import { rig } from "../support/cli.ts";

const SEEDS = Number(process.env["RIG_MIXED_SEEDS"] ?? 0);

let program = "";
const results = mkdtempSync(path.join(tmpdir(), "rig-mixed-"));

beforeAll(() => {
  program = buildAgent();
});

async function runMixed(scenario: string, agents: string, more: readonly string[] = []) {
  const place = ["--level", "process", "--output-dir", results, "--json"];
  const nodes = ["--agents", `${agents}=${program}`];
  const { code, stdout, stderr } = await rig([
    ...["run", "--scenario", scenario, ...nodes, ...place, ...more],
  ]);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  const result = line.startsWith("{") ? JSON.parse(line) : {};
  return { code, stderr, outcome: result.outcome, asExpected: result.asExpected };
}

const EXPECTED = { code: 0, outcome: "valid", asExpected: true };

describe("a cluster of nodes in C and in TypeScript", () => {
  it.concurrent.each([
    ["happy", "0,2"],
    ["partition", "0,2,3"],
    ["leader-crash", "0,2,4"],
    ["power-cycle", "1,2,3,4"],
  ])(
    "runs %s with nodes %s in C",
    async (scenario, agents) => {
      const few = ["--seed", "7", "--operations", "40"];
      expect(await runMixed(scenario, agents, few)).toMatchObject(EXPECTED);
    },
    240_000,
  );

  it("counts the operations of clients on nodes of both, through a crash", async () => {
    const agents = ["--agents", `0,2=${program}`];
    const few = ["--scenario", "leader-crash", "--seed", "7", "--operations", "30"];
    const place = ["--level", "process", "--output-dir", results, "--json"];
    const { code, stdout } = await rig(["run", ...few, "--clients", "both", ...agents, ...place]);
    const { outcome, nodesHistory } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    expect({ code, outcome }).toEqual({ code: 0, outcome: "valid" });
    expect(nodesHistory).toMatchObject({ lost: 0, widened: 0, check: { valid: true } });
    expect(nodesHistory.counts.ok).toBeGreaterThan(20);
  }, 240_000);

  it("refuses what can't run, with one line", () => {
    const plan = makePlan({ scenario: "happy", seed: 1, level: "process" });
    const own = `0=${program}`;
    expect(withAgents(plan, `2,0=${program}`).agents).toEqual({ program, nodes: [0, 2] });
    expect(() => withAgents(plan, `0,5=${program}`)).toThrow("found node 5, expected 0 to 2");
    expect(() => withAgents({ ...plan, auth: "ideal" }, own)).toThrow("found roj with ideal");
    expect(() => withAgents({ ...plan, level: "sim" }, own)).toThrow("found level sim");
    expect(() => withAgents(plan, "x")).toThrow("expected nodes and a program, as 0,2=build");
    const nowhere = "/nowhere/rig-agent: expected a program that can be run";
    expect(() => withAgents(plan, "0=/nowhere/rig-agent")).toThrow(nowhere);
  });

  it("repeats such a run from its plan", async () => {
    const { code, stderr } = await rig(["run", "--agents", "x", "--plan", "any.json"]);
    expect(stderr).toContain("--agents beside --plan: a plan has its own");
    expect(code).toBe(64);
  });
});

/** Those whose nodes need no signatures, and that level process can have. */
const NAMES = SCENARIOS.map(({ name }) => name).filter((scenario) => {
  try {
    const { auth = "crash" } = makePlan({ scenario, seed: 1, level: "process" });
    return auth === "crash";
  } catch {
    return false;
  }
});

function campaign(): void {
  it.concurrent.each(NAMES)("%s", { retry: 0, timeout: 36_000_000 }, async (scenario) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { nodes } = makePlan({ scenario, seed, level: "process" });
      const half = Array.from({ length: nodes }, (_, node) => node);
      const agents = half.filter((node) => node % 2 === seed % 2).join(",");
      const run = await runMixed(scenario, agents, ["--seed", `${seed}`]);
      expect({ seed, ...run }).toMatchObject({ seed, code: 0, asExpected: true });
    }
  });
}

if (SEEDS > 0) describe(`each scenario, ${SEEDS} seeds`, campaign);
