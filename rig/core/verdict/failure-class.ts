/** Whose trouble it was that ended a run: a closed set of classes, each with its exit code. */

import { EXIT, type ExitCode } from "./exit-code.ts";
import { RigError, type RigErrorCode } from "./rig-error.ts";

const EXIT_OF_CLASS = {
  config: EXIT.data,
  bench: EXIT.benchTrouble,
  flash: EXIT.benchTrouble,
  node: EXIT.benchTrouble,
  bus: EXIT.benchTrouble,
  checker: EXIT.unknown,
  internal: EXIT.internal,
} as const satisfies Record<string, ExitCode>;

export type FailureClass = keyof typeof EXIT_OF_CLASS;

const OF_CODE: Partial<Record<RigErrorCode, FailureClass>> = {
  "bench.flash": "flash",
  "bench.node": "node",
  "bench.bus": "bus",
};

/** By the code's family: `usage.option` is of `config`. */
const OF_FAMILY: Readonly<Record<string, FailureClass>> = {
  usage: "config",
  capability: "config",
  input: "config",
  bench: "bench",
  output: "bench",
  check: "checker",
};

export function failureClassOf(error: unknown): FailureClass {
  if (!(error instanceof RigError)) return "internal";
  const [family = ""] = error.code.split(".");
  return OF_CODE[error.code] ?? OF_FAMILY[family] ?? "internal";
}

export function exitOfFailure(failure: FailureClass): ExitCode {
  return EXIT_OF_CLASS[failure];
}

export function textOfFailure(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
