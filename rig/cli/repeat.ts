/**
 * The command that repeats a run. A built-in scenario is named with its numbers; any other run is
 * repeated from the plan in its folder.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { WorkloadModel } from "../core/elle/result.ts";
import { changedScenario } from "../core/plan/change-scenario.ts";
import { makePlan } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { isSamePlan } from "../core/plan/same-plan.ts";
import type { ClientsAt, Scenario } from "../core/plan/scenario.ts";
import { SCENARIOS } from "../core/plan/scenarios.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { type DerivedFile, derivedFiles } from "../report/derived-files.ts";
import { repeatCommand } from "../report/repeat.ts";

/**
 * `folder` is that of the run: null when it has none, so that the plan is in a file of the user's
 * choice; an empty one stands for the folder that the reader is in. `bench` is the bench file of
 * a run on a bench.
 */
export function repeatOf(plan: RunPlan, folder: string | null, bench?: string): string {
  const command = commandOf(plan, folder);
  return bench === undefined ? command : `${command} --bench ${quoted(bench)}`;
}

function commandOf(plan: RunPlan, folder: string | null): string {
  const flags = flagsOf(plan);
  if (flags !== null) return [repeatCommand(plan), ...flags].join(" ");
  if (folder === null) return "rig run --plan FILE, with this plan as --json prints it";
  return `rig run --plan ${quoted(folder === "" ? "run.json" : `${folder}/run.json`)}`;
}

/** Flags for the workload besides scenario and sizes; null when these do not make the plan. */
function flagsOf(plan: RunPlan): readonly string[] | null {
  const scenario = SCENARIOS.find(({ name }) => name === plan.scenario);
  if (scenario === undefined) return null;
  const { clients, keys, readPercent, microOpsMax, operations, ratePerS } = plan.workload;
  const kind = kindOf(plan);
  const { nodes, seed, protocol, auth, level } = plan;
  const appendPercent = 100 - readPercent;
  const profile = auth === undefined ? {} : { auth };
  const size = { nodes, operations, seed, protocol, level, ...profile };
  try {
    const own = makePlan({ ...size, scenario }).workload;
    const usual = makePlan({ ...size, scenario: ofKind(scenario, kind) }).workload;
    const usualAuth = makePlan({ nodes, operations, seed, protocol, level, scenario }).auth;
    const clientsAt = clientsAtOf(plan);
    const pace = ratePerS === undefined ? {} : { ratePerS };
    const length = { txnLength: microOpsMax };
    const workload = { kind, clients, ...pace, keys, appendPercent, ...length, clientsAt };
    const made = makePlan({ ...size, scenario: changedScenario(scenario, { workload }) });
    if (!isSamePlan(made, plan)) return null;
    return [
      ...(auth === usualAuth ? [] : [`--auth ${auth ?? "crash"}`]),
      ...(kind === kindOf({ workload: own }) ? [] : [`--workload ${kind}`]),
      ...(clients === usual.clients ? [] : [`--concurrency ${clients}`]),
      ...(ratePerS === usual.ratePerS ? [] : [`--rate ${ratePerS}`]),
      ...(keys === usual.keys ? [] : [`--keys ${keys}`]),
      ...(readPercent === usual.readPercent ? [] : [`--append-ratio ${appendPercent}%`]),
      ...(microOpsMax === usual.microOpsMax ? [] : [`--txn-length ${microOpsMax}`]),
      ...(clientsAt === "host" ? [] : [`--clients ${clientsAt}`]),
    ];
  } catch {
    // A plan of the user's own under a built-in name, of a size that the built-in one refuses.
    return null;
  }
}

function kindOf({ workload }: Pick<RunPlan, "workload">): WorkloadModel {
  return workload.kind ?? "list-append";
}

function ofKind(scenario: Scenario, kind: WorkloadModel): Scenario {
  return changedScenario(scenario, { workload: { kind } });
}

function clientsAtOf({ residents }: RunPlan): ClientsAt {
  if (residents === undefined) return "host";
  return residents.hostClients ? "both" : "nodes";
}

/** For a shell, where the path has more than plain characters. */
export function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The derived files of a run, with the command that repeats it in the report. */
export function filesOfRun(
  evidence: RunEvidence,
  result: RunResult,
  bench?: string,
): readonly DerivedFile[] {
  const repeat = repeatOf(evidence.plan, "", bench);
  return derivedFiles(evidence, result, { repeat, view: viewProgram() });
}

/** Built into the package beside the web application; a checkout without it has plain reports. */
function viewProgram(): string | undefined {
  try {
    return readFileSync(createRequire(import.meta.url).resolve("#report-view"), "utf8");
  } catch {
    return undefined;
  }
}
