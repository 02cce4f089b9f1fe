/**
 * What the two searches for an order answer, and how they count what they do, so that one budget
 * of steps bounds both: the same history and budget always give the same answer.
 */

export const WORD_BITS = 32;

/** States that are kept for the explanation. */
export const KEPT_STATES = 6;

/** Steps count bytes of memory too, so that a budget bounds both. */
const WORD_BYTES = 4;
const CONFIGURATION_BYTES = 16;

/** What keeping a configuration costs. */
export function stepCost(words: number): number {
  return CONFIGURATION_BYTES + WORD_BYTES * words;
}

/** A state that the object can be in, and the step that brought it there; -1 for the beginning. */
export interface ReachedState {
  readonly state: number;
  readonly by: number;
}

export interface SearchResult {
  readonly kind: "ordered" | "stuck" | "gave-up";
  /** How many of the steps that end could be placed, at best. */
  readonly placed: number;
  /** The first of the states in which the object can be then; all of them if stuck. */
  readonly reached: readonly ReachedState[];
  readonly reachedCount: number;
  readonly searchSteps: number;
  readonly configurations: number;
}
