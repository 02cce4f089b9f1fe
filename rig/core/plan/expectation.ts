/**
 * What a scenario is expected to do to the protocol, computed from the numbers and never stored:
 * with b Byzantine nodes, s silent at once and g the largest connected honest group, b > f is
 * must-detect; else g >= q and s + b <= n - q is tolerate; else safe-only.
 */

import { faultBound, quorum } from "../consensus/quorum.ts";

export type ExpectationClass = "tolerate" | "safe-only" | "must-detect";

export interface Expectation {
  readonly class: ExpectationClass;
  /** The numbers behind it, in words. */
  readonly why: string;
  /** Where it stops it may do so for good: nothing is asked for after heal, final reads neither. */
  readonly isForGood?: true;
}

export interface Adversity {
  readonly nodes: number;
  readonly byzantine: number;
  /** Most nodes silent at the same time. */
  readonly silent: number;
  /** Nodes of the largest group that can still talk to each other, Byzantine ones left out. */
  readonly largestGroup: number;
}

export function expectationOf({ nodes, byzantine, silent, largestGroup }: Adversity): Expectation {
  const f = faultBound(nodes);
  const q = quorum(nodes);
  const bounds = `n = ${nodes}, f = ${f}, q = ${q}`;
  if (byzantine > f) {
    return {
      class: "must-detect",
      why: `${byzantine} Byzantine nodes are over the bound (${bounds})`,
    };
  }
  if (largestGroup < q) {
    return {
      class: "safe-only",
      why: `the largest connected group has ${largestGroup} nodes, short of a quorum (${bounds})`,
    };
  }
  if (silent + byzantine > nodes - q) {
    return {
      class: "safe-only",
      why: `${silent + byzantine} nodes may be silent or Byzantine, more than n - q (${bounds})`,
    };
  }
  return { class: "tolerate", why: `a quorum stays connected throughout (${bounds})` };
}
