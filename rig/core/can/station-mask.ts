/**
 * Sets of stations as bit masks: bit n is station n. Sixteen stations fit, which is more than the
 * rig drives, and a mask is asked and joined without allocating.
 *
 *     for (let rest = mask; rest !== 0; rest &= rest - 1) visit(lowestStation(rest));
 */

/** The lowest station of a mask that isn't empty. */
export function lowestStation(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
