/**
 * Bits for the relations between two transactions, in the order in which an edge is explained by
 * them; an edge of a graph may carry several.
 */

import type { Relation } from "./result.ts";

export const WW = 1;
export const WR = 2;
export const RW = 4;
export const PROCESS = 64;
export const REALTIME = 128;

const RELATIONS: readonly (readonly [number, Relation])[] = [
  [WW, "ww"],
  [WR, "wr"],
  [RW, "rw"],
  [PROCESS, "process"],
  [REALTIME, "realtime"],
];

/**
 * The relation by which an edge is explained: the first that holds, data before order. Elle does
 * so too, and the type of a cycle follows from it, whatever the search used the edge as.
 */
export function explainedRelation(bits: number): Relation {
  for (const [bit, relation] of RELATIONS) if ((bits & bit) !== 0) return relation;
  return "realtime";
}
