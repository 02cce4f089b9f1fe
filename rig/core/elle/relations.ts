/**
 * Bits for the relations between two transactions, and the order in which an edge is explained by
 * them; an edge of a graph may carry several.
 */

import type { Relation } from "./result.ts";

export const WW = 1;
export const WR = 2;
export const RW = 4;
export const PROCESS = 64;
export const REALTIME = 128;

/** Relations in the order in which an edge is explained by them. */
export type ExplainedBy = readonly (readonly [number, Relation])[];

/** The first relation that is tried tells the two workloads apart. */
export const APPEND_RELATIONS: ExplainedBy = [
  [WW, "ww"],
  [WR, "wr"],
  [RW, "rw"],
  [PROCESS, "process"],
  [REALTIME, "realtime"],
];

export const REGISTER_RELATIONS: ExplainedBy = [
  [WR, "wr"],
  [WW, "ww"],
  [RW, "rw"],
  [PROCESS, "process"],
  [REALTIME, "realtime"],
];

/**
 * The relation by which an edge is explained: the first that holds, data before order. Elle does
 * so too, and the type of a cycle follows from it, whatever the search used the edge as.
 */
export function explainedRelation(bits: number, relations: ExplainedBy): Relation {
  for (const [bit, relation] of relations) if ((bits & bit) !== 0) return relation;
  return "realtime";
}
