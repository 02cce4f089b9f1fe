/** `--repeat` and `--until-failure`: the same run again, each time on the next seed. */

import { SEED_MAX } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { type ExitCode, exitOfBatch } from "../core/verdict/exit-code.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { wholeNumber } from "./numbers.ts";

export interface Repetition {
  /** Infinity where only a failure, or a signal, ends it. */
  readonly count: number;
  readonly untilFailure: boolean;
}

export interface RepetitionArguments {
  readonly repeat?: string | undefined;
  readonly "until-failure"?: boolean | undefined;
}

export function repetitionOf(args: RepetitionArguments): Repetition {
  const untilFailure = args["until-failure"] ?? false;
  const count = wholeNumber("--repeat", args.repeat);
  if (count === 0) {
    throw new RigError("usage.option", "--repeat is 0: expected a whole number from 1 on");
  }
  return { count: count ?? (untilFailure ? Number.POSITIVE_INFINITY : 1), untilFailure };
}

/**
 * Runs until the count is reached, or something else than a verdict ended a run: a bench in
 * trouble, or a signal. The code is that of a batch. `tell` gets the sum of several runs.
 */
export async function runRepeatedly(
  first: RunPlan,
  { count, untilFailure }: Repetition,
  runOne: (plan: RunPlan) => Promise<ExitCode>,
  tell: (sum: string) => void,
): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  const failed: number[] = [];
  let broken: ExitCode | null = null;
  for (let run = 0; run < count && broken === null; run++) {
    const plan = { ...first, seed: (first.seed + run) % (SEED_MAX + 1) };
    const code = await runOne(plan);
    codes.push(code);
    if (code !== 0) failed.push(plan.seed);
    if (code > 2) broken = code;
    if (untilFailure && code !== 0) break;
  }
  if (count > 1) {
    const seeds = failed.length === 0 ? "" : `; not as expected on seed ${failed.join(", ")}`;
    const runs = codes.length === 1 ? "run" : "runs";
    tell(`${codes.length} ${runs}, ${codes.length - failed.length} as expected${seeds}`);
  }
  return broken ?? exitOfBatch(codes);
}
