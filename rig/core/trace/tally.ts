/**
 * Counts by reason: what a reader left out, what a writer could not hold. The number of reasons is
 * bounded, so that a mangled file can't fill memory with them.
 */

export interface TallyEntry {
  readonly what: string;
  readonly count: number;
  /** Line or offset of the first one in the file that was read. */
  readonly firstAt: number;
}

const REASONS_MAX = 64;
const OTHER_REASONS = "things of yet other kinds";

export class Tally {
  readonly #entries = new Map<string, { count: number; readonly firstAt: number }>();

  add(what: string, at: number): void {
    const isNew = !this.#entries.has(what);
    const reason = isNew && this.#entries.size >= REASONS_MAX ? OTHER_REASONS : what;
    const entry = this.#entries.get(reason);
    if (entry === undefined) this.#entries.set(reason, { count: 1, firstAt: at });
    else entry.count++;
  }

  get entries(): TallyEntry[] {
    return [...this.#entries].map(([what, { count, firstAt }]) => ({ what, count, firstAt }));
  }
}
