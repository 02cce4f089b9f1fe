/**
 * Carries out the runs of a suite on several workers. What comes out depends on the plans and the
 * seeds alone: runs are reported in the order asked for, and with `stopOnFailure` nothing behind
 * the first failure counts, however far the other workers got.
 */

import type { RunPlan } from "../../core/plan/plan.ts";
import {
  brokenRun,
  type SuitePlan,
  type SuiteResult,
  type SuiteRun,
} from "../../report/suite-result.ts";
import type { Answer, JobPool } from "./messages.ts";

/** One scenario at one size, and the seeds to run it on. */
export interface SuiteRequest {
  readonly plan: SuitePlan;
  readonly seeds: readonly number[];
  /** Why nothing of it is run; left out where all is. */
  readonly skipped?: string;
}

export interface SuiteOptions {
  readonly requests: readonly SuiteRequest[];
  readonly jobs: number;
  readonly pool: JobPool;
  readonly outputDir: string;
  readonly stopOnFailure: boolean;
  /** Records the runs that came out as expected as well. */
  readonly keep: boolean;
  /** Its reason, a text, says why the suite ends early. */
  readonly signal: AbortSignal;
  readonly onRun: (request: SuiteRequest, run: SuiteRun) => void;
}

export interface Recording {
  readonly request: SuiteRequest;
  readonly seed: number;
  /** Null when it could not be made. */
  readonly folder: string | null;
  readonly problem: string | null;
}

interface Task {
  readonly request: SuiteRequest;
  readonly seed: number;
}

export interface SuiteOutcome {
  readonly result: SuiteResult;
  readonly recordings: readonly Recording[];
}

export class SuiteRunner {
  readonly #options: SuiteOptions;
  readonly #tasks: readonly Task[];
  readonly #runs: (SuiteRun | undefined)[] = [];
  readonly #recordings: Promise<Recording>[] = [];
  #next = 0;
  #reported = 0;
  /** Nothing behind this task counts. */
  #last = Number.POSITIVE_INFINITY;

  constructor(options: SuiteOptions) {
    this.#options = options;
    this.#tasks = options.requests.flatMap((request) =>
      seedsOf(request).map((seed) => ({ request, seed })),
    );
  }

  async run(): Promise<SuiteOutcome> {
    const { jobs, pool, signal } = this.#options;
    const onAbort = () => pool.abort(String(signal.reason));
    signal.addEventListener("abort", onAbort);
    await Promise.all(Array.from({ length: jobs }, () => this.#work()));
    // Behind a run that was given up there may be some that were done.
    for (; this.#reported < this.#runs.length; this.#reported++) this.#report(this.#reported);
    const recordings = await Promise.all(this.#recordings);
    signal.removeEventListener("abort", onAbort);
    return { result: this.#result(), recordings };
  }

  async #work(): Promise<void> {
    const { pool, signal, stopOnFailure } = this.#options;
    while (!signal.aborted && this.#next < this.#tasks.length && this.#next <= this.#last) {
      const index = this.#next++;
      const { request, seed } = this.#tasks[index] as Task;
      const answer = await pool.run({ kind: "judge", plan: planOf(request, seed) });
      const run = runOf(answer, seed);
      if (run === null || index > this.#last) continue;
      this.#runs[index] = run;
      if (stopOnFailure && !run.asExpected) this.#last = index;
      while (this.#runs[this.#reported] !== undefined) this.#report(this.#reported++);
    }
  }

  #report(index: number): void {
    const run = this.#runs[index];
    if (run === undefined || index > this.#last) return;
    const { keep, onRun } = this.#options;
    const { request, seed } = this.#tasks[index] as Task;
    onRun(request, run);
    if ((keep || !run.asExpected) && run.outcome !== "broken") {
      this.#recordings.push(this.#record(request, seed, run));
    }
  }

  async #record(request: SuiteRequest, seed: number, run: SuiteRun): Promise<Recording> {
    const { pool, outputDir } = this.#options;
    const answer = await pool.run({ kind: "record", plan: planOf(request, seed), outputDir });
    const made = { request, seed, folder: null, problem: null };
    if (answer.kind === "broken") return { ...made, problem: answer.message };
    if (answer.kind !== "recorded") return made;
    const { folder } = answer;
    const isSame = answer.run.outcome === run.outcome;
    const problem = isSame ? null : `the repeated run came out ${answer.run.outcome}`;
    return { ...made, folder, problem };
  }

  #result(): SuiteResult {
    let at = 0;
    const entries = this.#options.requests.map((request) => {
      const { plan, seeds, skipped } = request;
      if (skipped !== undefined) return { plan, runs: [], notRun: seeds, skipped };
      const all = seeds.map((seed) => {
        const run = at > this.#last ? undefined : this.#runs[at];
        at++;
        return { seed, run };
      });
      const runs = all.flatMap(({ run }) => (run === undefined ? [] : [run]));
      const notRun = all.filter(({ run }) => run === undefined).map(({ seed }) => seed);
      return { plan, runs, notRun };
    });
    return {
      schema: 1,
      partial: this.#partial(
        entries.some((each) => each.notRun.length > 0 && !("skipped" in each)),
      ),
      entries,
    };
  }

  #partial(isCut: boolean): string | null {
    if (!isCut) return null;
    const { signal } = this.#options;
    if (signal.aborted) return String(signal.reason);
    const failed = this.#tasks[this.#last];
    if (failed === undefined) return "it broke off";
    return `stopped at the first failure, ${failed.request.plan.scenario} on seed ${failed.seed}`;
  }
}

/** Those that are run. */
function seedsOf({ seeds, skipped }: SuiteRequest): readonly number[] {
  return skipped === undefined ? seeds : [];
}

export function planOf({ plan }: SuiteRequest, seed: number): RunPlan {
  return { ...plan, seed };
}

/** Null when the run was given up. */
function runOf(answer: Answer, seed: number): SuiteRun | null {
  if (answer.kind === "judged") return answer.run;
  return answer.kind === "broken" ? brokenRun(seed, answer.code, answer.message) : null;
}
