/**
 * Whoever judges histories: the native checkers, or a program of somebody else. All answer in the
 * words of Elle, so that their answers can be compared.
 */

import type { ModelOptions } from "../core/checkers/index.ts";
import type { CheckResult } from "../core/elle/index.ts";
import type { GeneralOperation } from "../core/history/general-operation.ts";

export interface CheckRequest {
  /** Path of the history, in any form that the rig reads. */
  readonly file: string;
  readonly model: string;
  /** Consistency models to keep; only for list-append and rw-register. */
  readonly consistency: string | readonly string[];
  /** Anomalies that count besides, by name. */
  readonly anomalies?: readonly string[];
  readonly options: ModelOptions;
  /**
   * Reads the file, for a checker that can't read its form. Rejects with `input.unreadable` or
   * `input.malformed`.
   */
  operations(): Promise<readonly GeneralOperation[]>;
}

export type CheckAnswer = Pick<CheckResult, "valid" | "anomalyTypes" | "not" | "alsoNot">;

export interface Checker {
  readonly name: string;

  /**
   * Ends soon once the signal is aborted: by rejecting, whatever the reason. A checker that can't
   * run here rejects with `capability.checker`, one that runs and gives no answer with
   * `check.no-answer` or `check.timeout`. What it does not answer is never taken for "valid".
   */
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckAnswer>;
}
