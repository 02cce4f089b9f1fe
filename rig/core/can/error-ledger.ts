/**
 * Error counters of all stations of a bus, and as masks the questions that the bus asks about them
 * once per frame. Changes of state are kept until the bus has done what belongs to the same bit,
 * and are then taken to be told.
 */

import { STATION_LIMIT, type StationMask } from "./acceptance.ts";
import {
  confineErrors,
  type ErrorCounters,
  type ErrorEvent,
  errorCountersOf,
  NO_ERRORS,
} from "./error-confinement.ts";
import { lowestStation } from "./station-mask.ts";

export interface StateChange {
  readonly station: number;
  readonly counters: ErrorCounters;
}

const NO_CHANGES: readonly StateChange[] = [];

export class ErrorLedger {
  /** Stations in state error-passive. */
  passive: StationMask = 0;
  /** Stations in state bus-off. */
  off: StationMask = 0;
  /** Stations with a counter above zero: for all others a good frame changes nothing. */
  raised: StationMask = 0;
  private readonly counters: ErrorCounters[] = new Array(STATION_LIMIT).fill(NO_ERRORS);
  private changes: StateChange[] = [];

  of(station: number): ErrorCounters {
    return this.counters[station] as ErrorCounters;
  }

  record(station: number, event: ErrorEvent): void {
    const before = this.of(station);
    const after = confineErrors(before, event);
    if (after !== before) this.set(station, after);
  }

  /** Gives a station counters, as a fault does that is older than the run. */
  force(station: number, tec: number, rec: number): void {
    this.set(station, errorCountersOf(tec, rec));
  }

  /** The station brings its counters along, which is no news for its node. */
  adopt(station: number, counters: ErrorCounters): void {
    this.set(station, { ...counters, recessiveSequencesLeft: 0 });
    this.changes = this.changes.filter((change) => change.station !== station);
  }

  /** The controller was reset or lost power: counters at zero, which is no news for its node. */
  reset(station: number): void {
    if (this.of(station) === NO_ERRORS) return;
    this.set(station, NO_ERRORS);
    this.changes = this.changes.filter((change) => change.station !== station);
  }

  /** Error-passive stations whose transmit counter alone would leave them error-active. */
  passiveByReception(): StationMask {
    let mask = 0;
    for (let rest = this.passive; rest !== 0; rest &= rest - 1) {
      const station = lowestStation(rest);
      if (errorCountersOf(this.of(station).tec, 0).state === "error-active") mask |= 1 << station;
    }
    return mask;
  }

  /** Changes of state since the last call, in order. */
  takeChanges(): readonly StateChange[] {
    if (this.changes.length === 0) return NO_CHANGES;
    const taken = this.changes;
    this.changes = [];
    return taken;
  }

  private set(station: number, counters: ErrorCounters): void {
    const bit = 1 << station;
    const before = this.of(station);
    this.counters[station] = counters;
    const { state, tec, rec } = counters;
    this.passive = state === "error-passive" ? this.passive | bit : this.passive & ~bit;
    this.off = state === "bus-off" ? this.off | bit : this.off & ~bit;
    this.raised = tec > 0 || rec > 0 ? this.raised | bit : this.raised & ~bit;
    if (state !== before.state) this.changes.push({ station, counters });
  }
}
