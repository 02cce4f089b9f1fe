/**
 * Checks a history with elle-cli and with the native checker, and compares. A difference is a bug
 * in one of the two: it is kept with everything that a report needs.
 */

import type { CheckResult } from "../../core/elle/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CheckAnswer, Checker, CheckRequest } from "../../ports/checker.ts";
import { isElle } from "../check-file.ts";
import { differences } from "./compare-answers.ts";
import { keepDifference } from "./keep-difference.ts";

export interface Comparison {
  /** `null` where elle-cli gave no answer. */
  readonly elleCli: CheckAnswer | null;
  /** `null` where there was nothing to compare. */
  readonly differences: readonly string[] | null;
  /** The folder in which a difference is kept. */
  readonly kept: string | null;
  /** `check.differs`, or why elle-cli gave no answer. */
  readonly error: RigError | null;
}

/** Rejects where elle-cli can't run at all. */
export async function compareWith(
  elleCli: Checker,
  native: CheckResult,
  request: CheckRequest,
  { outputDir, signal }: { readonly outputDir: string; readonly signal: AbortSignal },
): Promise<Comparison> {
  let answer: CheckAnswer;
  try {
    answer = await elleCli.check(request, signal);
  } catch (error) {
    const isUnanswered =
      error instanceof RigError &&
      (error.code === "check.no-answer" || error.code === "check.timeout");
    if (!isUnanswered) throw error;
    return { elleCli: null, differences: null, kept: null, error };
  }
  const found = differences(native, answer, isElle(request.model));
  if (found === null || found.length === 0) {
    return { elleCli: answer, differences: found, kept: null, error: null };
  }
  const difference = { request, differences: found, native, elleCli: answer };
  const kept = keepDifference(outputDir, difference);
  const text = `${request.file}: native and elle-cli differ: ${found.join("; ")}`;
  const hint = `kept in ${kept}: please report it, with the files in this folder`;
  const error = new RigError("check.differs", text, { hint });
  return { elleCli: answer, differences: found, kept, error };
}
