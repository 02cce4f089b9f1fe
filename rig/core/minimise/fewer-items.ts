/**
 * Delta debugging: leaves out items in ever smaller runs while what is left still shows something
 * (after Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002, without
 * its tries of single parts). In the end no single item can be left out.
 */

/** Counts tests; the answers of those beyond the budget are never asked for. */
export class Tests {
  readonly most: number;
  count = 0;

  constructor(most: number) {
    this.most = most;
  }

  get hasRunOut(): boolean {
    return this.count >= this.most;
  }
}

/** `shows` must hold of all items together; it is not asked again. */
export function fewerItems<T>(
  items: readonly T[],
  shows: (items: readonly T[]) => boolean,
  tests: Tests,
): readonly T[] {
  let left = items;
  let run = Math.ceil(left.length / 2);
  while (run > 0) {
    const before = left.length;
    for (let at = 0; at < left.length; ) {
      if (tests.hasRunOut) return left;
      const fewer = [...left.slice(0, at), ...left.slice(at + run)];
      tests.count++;
      if (shows(fewer)) left = fewer;
      else at += run;
    }
    if (run > 1) run = Math.ceil(run / 2);
    else if (left.length === before) break;
  }
  return left;
}
