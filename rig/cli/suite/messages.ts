/** What the suite and its worker threads say to each other. */

import type { RunPlan } from "../../core/plan/plan.ts";
import type { SuiteRun } from "../../report/suite-result.ts";

export type Job =
  /** Run it in memory and judge it. */
  | { readonly kind: "judge"; readonly plan: RunPlan }
  /** Run it once more, with its record in a folder of its own. */
  | { readonly kind: "record"; readonly plan: RunPlan; readonly outputDir: string };

export type Answer =
  | { readonly kind: "judged"; readonly run: SuiteRun }
  | { readonly kind: "recorded"; readonly folder: string; readonly run: SuiteRun }
  /** The job was given up, because the suite ends. */
  | { readonly kind: "aborted" }
  /** The rig's own error: a run that broke, a folder that could not be written. */
  | { readonly kind: "broken"; readonly code: string; readonly message: string };

/** Whoever carries out jobs. */
export interface JobPool {
  run(job: Job): Promise<Answer>;
  /** Jobs that wait are given up at once, those at work as soon as they notice. */
  abort(reason: string): void;
  /** Ends all, whatever they are at. */
  close(): Promise<void>;
}

export type ToWorker =
  | { readonly kind: "job"; readonly job: Job }
  | { readonly kind: "abort"; readonly reason: string };
