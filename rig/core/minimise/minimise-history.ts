/**
 * The smallest part of a history that still shows an anomaly: first whole calls are left out, then
 * reads and values inside transactions, until nothing more can be left out by itself. The same
 * history gives the same part; work is counted in checks, and running out of them is told.
 */

import type { GeneralOperation } from "../history/general-operation.ts";
import { type Call, callsOf, operationsOf, piecesOf, without } from "./calls.ts";
import { fewerItems, Tests } from "./fewer-items.ts";

export interface MinimiseOptions {
  /** Whether a part of the history still shows what it is about. */
  readonly shows: (operations: readonly GeneralOperation[]) => boolean;
  /** Most calls of `shows`. */
  readonly checks: number;
  /** Whether values are lists of micro-operations. */
  readonly isTransactional: boolean;
  /** Indexes of operations that are tried alone before anything else. */
  readonly concerned?: ReadonlySet<number>;
}

export interface Minimised {
  readonly operations: readonly GeneralOperation[];
  /** Invocations with their completions. */
  readonly calls: number;
  readonly checks: number;
  /** Nothing more can be left out by itself; else the checks ran out before that was known. */
  readonly isComplete: boolean;
}

/** `null` if the clients' operations don't show it, or the checks end before that is known. */
export function minimiseHistory(
  operations: readonly GeneralOperation[],
  options: MinimiseOptions,
): Minimised | null {
  const tests = new Tests(options.checks);
  const shows = (calls: readonly Call[]) => options.shows(operationsOf(calls));
  const begun = beginning(callsOf(operations), { ...options, shows, tests });
  if (begun === null) return null;
  let calls = begun;
  for (let before: readonly Call[] = []; before !== calls; ) {
    before = fewerItems(calls, shows, tests);
    calls = options.isTransactional ? withoutPieces(before, shows, tests) : before;
  }
  return {
    operations: operationsOf(calls),
    calls: calls.length,
    checks: tests.count,
    isComplete: !tests.hasRunOut,
  };
}

interface Search {
  readonly shows: (calls: readonly Call[]) => boolean;
  readonly tests: Tests;
  readonly concerned?: ReadonlySet<number>;
}

/** What an explanation names is often enough, and saves the work of coming down from all. */
function beginning(
  all: readonly Call[],
  { shows, tests, concerned }: Search,
): readonly Call[] | null {
  const isConcerned = ({ operations }: Call) =>
    operations.some(({ index }) => concerned?.has(index) === true);
  for (const calls of [all.filter(isConcerned), all]) {
    if (calls.length === 0) continue;
    if (tests.hasRunOut) return null;
    tests.count++;
    if (shows(calls)) return calls;
  }
  return null;
}

/** The same calls if nothing can go. */
function withoutPieces(
  all: readonly Call[],
  shows: (calls: readonly Call[]) => boolean,
  tests: Tests,
): readonly Call[] {
  let calls = all;
  let pieces = piecesOf(calls);
  for (let at = 0; at < pieces.length; ) {
    if (tests.hasRunOut) return calls;
    const piece = pieces[at] as (typeof pieces)[number];
    const fewer = without(calls, piece);
    tests.count++;
    if (shows(fewer)) {
      calls = fewer;
      // Places of reads have moved; what could not go before is tried again.
      pieces = piecesOf(calls);
      at = 0;
    } else at++;
  }
  return calls;
}
