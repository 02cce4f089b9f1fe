/** A clock that wakes sleepers only at every so many nanoseconds, and never earlier when called. */

import type { Clock } from "../../rig/ports/clock.ts";

export function lateClock(clock: Clock, everyNs: number): Clock {
  const never = new AbortController().signal;
  return {
    nowNs: () => clock.nowNs(),
    sleepUntil: (timeNs, signal) => {
      if (signal.aborted) return Promise.resolve();
      const fromNs = Math.max(clock.nowNs(), Math.min(timeNs, clock.nowNs() + everyNs));
      return clock.sleepUntil((Math.floor(fromNs / everyNs) + 1) * everyNs, never);
    },
  };
}
