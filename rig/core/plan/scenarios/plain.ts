/** What scenarios have that say nothing else. */

export const PLAIN = {
  nodesMin: 1,
  workload: {},
  faults: [],
  floors: {},
  timers: {},
  assertions: [],
} as const;
