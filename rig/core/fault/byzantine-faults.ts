/** Byzantine nodes: what a traitor does with its own keys, and nothing else. */

import { faultBound, quorum } from "../consensus/quorum.ts";
import type { FaultTraits } from "./traits.ts";

export const BYZANTINE_FAULT_KINDS = ["byzantine"] as const;

export const BEHAVIOURS = [
  /** As proposer and as voter it says one thing to one half of the others and another thing to the
   *  other half, in frames addressed to each. Counts statements made twice. */
  "equivocating",
  /** It announces commits, and decisions with false certificates, as soon as it votes. Counts
   *  false announcements. */
  "false-commit",
  /** It hears all and says nothing. Counts messages kept back. */
  "silent",
  /** What it sends is cut, overwritten or mislabelled. Counts messages spoilt. */
  "malformed",
  /** All such nodes keep two memories and play an honest node to each half of the others, one
   *  batch here and another there. Counts proposals that differ. */
  "colluding",
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface ByzantineFaultDetail {
  readonly kind: "byzantine";
  readonly nodes: readonly number[];
  readonly behaviour: Behaviour;
}

export const BYZANTINE_FAULT_TRAITS = {
  byzantine: {
    levels: ["sim"],
    toll: "betrays",
    effects: "treacherous messages",
    needs: "nodes whose programs can be told to lie",
  },
} as const satisfies Record<ByzantineFaultDetail["kind"], FaultTraits>;

/** Whether so many colluding nodes can show each half of the others a quorum. */
export function canSplit(nodes: number, traitors: number): boolean {
  const half = Math.floor((nodes - traitors) / 2);
  return half > 0 && half + traitors >= quorum(nodes);
}

/** The fewest traitors beyond the bound that can split the others; null where none can. */
export function fewestToSplit(nodes: number): number | null {
  for (let traitors = faultBound(nodes) + 1; traitors < nodes; traitors++) {
    if (canSplit(nodes, traitors)) return traitors;
  }
  return null;
}
