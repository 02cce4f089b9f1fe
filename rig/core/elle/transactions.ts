/**
 * Words that all checkers share about the rows of a history: no row, and whether the operation of
 * a row counts as a transaction.
 */

import { INFO, OK } from "../history/history-table.ts";

/** No row, no element, no place. */
export const NONE = -1;

/** Whether the operation happened, surely or possibly. */
export function isPossible(type: number | undefined): boolean {
  return type === OK || type === INFO;
}
