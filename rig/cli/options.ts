/** Options that several commands share, and the reading of their values. */

import { randomInt } from "node:crypto";
import type { Argv } from "yargs";
import { makePlan, SEED_MAX } from "../core/plan/make-plan.ts";
import { LEVELS, type Level, type RunPlan } from "../core/plan/plan.ts";
import { RigError } from "../core/verdict/rig-error.ts";

export interface PlanArguments {
  readonly scenario: string;
  readonly nodes?: string | undefined;
  readonly operations?: string | undefined;
  readonly protocol: string;
  readonly level: string;
  readonly seed?: string | undefined;
}

/** The options that make a plan. Numbers are read by us: yargs would let "5x" pass as NaN. */
export function planOptions<T>(yargs: Argv<T>) {
  return yargs
    .option("scenario", {
      string: true,
      default: "happy",
      describe: "What happens to the nodes: see `rig plan --list`",
    })
    .option("nodes", {
      string: true,
      describe: "Number of nodes, 1 to 14 [default: the scenario's]",
    })
    .option("operations", {
      string: true,
      describe: "Operations before the final reads [default: 100]",
    })
    .option("protocol", { string: true, default: "roj", describe: "Protocol of the nodes" })
    .option("level", { string: true, default: "sim", describe: "Where it runs: sim" })
    .option("seed", {
      string: true,
      describe: "Everything random comes from it, 0 to 4294967295 [default: a new one, printed]",
    });
}

export function planOfArguments(args: PlanArguments): RunPlan {
  const nodes = wholeNumber("--nodes", args.nodes);
  const operations = wholeNumber("--operations", args.operations);
  return makePlan({
    scenario: args.scenario,
    protocol: args.protocol,
    level: levelOf(args.level),
    seed: wholeNumber("--seed", args.seed) ?? randomInt(SEED_MAX),
    ...(nodes === undefined ? {} : { nodes }),
    ...(operations === undefined ? {} : { operations }),
  });
}

function levelOf(text: string): Level {
  const level = LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new RigError("usage.option", `--level is "${text}": expected one of ${LEVELS.join(", ")}`);
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RigError("usage.option", `${option} is "${text}": expected a whole number`);
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** A time such as `90`, `90s`, `1.5m` or `2h`, in milliseconds; plain numbers are seconds. */
export function timeoutMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match !== null) {
    const unit = (match[2] ?? "s") as keyof typeof SECONDS;
    const ms = Number(match[1]) * SECONDS[unit] * 1000;
    if (ms > 0) return ms;
  }
  throw new RigError(
    "usage.option",
    `--timeout is "${text}": expected seconds, or a number with ms, s, m or h`,
  );
}
