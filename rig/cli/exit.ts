/** How a command ends: a thrown error becomes one clear line and its exit code. */

import { EXIT, type ExitCode, exitOfOutcome } from "../core/verdict/exit-code.ts";
import { exitOfFailure } from "../core/verdict/failure-class.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { RunResult } from "../core/verdict/run-result.ts";

/** Writes the error to stderr, never a stack trace, and returns the exit code. */
export function reportError(error: unknown): ExitCode {
  if (error instanceof RigError) {
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    process.stderr.write(`rig: ${error.message}${hint}\n`);
    return error.exitCode;
  }
  const trace = process.env["RIG_TRACE"] === undefined ? "" : `\n${(error as Error).stack}`;
  process.stderr.write(`rig: ${errorText(error)}${trace}\n`);
  return EXIT.internal;
}

/** One line, whatever was thrown. */
export function errorText(error: unknown): string {
  if (error instanceof RigError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `internal error: ${message.split("\n")[0]}`;
}

type Judged = Pick<RunResult, "outcome" | "asExpected" | "failure"> & {
  readonly expectation: Pick<RunResult["expectation"], "class">;
};

/** 0 when the outcome is the one that the scenario expects. */
export function exitOfRun({ outcome, asExpected, expectation, failure }: Judged): ExitCode {
  if (failure !== undefined && outcome !== "invalid") return exitOfFailure(failure.class);
  if (asExpected) return EXIT.valid;
  // A fault beyond the bound that no checker noticed: the rig failed.
  if (expectation.class === "must-detect") return EXIT.invalid;
  return exitOfOutcome(outcome);
}
