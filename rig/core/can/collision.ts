/**
 * Frames that different stations send at once although arbitration cannot tell them apart: the same
 * identifier, but another format, length or content. They run together up to the first bit in which
 * they differ, where those who send recessive see a bit error (ISO 11898-1, 10.9.2 a).
 */

import { DOMINANT, type WireBits } from "./wire-bits.ts";

/** The first place behind `after` where not all send the same level; infinity if there is none. */
export function firstDifference(layouts: readonly WireBits[], after: number): number {
  const [first, ...others] = layouts;
  if (first === undefined) return Number.POSITIVE_INFINITY;
  for (let bit = after + 1; bit < first.levels.length; bit++) {
    if (others.some((other) => other.levels[bit] !== first.levels[bit])) return bit;
  }
  return Number.POSITIVE_INFINITY;
}

/** The index of the frame that the bus carries: the one that is dominant where others are not. */
export function prevailing(layouts: readonly WireBits[]): number {
  let best = 0;
  layouts.forEach((layout, index) => {
    const winner = layouts[best] as WireBits;
    const bit = firstDifference([winner, layout], -1);
    if (layout.levels[bit] === DOMINANT && winner.levels[bit] !== DOMINANT) best = index;
  });
  return best;
}
