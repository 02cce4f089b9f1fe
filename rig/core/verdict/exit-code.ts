/** Exit codes of the `rig` command; docs/reference/exit-codes.md explains each. */

import type { Outcome } from "./outcome.ts";

export const EXIT = {
  valid: 0,
  invalid: 1,
  unknown: 2,
  benchTrouble: 3,
  benchBusy: 4,
  missingCapability: 5,
  usage: 64,
  data: 65,
  internal: 70,
  interrupted: 130,
  interruptedNotRestored: 131,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitOfOutcome(outcome: Outcome): ExitCode {
  if (outcome === "valid") return EXIT.valid;
  if (outcome === "invalid") return EXIT.invalid;
  return EXIT.unknown;
}

/** A batch ends with the first of these that occurred. */
const BATCH_ORDER: readonly ExitCode[] = [130, 70, 65, 1, 2, 0];

export function exitOfBatch(codes: readonly ExitCode[]): ExitCode {
  return BATCH_ORDER.find((code) => codes.includes(code)) ?? EXIT.valid;
}
