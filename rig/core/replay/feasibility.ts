/**
 * Whether a bus can carry what is asked of it in time: by the exact bits of each frame, before the
 * first one is sent. Frames that others send meanwhile are not known, and come on top.
 */

import { type BitRates, frameDurationNs } from "../can/bit-count.ts";
import type { Schedule } from "./schedule.ts";

export interface Feasibility {
  readonly frames: number;
  /** How long the frames of one round keep the bus. */
  readonly busyNs: number;
  /** Of the time from the first frame to the end of the last; over 1 it can't be done. */
  readonly load: number;
  /** How late the bus makes the latest frame, because others are still on it. */
  readonly behindNs: number;
  /** Frames that are due while the one before is still on the bus. */
  readonly overlapping: number;
}

/** Of one round; null for a bus whose bit rates are not known. */
export function feasibilityOf(
  schedule: Schedule,
  rates: readonly (BitRates | null)[],
): (Feasibility | null)[] {
  return rates.map((each, bus) => (each === null ? null : feasibilityOfBus(schedule, bus, each)));
}

function feasibilityOfBus(schedule: Schedule, bus: number, rates: BitRates): Feasibility {
  let frames = 0;
  let busyNs = 0;
  let freeNs = 0;
  let behindNs = 0;
  let overlapping = 0;
  let firstNs = 0;
  let endNs = 0;
  for (let place = 0; place < schedule.length; place++) {
    if (schedule.bus(place) !== bus) continue;
    const frame = schedule.store.frame(schedule.index(place));
    if (frame.error) continue;
    const dueNs = schedule.dueNs(place);
    const durationNs = frameDurationNs(frame, rates);
    if (frames === 0) firstNs = dueNs;
    if (dueNs < freeNs) overlapping++;
    behindNs = Math.max(behindNs, freeNs - dueNs);
    freeNs = Math.max(freeNs, dueNs) + durationNs;
    endNs = dueNs + durationNs;
    busyNs += durationNs;
    frames++;
  }
  const load = frames === 0 ? 0 : busyNs / (endNs - firstNs);
  return { frames, busyNs, load, behindNs, overlapping };
}
