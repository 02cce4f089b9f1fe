/**
 * Stations that the end of the last frame doesn't leave ready at once: error-passive senders that
 * suspend transmission for eight bits (ISO 11898-1, 10.4.6.4), and error-passive stations whose
 * error frame ends late, because a passive flag needs six equal bits: they miss what begins before.
 */

import { STATION_LIMIT, type StationMask } from "./acceptance.ts";
import { lowestStation } from "./station-mask.ts";

export class StationHolds {
  /** Stations that may not start a frame yet. */
  held: StationMask = 0;
  /** Stations in an error frame of their own. */
  deaf: StationMask = 0;
  private readonly heldUntilNs = new Float64Array(STATION_LIMIT);
  private readonly deafUntilNs = new Float64Array(STATION_LIMIT);

  hold(station: number, untilNs: number): void {
    this.held |= 1 << station;
    this.heldUntilNs[station] = untilNs;
  }

  deafen(station: number, untilNs: number): void {
    this.deaf |= 1 << station;
    this.deafUntilNs[station] = untilNs;
  }

  forget(station: number): void {
    this.held &= ~(1 << station);
    this.deaf &= ~(1 << station);
  }

  /** An error frame, which all see, has brought them all together again. */
  forgetAll(): void {
    this.held = 0;
    this.deaf = 0;
  }

  /** Those of `stations` that may start at `timeNs`. */
  free(stations: StationMask, timeNs: number): StationMask {
    let free = stations;
    for (let rest = stations & this.held; rest !== 0; rest &= rest - 1) {
      const station = lowestStation(rest);
      if ((this.heldUntilNs[station] as number) > timeNs) free &= ~(1 << station);
    }
    return free;
  }

  /** When the first of `stations` may start, `timeNs` at the earliest. */
  earliest(stations: StationMask, timeNs: number): number {
    if (this.free(stations, timeNs) !== 0) return timeNs;
    let earliestNs = Number.POSITIVE_INFINITY;
    for (let rest = stations; rest !== 0; rest &= rest - 1) {
      earliestNs = Math.min(earliestNs, this.heldUntilNs[lowestStation(rest)] as number);
    }
    return earliestNs;
  }

  /** A frame begins: nobody is held any more. Returns the stations that miss it. */
  begin(timeNs: number): StationMask {
    this.held = 0;
    for (let rest = this.deaf; rest !== 0; rest &= rest - 1) {
      const station = lowestStation(rest);
      if ((this.deafUntilNs[station] as number) <= timeNs) this.deaf &= ~(1 << station);
    }
    return this.deaf;
  }
}
