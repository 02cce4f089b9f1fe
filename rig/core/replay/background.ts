/**
 * A trace as the background load of a scenario: a fault whose frames are part of the plan, so that
 * the same plan gives the same run wherever the file is. Nodes use base identifiers, so those of
 * the trace become extended ones of the same rank: they lose to a node's frame of the same number,
 * and win over the next.
 */

import type { BitRates } from "../can/bit-count.ts";
import type { CanFrame } from "../can/frame.ts";
import type { Background } from "../fault/traffic-faults.ts";
import { formatCandumpLine } from "../trace/candump.ts";
import { RigError } from "../verdict/rig-error.ts";
import { feasibilityOf } from "./feasibility.ts";
import { FrameStore } from "./frame-store.ts";
import { Schedule } from "./schedule.ts";
import type { Selection } from "./selection.ts";

/** Frames that a plan holds: more are the work of a replay beside the run. */
export const BACKGROUND_FRAMES_MAX = 20_000;
const BASE_SHIFT = 18;

/**
 * All channels together. Throws `usage.option` for a trace without frames or with too many, and for
 * one that leaves nothing of the bus.
 */
export function backgroundOf(name: string, { store }: Selection, rates: BitRates): Background {
  if (store.length === 0 || store.length > BACKGROUND_FRAMES_MAX) {
    const expected = `expected 1 to ${BACKGROUND_FRAMES_MAX}, such as a part of it`;
    throw new RigError(
      "usage.option",
      `--background ${name}: ${store.length} frames that can be sent: ${expected}`,
    );
  }
  const moved = new FrameStore();
  for (let index = 0; index < store.length; index++) {
    const frame = asExtended(store.frame(index));
    moved.add({ timeNs: store.timeNs(index), channel: 0, frame, rawDlc: null });
  }
  const schedule = new Schedule(moved, { busOfChannel: [0] });
  const [feasibility] = feasibilityOf(schedule, [rates]);
  const busyNs = feasibility?.busyNs ?? 0;
  // A single frame, or frames of one moment, have no gap to go by.
  const periodNs = Math.max(schedule.periodNs, busyNs);
  const load = Math.ceil((1e4 * busyNs) / periodNs) / 1e4;
  if (load >= 1) {
    const text = `--background ${name}: its frames fill the bus: expected less than 100 %`;
    throw new RigError("usage.option", text);
  }
  const frames = Array.from({ length: schedule.length }, (_, place) =>
    formatCandumpLine(schedule.dueNs(place), "trace", moved.frame(schedule.index(place))),
  );
  return { load, periodNs, frames };
}

function asExtended(frame: CanFrame): CanFrame {
  return frame.extended ? frame : { ...frame, extended: true, id: frame.id << BASE_SHIFT };
}
