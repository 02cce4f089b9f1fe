/**
 * Hardware acceptance filters of all stations of a bus, turned into the question that the bus asks
 * once per frame: which stations take it? For base identifiers the answer is one table look-up.
 *
 * Does not model: filters on data bytes, priority among filters, receive buffers that overrun.
 */

import { BASE_ID_MAX, type CanFrame } from "./frame.ts";

/** Stations as a bit mask: bit n is station n. */
export type StationMask = number;

export const STATION_LIMIT = 16;
export const ALL_STATIONS: StationMask = 2 ** STATION_LIMIT - 1;

/** Takes frames of one format whose identifier equals `match` in the bits set in `mask`. */
export interface AcceptanceFilter {
  readonly extended: boolean;
  readonly mask: number;
  readonly match: number;
}

export class AcceptanceTable {
  private readonly base = new Uint16Array(BASE_ID_MAX + 1).fill(ALL_STATIONS);
  private readonly extended: (readonly AcceptanceFilter[] | undefined)[] = [];
  private extendedFiltered: StationMask = 0;

  /** Sets what a station takes: any of `filters`; without them everything. */
  set(station: number, filters: readonly AcceptanceFilter[] | undefined): void {
    const bit = 1 << station;
    const base = this.base;
    const kept = filters === undefined ? bit : 0;
    for (let id = 0; id <= BASE_ID_MAX; id++) base[id] = ((base[id] as number) & ~bit) | kept;
    for (const filter of filters ?? []) {
      if (!filter.extended) acceptBase(base, filter, bit);
    }
    this.extended[station] = filters?.filter((filter) => filter.extended);
    if (filters === undefined) this.extendedFiltered &= ~bit;
    else this.extendedFiltered |= bit;
  }

  /** The stations that take this frame. */
  acceptors(frame: CanFrame): StationMask {
    if (!frame.extended) return this.base[frame.id] as number;
    if (this.extendedFiltered === 0) return ALL_STATIONS;
    let mask = ALL_STATIONS & ~this.extendedFiltered;
    for (let station = 0; station < STATION_LIMIT; station++) {
      const bit = 1 << station;
      if ((this.extendedFiltered & bit) === 0) continue;
      if (accepts(this.extended[station] ?? [], frame.id)) mask |= bit;
    }
    return mask;
  }
}

/** Sets `bit` for each identifier that the filter takes: all values of the bits it leaves free. */
function acceptBase(base: Uint16Array, filter: AcceptanceFilter, bit: StationMask): void {
  const free = BASE_ID_MAX & ~filter.mask;
  const fixed = BASE_ID_MAX & filter.mask & filter.match;
  let rest = free;
  for (;;) {
    const id = fixed | rest;
    base[id] = (base[id] as number) | bit;
    if (rest === 0) return;
    rest = (rest - 1) & free;
  }
}

function accepts(filters: readonly AcceptanceFilter[], id: number): boolean {
  return filters.some((filter) => ((id ^ filter.match) & filter.mask) === 0);
}
