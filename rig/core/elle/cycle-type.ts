/**
 * The type of a cycle by how its edges are explained, found while walking along it: what has been
 * met so far is a small number, so that searches can tell walks apart by it.
 */

import type { Relation } from "./result.ts";

/** The number of anti-dependencies, up to 2. */
const RW_COUNT = 3;
const FIRST_WAS_RW = 4;
const LAST_WAS_RW = 8;
const MET_ADJACENT_RW = 16;
const MET_WR = 32;
const MET_PROCESS = 64;
const MET_REALTIME = 128;
const BEGUN = 256;

/** All states are below. */
export const CYCLE_STATES = 512;
export const NO_EDGES = 0;

export function afterEdge(state: number, relation: Relation): number {
  const after = (state | BEGUN) & ~LAST_WAS_RW;
  if (relation === "wr") return after | MET_WR;
  if (relation === "process") return after | MET_PROCESS;
  if (relation === "realtime") return after | MET_REALTIME;
  if (relation === "ww") return after;
  const count = Math.min((state & RW_COUNT) + 1, 2);
  const first = (state & BEGUN) === 0 ? FIRST_WAS_RW : 0;
  const adjacent = (state & LAST_WAS_RW) === 0 ? 0 : MET_ADJACENT_RW;
  return (after & ~RW_COUNT) | count | first | adjacent | LAST_WAS_RW;
}

/** For the state after the edge that leads back to the beginning. */
export function typeOfState(state: number): string {
  let suffix = "";
  if ((state & MET_REALTIME) !== 0) suffix = "-realtime";
  else if ((state & MET_PROCESS) !== 0) suffix = "-process";
  const count = state & RW_COUNT;
  if (count === 0) return ((state & MET_WR) === 0 ? "G0" : "G1c") + suffix;
  if (count === 1) return `G-single-item${suffix}`;
  const atEnds = FIRST_WAS_RW | LAST_WAS_RW;
  const isAdjacent = (state & MET_ADJACENT_RW) !== 0 || (state & atEnds) === atEnds;
  return (isAdjacent ? "G2-item" : "G-nonadjacent-item") + suffix;
}

export function cycleType(relations: readonly Relation[]): string {
  return typeOfState(relations.reduce(afterEdge, NO_EDGES));
}
