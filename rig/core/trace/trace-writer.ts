/**
 * How trace files are written: records in, bytes out by a function. A format that can't hold
 * something says so in `losses`, so that whoever converts can tell what will be missing. Stamps are
 * turned into what the format has: since 1970, or since the start of the recording.
 */

import type { TraceClock, TraceRecord } from "./record.ts";
import { Tally, type TallyEntry } from "./tally.ts";
import {
  addTimes,
  hasPlaces,
  isEarlier,
  subtractTimes,
  TIME_ZERO,
  type TraceTime,
  type WallTime,
} from "./trace-time.ts";

export type ByteSink = (bytes: Uint8Array) => void;

/** What the records' times mean: the `info` of their reader will do. */
export interface TraceOrigin {
  readonly clock: TraceClock;
  readonly start: WallTime | null;
}

export interface TraceWriter {
  readonly losses: readonly TallyEntry[];
  write(record: TraceRecord): void;
  finish(): void;
  /**
   * Bytes to be put over the first ones of the file once it has ended, for formats whose head
   * counts what follows. The file is readable without them.
   */
  readonly headPatch?: Uint8Array | null;
}

export interface WriterOptions {
  /** Compresses into a zlib stream; BLF files are not compressed without it. */
  readonly deflate?: (data: Uint8Array) => Uint8Array;
}

export type WriterFactory = (
  origin: TraceOrigin,
  sink: ByteSink,
  options?: WriterOptions,
) => TraceWriter;

/** What 64 bits of nanoseconds can count. */
const SECONDS_MAX = 18_446_744_073;

/** Turns times into those of the format, and counts what gets lost. */
export class TimeLine {
  readonly losses = new Tally();
  readonly #origin: TraceOrigin;
  readonly #isAbsolute: boolean;
  readonly #places: number;
  #base: TraceTime | null = null;
  #last: TraceTime = TIME_ZERO;

  /** `places`: digits after the second that the format has. */
  constructor(origin: TraceOrigin, isAbsolute: boolean, places: number) {
    this.#origin = origin;
    this.#isAbsolute = isAbsolute;
    this.#places = places;
  }

  /** When the recording started; known once `place` has seen the first record. */
  get start(): WallTime | null {
    if (this.#origin.clock !== "epoch") return this.#origin.start;
    return this.#base === null ? null : { time: this.#base, zone: "utc" };
  }

  /** The start for formats that name no zone and have so many places of its second. */
  startWithoutZone(places: number): TraceTime | null {
    const { start } = this;
    if (start === null) return null;
    if (start.zone === "utc") this.losses.add("that the start is UTC: no zone is written", 0);
    if (!hasPlaces(start.time, places)) {
      this.losses.add(`the start below ${places} places of a second`, 0);
    }
    return start.time;
  }

  /** The time to be written for this record. */
  place(record: TraceRecord): TraceTime {
    const { time, at } = record;
    if (time === null && record.kind === "event") return this.#last;
    if (time === null) {
      this.losses.add("that there are no stamps: written as time 0", at);
      return TIME_ZERO;
    }
    // Whole milliseconds, so that formats that keep the start that way lose nothing.
    this.#base ??= { ...time, nanoseconds: time.nanoseconds - (time.nanoseconds % 1e6) };
    const placed = this.#isAbsolute ? this.#absolute(time, at) : this.#relative(time);
    if (!hasPlaces(placed, this.#places)) {
      this.losses.add(`time below ${this.#places} places of a second`, at);
    }
    if (placed.seconds > SECONDS_MAX) {
      this.losses.add("time beyond the year 2554: written as that", at);
      return { seconds: SECONDS_MAX, nanoseconds: 0 };
    }
    if (placed.seconds >= 0) {
      this.#last = placed;
      return placed;
    }
    this.losses.add("time before the start: written as time 0", at);
    return TIME_ZERO;
  }

  #absolute(time: TraceTime, at: number): TraceTime {
    const { clock, start } = this.#origin;
    if (clock !== "start" || start === null) return time;
    if (start.zone === "local") {
      this.losses.add("that the time zone is unknown: local time written as if it were UTC", at);
    }
    return addTimes(start.time, time);
  }

  #relative(time: TraceTime): TraceTime {
    const base = this.#base;
    if (this.#origin.clock !== "epoch" || base === null) return time;
    return isEarlier(time, base) ? { seconds: -1, nanoseconds: 0 } : subtractTimes(time, base);
  }
}
