/**
 * What a checker of this folder says about a history, and how it collects it. `valid` means what
 * it means in Jepsen; `unknown` comes with an error that says why. Errors are explained in plain
 * sentences for a person, the first few of each type, with the true counts beside.
 */

const KEPT_OF_A_TYPE = 8;

export type Validity = true | false | "unknown";

export interface ModelError {
  readonly type: string;
  /** Plain sentences for a person. */
  readonly explanation: string;
  /** Indexes of the operations concerned, in order of mention. */
  readonly operations: readonly number[];
}

export interface ModelResult {
  readonly valid: Validity;
  readonly model: string;
  /** The first few of each type, type by type in the order in which they were found. */
  readonly errors: readonly ModelError[];
  /** How many of each type there are. */
  readonly errorCounts: Readonly<Record<string, number>>;
  /** Counts of what was checked and found, and latencies in nanoseconds, by name. */
  readonly statistics: Readonly<Record<string, number>>;
}

/** Counts all errors, explains the first few: a million of them cost a million increments. */
export class Errors {
  private readonly kept = new Map<string, ModelError[]>();
  private readonly counts = new Map<string, number>();

  add(type: string, explain: () => Omit<ModelError, "type">): void {
    const count = this.counts.get(type) ?? 0;
    this.counts.set(type, count + 1);
    if (count >= KEPT_OF_A_TYPE) return;
    const kept = this.kept.get(type) ?? [];
    kept.push({ type, ...explain() });
    this.kept.set(type, kept);
  }

  count(type: string): number {
    return this.counts.get(type) ?? 0;
  }

  get isEmpty(): boolean {
    return this.counts.size === 0;
  }

  result(model: string, valid: Validity, statistics: Readonly<Record<string, number>>) {
    const errors = [...this.kept.values()].flat();
    const errorCounts = Object.fromEntries(this.counts);
    return { valid, model, errors, errorCounts, statistics } satisfies ModelResult;
  }
}
