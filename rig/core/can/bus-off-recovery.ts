/**
 * The way back from bus-off: a restart, asked for or by itself after a delay, and then 128 times
 * eleven recessive bits in a row on the bus (ISO 11898-1, 12.1.4.4). The bus says when it became
 * recessive and when that ended; between two frames back to back that makes one such sequence.
 */

import { STATION_LIMIT, type StationMask } from "./acceptance.ts";
import type { ErrorLedger } from "./error-ledger.ts";
import { lowestStation } from "./station-mask.ts";

/** Recessive bits of one sequence: acknowledge delimiter, end of frame, intermission. */
export const RECESSIVE_SEQUENCE_BITS = 11;

export class BusOffRecovery {
  /** Stations that count recessive bits. */
  recovering: StationMask = 0;
  private readonly errors: ErrorLedger;
  private readonly bitNs: number;
  private readonly restartNs = new Float64Array(STATION_LIMIT).fill(Number.POSITIVE_INFINITY);
  /** Up to where each station has counted; infinity while the bus is not recessive. */
  private readonly countedNs = new Float64Array(STATION_LIMIT);

  constructor(errors: ErrorLedger, bitNs: number) {
    this.errors = errors;
    this.bitNs = bitNs;
  }

  /** Has the station restart by itself at a time. */
  restartAt(station: number, timeNs: number): void {
    this.restartNs[station] = timeNs;
  }

  /** The station counts from `timeNs` on; infinity: from the end of what is on the bus. */
  restart(station: number, timeNs: number): void {
    this.restartNs[station] = Number.POSITIVE_INFINITY;
    if ((this.errors.off & (1 << station)) === 0 || (this.recovering & (1 << station)) !== 0)
      return;
    this.errors.record(station, "restart");
    this.recovering |= 1 << station;
    this.countedNs[station] = timeNs;
  }

  forget(station: number): void {
    this.restartNs[station] = Number.POSITIVE_INFINITY;
    this.recovering &= ~(1 << station);
  }

  /** The bus is recessive from `timeNs` on. */
  quietFrom(timeNs: number): void {
    for (let rest = this.recovering; rest !== 0; rest &= rest - 1) {
      this.countedNs[lowestStation(rest)] = timeNs;
    }
  }

  /** The bus was recessive up to `timeNs`; `isOver` when it is dominant now. */
  quietUntil(timeNs: number, isOver: boolean): void {
    const sequenceNs = RECESSIVE_SEQUENCE_BITS * this.bitNs;
    for (let rest = this.recovering; rest !== 0; rest &= rest - 1) {
      const station = lowestStation(rest);
      const countedNs = this.countedNs[station] as number;
      // Half a bit of tolerance, because the times of frames are rounded.
      const sequences = Math.max(0, Math.floor((timeNs - countedNs + this.bitNs / 2) / sequenceNs));
      const left = this.errors.of(station).recessiveSequencesLeft;
      for (let i = 0; i < Math.min(sequences, left); i++) {
        this.errors.record(station, "recessive-sequence");
      }
      if (sequences >= left) this.recovering &= ~(1 << station);
      const nextNs = countedNs + sequences * sequenceNs;
      this.countedNs[station] = isOver ? Number.POSITIVE_INFINITY : nextNs;
    }
  }

  /** When the next station has to restart; infinity when none. */
  nextRestartNs(): number {
    return this.restartNs.reduce((min, each) => Math.min(min, each));
  }

  /** When the next station is back if the bus stays as it is. */
  nextRecoveryNs(): number {
    let dueNs = Number.POSITIVE_INFINITY;
    for (let rest = this.recovering; rest !== 0; rest &= rest - 1) {
      const station = lowestStation(rest);
      const bits = this.errors.of(station).recessiveSequencesLeft * RECESSIVE_SEQUENCE_BITS;
      dueNs = Math.min(dueNs, (this.countedNs[station] as number) + Math.ceil(bits * this.bitNs));
    }
    return dueNs;
  }

  /** The lowest station whose restart is due, or -1. */
  dueRestart(timeNs: number): number {
    return this.restartNs.findIndex((each) => each <= timeNs);
  }
}
