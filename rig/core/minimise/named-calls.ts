/**
 * The calls to which some operations belong, out of a history that passes by: so that a few can be
 * taken from a history that is too large to be kept.
 */

import type { GeneralOperation } from "../history/general-operation.ts";

export class NamedCalls {
  private readonly indexes: ReadonlySet<number>;
  private readonly open = new Map<GeneralOperation["process"], GeneralOperation>();
  private readonly kept: GeneralOperation[] = [];

  constructor(indexes: ReadonlySet<number>) {
    this.indexes = indexes;
  }

  take(operation: GeneralOperation): void {
    const { process, type } = operation;
    const begun = this.open.get(process);
    if (type === "invoke") {
      this.open.set(process, operation);
      return;
    }
    this.open.delete(process);
    if (begun === undefined) this.keepIf([operation]);
    else this.keepIf([begun, operation]);
  }

  /** In the order of the history, also those that never completed. */
  finish(): readonly GeneralOperation[] {
    for (const begun of this.open.values()) this.keepIf([begun]);
    return this.kept.sort((a, b) => a.index - b.index);
  }

  private keepIf(call: readonly GeneralOperation[]): void {
    if (call.some(({ index }) => this.indexes.has(index))) this.kept.push(...call);
  }
}
