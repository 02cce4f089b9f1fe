/** Times of a history in words. */

/** Nanoseconds in the unit that reads best. */
export function timeText(timeNs: number): string {
  if (timeNs < 1e3) return `${timeNs} ns`;
  if (timeNs < 1e6) return `${(timeNs / 1e3).toFixed(3)} us`;
  return timeNs < 1e9 ? `${(timeNs / 1e6).toFixed(3)} ms` : `${(timeNs / 1e9).toFixed(6)} s`;
}
