/**
 * Runs of a suite on a bench, one after the other, each with its record at once. A bench that is in
 * trouble, or could not be restored, ends the suite.
 */

import type { RunPlan } from "../../core/plan/plan.ts";
import { suiteRunOf } from "../../report/suite-result.ts";
import { noteTrouble } from "../bench/bench-attention.ts";
import type { HeldBench } from "../bench/run-bench.ts";
import type { Interrupts } from "../interrupts.ts";
import { planForMachine } from "../pace.ts";
import { recordRun } from "../record-run.ts";
import { ProgressLine } from "../terminal.ts";
import type { Answer, Job, JobPool } from "./messages.ts";

export interface BenchPoolOptions {
  readonly held: HeldBench;
  readonly outputDir: string;
  readonly interrupts: Interrupts;
  /** The bench is in trouble: nothing more can be run on it. */
  readonly onTrouble: (text: string) => void;
}

type Recorded = Extract<Answer, { readonly kind: "recorded" }>;

export class BenchPool implements JobPool {
  /** False once a step of a teardown failed. */
  isRestored = true;
  trouble: string | null = null;
  readonly #options: BenchPoolOptions;
  readonly #ending = new AbortController();
  readonly #recorded = new Map<string, Recorded>();
  #work: Promise<unknown> = Promise.resolve();
  #isFirst = true;

  constructor(options: BenchPoolOptions) {
    this.#options = options;
  }

  async run({ kind, plan }: Job): Promise<Answer> {
    const known = this.#recorded.get(JSON.stringify(plan));
    if (kind === "record" && known !== undefined) return known;
    const turn = this.#work.then(() => this.#carryOut(plan));
    this.#work = turn.catch(() => undefined);
    return turn;
  }

  /** Why is said by the suite; of the run under way, what it is interrupted by. */
  abort(): void {
    const { signal } = this.#options.interrupts;
    this.#ending.abort(signal.aborted ? signal.reason : "the end of the suite");
  }

  async close(): Promise<void> {
    this.abort();
    await this.#work;
  }

  async #carryOut(plan: RunPlan): Promise<Answer> {
    const { outputDir, interrupts, onTrouble } = this.#options;
    const signal = this.#ending.signal;
    if (signal.aborted) return { kind: "aborted" };
    // Once is enough for all runs.
    const held = { ...this.#options.held, flash: this.#options.held.flash && this.#isFirst };
    this.#isFirst = false;
    const { folder, result } = await recordRun({
      plan: await planForMachine(plan),
      choice: held,
      outputDir,
      timeoutMs: undefined,
      signal,
      urgent: interrupts.urgent,
      progress: new ProgressLine(true),
    });
    noteTrouble(held.bench, { folder, result });
    const failedStep = result.teardown.find(({ ok }) => !ok);
    if (failedStep !== undefined) this.isRestored = false;
    if (signal.aborted) return { kind: "aborted" };
    const why = result.failure?.text ?? (failedStep && `"${failedStep.step}" failed`);
    if (why !== undefined) {
      this.trouble = `${plan.scenario}, seed ${plan.seed}: ${why}`;
      onTrouble(this.trouble);
    }
    const run = suiteRunOf(result);
    this.#recorded.set(JSON.stringify(plan), { kind: "recorded", folder, run });
    return { kind: "judged", run };
  }
}
