/**
 * The order in which the nodes of a run applied its transactions, as far as they agree on it: with
 * it the checker of registers knows more than clients can see.
 */

import type { NodeRecord } from "../consensus/node-core.ts";

type Requests = NonNullable<NodeRecord["requests"]>;

/** Client and request number of what each slot applied, slot by slot. */
export type AppliedSlots = readonly Requests[];

export class ApplyOrder {
  readonly #slots: Requests[] = [];
  #isOne = true;

  note(slot: number, requests: Requests): void {
    const known = this.#slots[slot];
    if (known === undefined) this.#slots[slot] = requests;
    else if (!isSame(known, requests)) this.#isOne = false;
  }

  /** Null where two nodes applied different things in one slot. */
  slots(): AppliedSlots | null {
    return this.#isOne ? this.#slots.filter((requests) => requests !== undefined) : null;
  }
}

function isSame(one: Requests, other: Requests): boolean {
  return (
    one.length === other.length &&
    one.every(([client, request], at) => {
      const [otherClient, otherRequest] = other[at] ?? [];
      return client === otherClient && request === otherRequest;
    })
  );
}
