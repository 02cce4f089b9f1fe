/**
 * How a world carries out faults: each kind belongs to one family, which knows what
 * to do when a fault of it comes into force and when it ends.
 */

import type { Fault, FaultKind } from "./fault.ts";

export interface FaultFamily {
  readonly kinds: readonly FaultKind[];
  inject(fault: Fault): void;
  heal(fault: Fault): void;
}

/** How often each fault took effect; the first time is worth a record. */
export class EffectCounts {
  readonly #counts = new Map<string, number>();
  readonly #onFirst: (fault: Fault) => void;

  constructor(onFirst: (fault: Fault) => void) {
    this.#onFirst = onFirst;
  }

  of({ id }: Fault): number {
    return this.#counts.get(id) ?? 0;
  }

  count(fault: Fault): void {
    const effects = this.of(fault) + 1;
    this.#counts.set(fault.id, effects);
    if (effects === 1) this.#onFirst(fault);
  }
}
