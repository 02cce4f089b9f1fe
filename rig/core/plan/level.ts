/** The levels that a scenario can run at: sets of adapters, nothing else. */

export const LEVELS = ["sim", "process", "vcan", "bench"] as const;
export type Level = (typeof LEVELS)[number];
