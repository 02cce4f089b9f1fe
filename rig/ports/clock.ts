/**
 * The time of a run. At level `sim` it is virtual and moves only while somebody sleeps; at the
 * other levels it is the machine's monotonic clock. Wall-clock time is no part of it.
 */

export interface Clock {
  /** Nanoseconds since the start of the run; never goes back. */
  nowNs(): number;
  /**
   * Resolves at `timeNs` (at once if that is past; infinity is never), or as soon as the signal is
   * aborted. It never rejects: whoever sleeps looks at the signal afterwards.
   */
  sleepUntil(timeNs: number, signal: AbortSignal): Promise<void>;
}

/** A timer for deadlines, usable without a run; ends early, either way, when aborted. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;
