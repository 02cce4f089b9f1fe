/** Which scenarios a suite runs, at which sizes and on which seeds, from its command line. */

import { readFailed } from "../../adapters/store/rerun-file.ts";
import {
  isScenarioFile,
  readSuiteOrScenario,
  SEEDS_MAX,
  type SuiteFileEntry,
} from "../../adapters/store/suite-file.ts";
import type { Bench } from "../../core/bench/bench.ts";
import { benchLacks } from "../../core/bench/bench-capability.ts";
import { suits } from "../../core/plan/byzantine-issues.ts";
import { findScenario, SEED_MAX } from "../../core/plan/make-plan.ts";
import type { AgentPlan, RunPlan } from "../../core/plan/plan.ts";
import type { Scenario } from "../../core/plan/scenario.ts";
import { SCENARIOS } from "../../core/plan/scenarios.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { SuitePlan } from "../../report/suite-result.ts";
import { withBoardsOf } from "../agents-option.ts";
import { missingTool } from "../bench/injector-tools.ts";
import { wholeNumber } from "../numbers.ts";
import { planOfScenario, type SizeArguments } from "../options.ts";
import type { SuiteRequest } from "./run-suite.ts";

/** A result of more runs is more than one wants to hold in memory, or read. */
const RUNS_MAX = 100_000;

export interface SelectionArguments extends SizeArguments {
  readonly files: readonly string[];
  readonly scenario?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly seeds?: string | undefined;
  readonly rerun?: string | undefined;
  readonly agents?: string | undefined;
}

/** What can't be run on the bench is asked for all the same, with the reason why it is skipped. */
export interface SuiteTarget {
  readonly bench?: Bench | undefined;
  /** Its boards that run a program of the user's; each run has those that it has nodes for. */
  readonly agents?: AgentPlan | undefined;
}

interface Selected {
  readonly scenario: Scenario;
  readonly sizes: SizeArguments;
  readonly first: number | undefined;
  readonly count: number | undefined;
}

export function requestsOf(
  given: SelectionArguments,
  target: SuiteTarget = {},
): readonly SuiteRequest[] {
  const { bench } = target;
  if (given.level === "bench" && bench === undefined) {
    throw new RigError("usage.option", "level bench: expected --bench FILE beside it");
  }
  const args = bench === undefined ? given : { ...given, level: "bench" };
  if (bench !== undefined && given.level !== undefined && given.level !== "bench") {
    throw new RigError("usage.option", `--level ${given.level} beside --bench: expected bench`);
  }
  if (given.rerun !== undefined) return failedRequests(given.rerun, given);
  const references = [...args.files, ...(args.scenario ?? [])];
  const selected =
    references.length === 0
      ? SCENARIOS.filter((scenario) => suits(scenario, args.protocol)).map((scenario) =>
          plain(scenario, args),
        )
      : references.flatMap((reference) => selectedBy(reference, args));
  const requests = selected.map(({ scenario, sizes, first = 1, count = 1 }) => ({
    ...(bench === undefined
      ? { plan: withoutSeed(planOfScenario(scenario, sizes)) }
      : planOnBench({ ...target, bench }, scenario, sizes)),
    seeds: seedsFrom(first, count),
  }));
  const runs = requests.reduce((sum, { seeds }) => sum + seeds.length, 0);
  if (runs <= RUNS_MAX) return requests;
  throw new RigError("usage.option", `--seeds asks for ${runs} runs: expected at most ${RUNS_MAX}`);
}

interface BenchTarget extends SuiteTarget {
  readonly bench: Bench;
}

function planOnBench({ bench, agents }: BenchTarget, scenario: Scenario, sizes: SizeArguments) {
  const lacking = (lack: RigError) => {
    const plan = withoutSeed(planOfScenario(scenario, { ...sizes, level: "sim" }));
    return { plan: { ...plan, level: "bench" as const }, skipped: lack.message };
  };
  try {
    const plan = withoutSeed(withBoardsOf(planOfScenario(scenario, sizes), agents));
    const lack = benchLacks(bench, plan) ?? missingTool(bench, plan);
    return lack === null ? { plan } : lacking(lack);
  } catch (error) {
    if (error instanceof RigError && error.code.startsWith("capability.")) return lacking(error);
    throw error;
  }
}

/** Names of built-in scenarios that a suite of all can't run with the protocol asked for. */
export function leftOutOf({
  files,
  scenario,
  rerun,
  protocol,
}: SelectionArguments): readonly string[] {
  if (rerun !== undefined || files.length > 0 || scenario !== undefined) return [];
  return SCENARIOS.filter((each) => !suits(each, protocol)).map(({ name }) => name);
}

function withoutSeed({ seed: _, ...plan }: RunPlan): SuitePlan {
  return plan;
}

function selectedBy(reference: string, args: SelectionArguments): readonly Selected[] {
  if (!isScenarioFile(reference)) return [plain(findScenario(reference), args)];
  const file = readSuiteOrScenario(reference);
  if (file.kind === "scenario") return [plain(file.scenario, args)];
  return file.entries.map((entry) => {
    const selected = plain(scenarioOf(entry, reference), args);
    const { first = file.seed, count = entry.seeds ?? file.seeds } = selected;
    return { ...selected, sizes: sizesOver(entry, args), first, count };
  });
}

function plain(scenario: Scenario, args: SelectionArguments): Selected {
  const first = wholeNumber("--seed", args.seed);
  const count = wholeNumber("--seeds", args.seeds);
  if (count !== undefined && (count < 1 || count > SEEDS_MAX)) {
    const expected = `expected a whole number from 1 to ${SEEDS_MAX}`;
    throw new RigError("usage.option", `--seeds is ${count}: ${expected}`);
  }
  return { scenario, sizes: args, first, count };
}

function scenarioOf({ scenario }: SuiteFileEntry, suite: string): Scenario {
  if (!isScenarioFile(scenario)) return findScenario(scenario);
  const file = readSuiteOrScenario(scenario);
  if (file.kind === "scenario") return file.scenario;
  throw new RigError("input.malformed", `${suite}: ${scenario}: expected a scenario, not a suite`);
}

/** The command line goes over what the suite file says. */
function sizesOver(entry: SuiteFileEntry, args: SizeArguments): SizeArguments {
  const text = (number: number | undefined) => (number === undefined ? undefined : String(number));
  return {
    ...args,
    nodes: args.nodes ?? text(entry.nodes),
    operations: args.operations ?? text(entry.operations),
    workload: args.workload ?? entry.workload,
  };
}

function seedsFrom(first: number, count: number): readonly number[] {
  if (first + count - 1 <= SEED_MAX) return Array.from({ length: count }, (_, at) => first + at);
  throw new RigError(
    "usage.option",
    `--seed is ${first}: expected ${count} seeds from it to be at most ${SEED_MAX}`,
  );
}

/** What chooses scenarios and sizes has no place beside --rerun, which has them from the file. */
const CHOOSING = [
  "scenario",
  "seed",
  "seeds",
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
  "loss",
  "delay",
  "byzantine",
  "agents",
] as const satisfies readonly (keyof SelectionArguments)[];

function failedRequests(path: string, args: SelectionArguments): readonly SuiteRequest[] {
  const given = CHOOSING.find((name) => args[name] !== undefined);
  const what = given === undefined ? args.files[0] : `--${given}`;
  if (what !== undefined) {
    throw new RigError("usage.option", `${what} beside --rerun, which says what to run`);
  }
  return readFailed(path).filter(({ seeds }) => seeds.length > 0);
}
