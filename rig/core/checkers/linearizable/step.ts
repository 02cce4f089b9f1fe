/**
 * An operation as the search for an order sees it: it needs the object in one state, or in any,
 * and leaves it in a state. That is enough for registers and locks: a read needs and leaves what
 * it saw, a write needs nothing, a compare-and-set goes from one value to another.
 */

import type { Call } from "../operations.ts";

export const ANY_STATE = -1;

/** `end` of a step that may take effect at any time from its start on, or never. */
export const NEVER = 0x7fffffff;

/** States are numbers that stand for values; the object begins in state 0. */
export interface Step {
  readonly call: Call;
  readonly needs: number;
  readonly leaves: number;
  /** Places in the history, between which the step takes effect. */
  readonly start: number;
  readonly end: number;
}
