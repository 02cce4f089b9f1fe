/**
 * Commits that other nodes announce, in the signed profile. None is ever taken for a decision; one
 * that is false for sure is refused and counted, at once or when the slot is decided otherwise.
 */

import type { Digest } from "../../wire/digest.ts";
import type { RojMessage } from "../../wire/roj-message.ts";
import { bitCount } from "./slot-state.ts";

type Commit = Extract<RojMessage, { kind: "commit" }>;

export interface Knowledge {
  readonly current: number;
  /** What this node itself confirmed in that round; undefined when nothing, or not known. */
  readonly confirmed: Digest | null | undefined;
  /** What this node holds as decided in that slot. */
  readonly decided: Digest | undefined;
}

export interface FalseClaim {
  readonly source: number;
  readonly reason: string;
}

export class Claims {
  readonly #node: number;
  readonly #quorum: number;
  /** By source, its last claim that could not be judged yet. */
  readonly #open = new Map<number, { readonly slot: number; readonly digest: Digest }>();

  constructor(node: number, quorum: number) {
    this.#node = node;
    this.#quorum = quorum;
  }

  /** Why the claim is false for sure; null when it may be true. */
  faultOf(
    { slot, digest, voters }: Commit,
    { current, confirmed, decided }: Knowledge,
  ): string | null {
    if (bitCount(voters) < this.#quorum) return "no-quorum";
    if (decided !== undefined && decided !== digest) return "contradicts-decision";
    const isNamed = (voters & (1 << this.#node)) !== 0;
    if (slot === current && isNamed && confirmed !== digest) return "not-confirmed-here";
    return null;
  }

  note(source: number, slot: number, digest: Digest): void {
    this.#open.set(source, { slot, digest });
  }

  /** The claims about the slot that its decision shows to be false. */
  decided(slot: number, digest: Digest): readonly FalseClaim[] {
    const found: FalseClaim[] = [];
    for (const [source, claim] of this.#open) {
      if (claim.slot > slot) continue;
      this.#open.delete(source);
      if (claim.slot < slot || claim.digest === digest) continue;
      found.push({ source, reason: "contradicts-decision" });
    }
    return found;
  }
}
