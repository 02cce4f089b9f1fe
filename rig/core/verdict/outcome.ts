/**
 * What a run came to. Worse outcomes win when several are merged: invalid > unknown > not-run >
 * valid; "valid" is left only where something was really checked.
 */

export const OUTCOMES = ["invalid", "unknown", "not-run", "valid"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Reason {
  readonly outcome: Outcome;
  /** Stable name for scripts, such as `too-few-acknowledged`. */
  readonly code: string;
  /** One sentence for a person. */
  readonly text: string;
}

/** The worst outcome among the reasons; `valid` needs at least one reason that says so. */
export function mergeOutcomes(reasons: readonly Reason[]): Outcome {
  for (const outcome of OUTCOMES) {
    if (reasons.some((reason) => reason.outcome === outcome)) return outcome;
  }
  return "not-run";
}
