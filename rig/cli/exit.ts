/** How a command ends: a thrown error becomes one clear line and its exit code. */

import { EXIT, type ExitCode } from "../core/verdict/exit-code.ts";
import { RigError } from "../core/verdict/rig-error.ts";

/** Writes the error to stderr, never a stack trace, and returns the exit code. */
export function reportError(error: unknown): ExitCode {
  if (error instanceof RigError) {
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    process.stderr.write(`rig: ${error.message}${hint}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  const trace = process.env["RIG_TRACE"] === undefined ? "" : `\n${(error as Error).stack}`;
  process.stderr.write(`rig: internal error: ${message.split("\n")[0]}${trace}\n`);
  return EXIT.internal;
}
