/**
 * The result of a suite: what each run came to, and the sums. Table, JSON and JUnit are made from
 * this one type. Nothing in it depends on the day, the folder or the number of workers.
 */

import type { RunPlan } from "../core/plan/plan.ts";
import type { Outcome, Reason } from "../core/verdict/outcome.ts";
import type { OutcomeCounts, RunResult } from "../core/verdict/run-result.ts";

/** `broken`: the rig itself failed before there was an outcome. */
export type SuiteOutcome = Outcome | "broken";

/** In the order in which they are counted up. */
export const SUITE_OUTCOMES: readonly SuiteOutcome[] = [
  "valid",
  "invalid",
  "unknown",
  "not-run",
  "broken",
];

export interface SuiteRun {
  readonly seed: number;
  readonly outcome: SuiteOutcome;
  readonly asExpected: boolean;
  readonly counts: OutcomeCounts;
  readonly durationNs: number;
  readonly reasons: readonly Reason[];
}

/** All of a plan but the seed, which the runs have. */
export type SuitePlan = Omit<RunPlan, "seed">;

/** One scenario at one size. */
export interface SuiteEntry {
  readonly plan: SuitePlan;
  /** In the order of the seeds asked for. */
  readonly runs: readonly SuiteRun[];
  /** Seeds that were asked for and not run. */
  readonly notRun: readonly number[];
  /** Why nothing of it was run, although the suite was not cut short. */
  readonly skipped?: string;
}

export interface SuiteResult {
  readonly schema: 1;
  /** Why it was cut short; null when every run was done. */
  readonly partial: string | null;
  readonly entries: readonly SuiteEntry[];
}

export interface SuiteTotals {
  readonly runs: number;
  readonly asExpected: number;
  readonly failed: number;
  readonly notRun: number;
  readonly outcomes: Readonly<Partial<Record<SuiteOutcome, number>>>;
  /** Operations issued. */
  readonly operations: number;
  readonly simulatedNs: number;
}

export function suiteRunOf(result: RunResult): SuiteRun {
  const { seed, outcome, asExpected, counts, durationNs, reasons } = result;
  return { seed, outcome, asExpected, counts, durationNs, reasons };
}

export function brokenRun(seed: number, code: string, message: string): SuiteRun {
  return {
    seed,
    outcome: "broken",
    asExpected: false,
    counts: { issued: 0, ok: 0, fail: 0, info: 0 },
    durationNs: 0,
    reasons: [{ outcome: "unknown", code, text: message }],
  };
}

export function totalsOf(entries: readonly SuiteEntry[]): SuiteTotals {
  const runs = entries.flatMap((entry) => entry.runs);
  const asExpected = runs.filter((run) => run.asExpected).length;
  const counted = SUITE_OUTCOMES.flatMap((outcome) => {
    const count = runs.filter((run) => run.outcome === outcome).length;
    return count === 0 ? [] : [[outcome, count] as const];
  });
  return {
    runs: runs.length,
    asExpected,
    failed: runs.length - asExpected,
    notRun: entries.reduce((sum, { notRun }) => sum + notRun.length, 0),
    outcomes: Object.fromEntries(counted),
    operations: runs.reduce((sum, { counts }) => sum + counts.issued, 0),
    simulatedNs: runs.reduce((sum, { durationNs }) => sum + durationNs, 0),
  };
}

/** Names that tell the entries apart, also where one scenario is there at several sizes. */
export function entryNames(entries: readonly SuiteEntry[]): readonly string[] {
  const seen = new Map<string, number>();
  return entries.map(({ plan }) => {
    const { kind } = plan.workload;
    const name = `${plan.scenario}.${plan.nodes}-nodes${kind === undefined ? "" : `.${kind}`}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}.${count}`;
  });
}
