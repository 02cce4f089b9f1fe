/**
 * The one error class of the rig: a closed list of codes, each with its exit code. The message is
 * one line that says what is wrong, where, and what was expected.
 */

import { EXIT, type ExitCode } from "./exit-code.ts";

const CODES = {
  "usage.unknown-scenario": EXIT.usage,
  "usage.unknown-model": EXIT.usage,
  "usage.unknown-protocol": EXIT.usage,
  "usage.option": EXIT.usage,
  "capability.level": EXIT.missingCapability,
  "capability.fault": EXIT.missingCapability,
  "capability.vm": EXIT.missingCapability,
  "capability.clients": EXIT.missingCapability,
  "capability.socketcan": EXIT.missingCapability,
  "capability.vcan": EXIT.missingCapability,
  "capability.checker": EXIT.missingCapability,
  "capability.network": EXIT.missingCapability,
  "input.unreadable": EXIT.data,
  "input.malformed": EXIT.data,
  "convert.loss": EXIT.data,
  "output.not-writable": EXIT.data,
  "output.write-failed": EXIT.benchTrouble,
  "bench.trouble": EXIT.benchTrouble,
  "bench.flash": EXIT.benchTrouble,
  "bench.node": EXIT.benchTrouble,
  "bench.bus": EXIT.benchTrouble,
  "bench.busy": EXIT.benchBusy,
  "server.unreachable": EXIT.benchTrouble,
  "server.timeout": EXIT.unknown,
  "server.refused": EXIT.usage,
  "server.failed": EXIT.internal,
  "check.timeout": EXIT.unknown,
  "check.no-answer": EXIT.unknown,
  "work.interrupted": EXIT.interrupted,
  "work.timeout": EXIT.unknown,
  "check.differs": EXIT.internal,
  "download.refused": EXIT.data,
  "download.changed": EXIT.data,
  "rig.internal": EXIT.internal,
} as const satisfies Record<string, ExitCode>;

export type RigErrorCode = keyof typeof CODES;

export function isRigErrorCode(text: string): text is RigErrorCode {
  return Object.hasOwn(CODES, text);
}

export class RigError extends Error {
  readonly code: RigErrorCode;
  /** The next thing that the user should do, where there is one. */
  readonly hint: string | undefined;

  constructor(code: RigErrorCode, message: string, options?: { hint?: string; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RigError";
    this.code = code;
    this.hint = options?.hint;
  }

  get exitCode(): ExitCode {
    return CODES[this.code];
  }
}

/** A broken promise of our own code: stops the run with class `rig.internal`. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RigError("rig.internal", message);
}
