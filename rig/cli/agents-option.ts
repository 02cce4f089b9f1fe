/** `--agents 0,2=PROGRAM`: the nodes of a run that are firmware built for this machine. */

import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import type { ChildCommand } from "../adapters/hub/child-guard.ts";
import type { Bench } from "../core/bench/bench.ts";
import { agentIssues } from "../core/plan/byzantine-issues.ts";
import type { AgentPlan, RunPlan } from "../core/plan/plan.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { settingsOf } from "./node-settings.ts";

/** Throws for a bench whose boards run what they run. */
export function refuseRealBoards({ name, emulator }: Bench): void {
  if (emulator !== undefined) return;
  throw new RigError("usage.option", `--agents: the boards of ${name} are not emulated`);
}

/** Boards of an emulated bench, for the many runs of a suite; throws for what can't be. */
export function agentsOfBench(bench: Bench, text: string): AgentPlan {
  refuseRealBoards(bench);
  const agents = read(text);
  const last = bench.nodes.length - 1;
  const beyond = agents.nodes.find((node) => node > last);
  if (beyond !== undefined) {
    const found = `found node ${beyond}, expected 0 to ${last} of ${bench.name}`;
    throw new RigError("usage.option", `--agents ${text}: ${found}`);
  }
  refuseNoProgram(agents.program);
  return agents;
}

/** With those of the boards that the plan has; throws `capability.clients` where they can't run. */
export function withBoardsOf(plan: RunPlan, agents: AgentPlan | undefined): RunPlan {
  const nodes = agents?.nodes.filter((node) => node < plan.nodes) ?? [];
  if (agents === undefined || nodes.length === 0) return plan;
  const mixed = { ...plan, agents: { ...agents, nodes } };
  const [issue] = agentIssues(mixed);
  if (issue === undefined) return mixed;
  throw new RigError("capability.clients", `boards of --agents: ${issue.text}`);
}

/** The plan with these nodes; throws for what can't run. */
export function withAgents(plan: RunPlan, text: string | undefined): RunPlan {
  const mixed = text === undefined ? plan : { ...plan, agents: read(text) };
  const [issue] = text === undefined ? [] : agentIssues(mixed);
  if (issue !== undefined) throw new RigError("usage.option", `--agents ${text}: ${issue.text}`);
  if (mixed.agents !== undefined) refuseNoProgram(mixed.agents.program);
  return mixed;
}

function read(text: string): AgentPlan {
  const found = /^(\d{1,2}(?:,\d{1,2})*)=(.+)$/.exec(text);
  const nodes = [...new Set((found?.[1] ?? "").split(",").map(Number))].sort((a, b) => a - b);
  if (found !== null) return { program: resolve(found[2] ?? ""), nodes };
  const expected = "expected nodes and a program, as 0,2=build/rig-agent";
  throw new RigError("usage.option", `--agents ${text}: ${expected}`);
}

function refuseNoProgram(program: string): void {
  try {
    accessSync(program, constants.X_OK);
    if (statSync(program).isFile()) return;
  } catch {
    // Said below.
  }
  const hint = "Build one: make -C firmware-bridge/firmware/agent OUT=DIR DIR/rig-agent";
  const text = `${program}: expected a program that can be run, for the nodes of --agents`;
  throw new RigError("input.unreadable", text, { hint });
}

interface AgentPlace {
  readonly bus: readonly string[];
  readonly disk: string;
  /** Options of its control line; it has none where they are left out. */
  readonly line?: readonly string[];
}

/** How to run node `node`; null where it is one of the rig's own. */
export function agentCommand(plan: RunPlan, node: number, place: AgentPlace): ChildCommand | null {
  if (plan.agents === undefined || !plan.agents.nodes.includes(node)) return null;
  const { line = ["--no-line"] } = place;
  return {
    file: plan.agents.program,
    args: [
      ...[...line, "--disk", place.disk, ...place.bus],
      ...settingsOf(plan, node).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    ],
  };
}
