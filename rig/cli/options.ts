/** Options that several commands share, and the reading of their values. */

import { randomInt } from "node:crypto";
import type { Argv } from "yargs";
import { readPlanFile } from "../adapters/store/plan-file.ts";
import { readScenarioFile } from "../adapters/store/scenario-file.ts";
import { isScenarioFile } from "../adapters/store/suite-file.ts";
import { AUTH_PROFILES, type AuthProfile } from "../core/auth/profile.ts";
import { changedScenario } from "../core/plan/change-scenario.ts";
import { LEVELS, type Level } from "../core/plan/level.ts";
import { findScenario, makePlan, SEED_MAX } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { Scenario, ScenarioFault } from "../core/plan/scenario.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { wholeNumber } from "./numbers.ts";
import { changesOf, type WorkloadArguments, workloadOptions } from "./workload-options.ts";

export interface SizeArguments extends WorkloadArguments {
  readonly nodes?: string | undefined;
  readonly operations?: string | undefined;
  readonly protocol?: string | undefined;
  readonly auth?: string | undefined;
  readonly level?: string | undefined;
}

export interface PlanArguments extends SizeArguments {
  readonly scenario?: string | undefined;
  readonly plan?: string | undefined;
  readonly seed?: string | undefined;
}

/** The options that make a plan. Numbers are read by us: yargs would let "5x" pass as NaN. */
export function planOptions<T>(yargs: Argv<T>) {
  const named = yargs
    .option("scenario", {
      string: true,
      describe: "A name of `rig plan --list`, or a file [default: happy]",
    })
    .option("plan", {
      string: true,
      describe: "File with a fault list, a whole plan, or the run.json of a run",
    });
  return sizeOptions(named).option("seed", {
    string: true,
    describe: "Everything random comes from it, 0 to 4294967295 [default: a new one, printed]",
  });
}

export function sizeOptions<T>(yargs: Argv<T>) {
  const sized = yargs
    .option("nodes", {
      string: true,
      describe: "Number of nodes, 1 to 14 [default: the scenario's]",
    })
    .option("operations", {
      string: true,
      describe: "Operations before the final reads [default: the scenario's, or 100]",
    })
    .option("protocol", {
      string: true,
      describe: "Protocol of the nodes: roj or roj-a [default: roj]",
    })
    .option("auth", {
      string: true,
      describe: "How nodes know who said what: crash, mac, ideal or sig [default: crash]",
    })
    .option("level", {
      string: true,
      describe: "Where it runs: sim, process, vcan or auto [default: sim]",
    });
  return workloadOptions(sized);
}

export function planOfArguments(args: PlanArguments): RunPlan {
  const seed = wholeNumber("--seed", args.seed);
  const file = args.plan === undefined ? undefined : readPlanFile(args.plan);
  if (file?.kind === "plan") {
    refuseBesidePlan(args);
    if (seed !== undefined) refuseSeed(seed);
    return { ...file.plan, seed: seed ?? file.plan.seed };
  }
  const reference = args.scenario ?? "happy";
  const scenario = isScenarioFile(reference)
    ? readScenarioFile(reference)
    : findScenario(reference);
  const sized = planOfScenario(scenario, args, file?.faults);
  return { ...sized, seed: seed === undefined ? randomInt(SEED_MAX) : refuseSeed(seed) };
}

/** The plan of a scenario with the command line over it, on seed 0. */
export function planOfScenario(
  scenario: Scenario,
  args: SizeArguments,
  faults?: readonly ScenarioFault[],
): RunPlan {
  const nodes = wholeNumber("--nodes", args.nodes);
  const operations = wholeNumber("--operations", args.operations);
  const changes = changesOf(args);
  const changed = changedScenario(
    scenario,
    faults === undefined ? changes : { ...changes, faults },
  );
  return makePlan({
    scenario: changed,
    seed: 0,
    level: levelOf(args.level ?? "sim"),
    ...(args.protocol === undefined ? {} : { protocol: args.protocol }),
    ...(args.auth === undefined ? {} : { auth: authOf(args.auth) }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(operations === undefined ? {} : { operations }),
  });
}

export function refuseSeed(seed: number): number {
  if (seed <= SEED_MAX) return seed;
  throw new RigError(
    "usage.option",
    `--seed is ${seed}: expected a whole number from 0 to ${SEED_MAX}`,
  );
}

/** A whole plan says all but the seed itself. */
const OVER_A_SCENARIO = [
  "scenario",
  "nodes",
  "operations",
  "protocol",
  "auth",
  "level",
  "workload",
  "keys",
  "append-ratio",
  "pattern",
  "concurrency",
  "rate",
  "txn-length",
  "clients",
  "loss",
  "delay",
  "byzantine",
] as const satisfies readonly (keyof PlanArguments)[];

function refuseBesidePlan(args: PlanArguments): void {
  const given = OVER_A_SCENARIO.find((name) => args[name] !== undefined);
  if (given === undefined) return;
  throw new RigError(
    "usage.option",
    `--${given} beside --plan ${args.plan}, which is a whole plan: expected at most --seed`,
  );
}

function authOf(text: string): AuthProfile {
  const profile = AUTH_PROFILES.find((each) => each === text);
  if (profile !== undefined) return profile;
  const known = AUTH_PROFILES.join(", ");
  throw new RigError("usage.option", `--auth is "${text}": expected one of ${known}`);
}

function levelOf(text: string): Level {
  const level = LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new RigError("usage.option", `--level is "${text}": expected one of ${LEVELS.join(", ")}`);
}
