/**
 * Time in the rig is one number: nanoseconds since the start of the run. A double counts
 * 104 days of them exactly, so no big integers are needed, in memory or in JSON.
 */

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;
