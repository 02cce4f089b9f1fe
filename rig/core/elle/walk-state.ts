/**
 * What a walk through a graph has met so far of what a type of cycle asks for, packed in a small
 * number; and as which of its relations an edge may be taken from there.
 */

import type { CycleSpec } from "./cycle-specs.ts";
import { PROCESS, REALTIME, RW, WR, WW } from "./relations.ts";

/** The number of anti-dependencies, up to 2. */
const RW_COUNT = 3;
const LAST_WAS_RW = 4;
const MET_WR = 8;
const MET_ORDER = 16;

/** All states are below. */
export const STATES = 32;
export const BEGINNING = 0;
export const ILLEGAL = -1;

const RELATION_BITS = [WW, WR, RW, PROCESS, REALTIME] as const;

/** A cycle may be taken to begin at any of its edges: at one that it must have, if any. */
export function firstMask(spec: CycleSpec): number {
  if (spec.rw !== "none") return RW;
  const wanted = (spec.wantsWr ? WR : 0) | spec.wantsOrder;
  return wanted === 0 ? spec.legal : wanted;
}

/**
 * The relations as which an edge is to be tried: each that the cycle still must have, first rw;
 * then one more that is legal, for those are all alike.
 */
export function usesOf(bits: number, state: number, spec: CycleSpec): number[] {
  const rw = wantsRw(state, spec) ? RW : 0;
  const missing =
    (spec.wantsWr && (state & MET_WR) === 0 ? WR : 0) |
    ((state & MET_ORDER) === 0 ? spec.wantsOrder : 0);
  const uses: number[] = (bits & rw) === 0 ? [] : [RW];
  let legal = 0;
  for (const relation of RELATION_BITS) {
    if ((bits & relation) === 0 || (relation & rw) !== 0) continue;
    if ((relation & missing) !== 0) uses.push(relation);
    else if (legal === 0 && (relation & spec.legal) !== 0) legal = relation;
  }
  if (legal !== 0) uses.push(legal);
  return uses;
}

function wantsRw(state: number, spec: CycleSpec): boolean {
  const count = state & RW_COUNT;
  if (spec.rw === "many") return count < 2;
  if (spec.rw === "one") return count === 0;
  return spec.rw === "many-apart";
}

export function stateAfter(state: number, use: number, spec: CycleSpec): number {
  const count = state & RW_COUNT;
  const met = state & ~(RW_COUNT | LAST_WAS_RW);
  if (use !== RW) {
    if (use === WR && spec.wantsWr) return met | count | MET_WR;
    return met | count | (use === spec.wantsOrder ? MET_ORDER : 0);
  }
  if (spec.rw === "one" && count > 0) return ILLEGAL;
  if (spec.rw === "many") return met | Math.min(count + 1, 2);
  if (spec.rw === "one") return met | 1;
  if ((state & LAST_WAS_RW) !== 0) return ILLEGAL;
  return met | Math.min(count + 1, 2) | LAST_WAS_RW;
}

/** Whether a walk that has come back to its beginning has all that the type asks for. */
export function isComplete(state: number, spec: CycleSpec): boolean {
  if (spec.wantsWr && (state & MET_WR) === 0) return false;
  if (spec.wantsOrder !== 0 && (state & MET_ORDER) === 0) return false;
  const count = state & RW_COUNT;
  if (spec.rw === "none") return true;
  if (spec.rw === "one") return count === 1;
  // The first edge is one too, so the last may not be.
  return count >= 2 && (state & LAST_WAS_RW) === 0;
}
