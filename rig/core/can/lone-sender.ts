/**
 * The endless repetition of an error-passive sender that nobody hears: it counts nothing any more
 * (ISO 11898-1, 12.1.4.2 c, exception 1), so each attempt is like the one before. Attempts are not
 * made but reckoned: start and period give how many there were by any time. The one that is under
 * way when something changes is made real again.
 */

import type { StationMask } from "./acceptance.ts";
import { type BusState, type LoneRepetition, NEVER } from "./bus-state.ts";
import { lowestStation } from "./station-mask.ts";

/** An attempt that nobody acknowledged. */
export interface FailedAttempt {
  readonly senders: StationMask;
  /** Error-passive stations while it was made. */
  readonly wasPassive: StationMask;
  readonly startNs: number;
  /** From its start until the acknowledgement was missed. */
  readonly ackNs: number;
}

/** Reckons the attempts to come instead of making them, if they will all be like this one. */
export function parkLoneSender(bus: BusState, attempt: FailedAttempt): void {
  const { wire, queues, recovery } = bus;
  const { senders, wasPassive, startNs, ackNs } = attempt;
  if ((bus.present() & ~senders) !== 0 || recovery.recovering !== 0 || bus.stuck !== null) return;
  // An attempt of an error-active station is shorter and has another ESI.
  if ((senders & ~wasPassive) !== 0 || (senders & bus.oneShot) !== 0) return;
  for (let rest = senders; rest !== 0; rest &= rest - 1) {
    const station = lowestStation(rest);
    if (queues.headFrame(station) !== queues.wireFrame(station)) return;
  }
  const periodNs = bus.dueNs - startNs;
  bus.lone = { senders, fromNs: bus.dueNs, periodNs, ackNs, busyNs: wire.idleNs - startNs };
  bus.dueNs = NEVER;
}

/** Counts the attempts that have given way to the next one by `nowNs`. */
export function reckonLoneSender(bus: BusState, nowNs: number): LoneRepetition | undefined {
  const { lone } = bus;
  if (lone === undefined || nowNs < lone.fromNs) return lone;
  const attempts = Math.floor((nowNs - lone.fromNs) / lone.periodNs);
  bus.counters.unacknowledged += attempts;
  bus.counters.errorFrames += attempts;
  bus.counters.busyNs += attempts * lone.busyNs;
  bus.lone = { ...lone, fromNs: lone.fromNs + attempts * lone.periodNs };
  return bus.lone;
}

/**
 * Makes the bus real again as it is at `nowNs`. True when an attempt is under way: then `dueNs` is
 * its start, and it has to be arbitrated before anything else changes.
 */
export function endLoneSender(bus: BusState, nowNs: number): boolean {
  const lone = reckonLoneSender(bus, nowNs);
  if (lone === undefined) return false;
  bus.lone = undefined;
  const { senders, fromNs, periodNs, ackNs, busyNs } = lone;
  const isFlagging = fromNs + ackNs <= nowNs;
  // What is on the wire is an attempt that has failed already, or the pause before the next one.
  const nextNs = isFlagging ? fromNs + periodNs : fromNs;
  if (isFlagging) {
    bus.counters.unacknowledged++;
    bus.counters.errorFrames++;
    bus.counters.busyNs += busyNs;
  }
  bus.wire.idleNs = nextNs - periodNs + busyNs;
  for (let rest = senders; rest !== 0; rest &= rest - 1) {
    bus.holds.hold(lowestStation(rest), nextNs);
  }
  bus.dueNs = nextNs;
  return nextNs <= nowNs;
}
