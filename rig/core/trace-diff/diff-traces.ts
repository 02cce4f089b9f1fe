/**
 * Two traces of any format compared by channel and identifier: which frames only one of them has,
 * whose data differ, in which signals, and how their times differ. What one of the files does not
 * tell (FD flags, length codes, details of error frames) is no difference.
 */

import type { DbcSet } from "../dbc/index.ts";
import { type Alignment, alignFrames } from "./align-frames.ts";
import { areComparable, type ChannelPair, pairChannels } from "./channel-pairs.ts";
import {
  FrameColumns,
  hasDetail,
  isSameError,
  isSameFrame,
  unknownFlags,
} from "./frame-columns.ts";
import { type Period, periodOf } from "./period.ts";
import { type SignalDiff, SignalDiffs } from "./signal-diff.ts";
import { type TimeDiff, TimePairs } from "./time-diff.ts";
import { type FrameKey, keyOfNumber, type TraceContent } from "./trace-content.ts";

/** A frame as an example: its place in the file, flags in bits, data. */
export interface FrameSample {
  readonly place: number;
  readonly flags: number;
  readonly data: Uint8Array;
}

export interface KeyDiff extends FrameKey {
  readonly channels: ChannelPair;
  /** Of the DBC file, else null. */
  readonly name: string | null;
  readonly countA: number;
  readonly countB: number;
  readonly missing: number;
  readonly extra: number;
  /** Frames of the same place that differ in data or format. */
  readonly changed: number;
  /** The sequences have so little in common that frames were paired by position. */
  readonly isByPosition: boolean;
  readonly periodA: Period | null;
  readonly periodB: Period | null;
  readonly isPeriodOff: boolean;
  readonly firstMissing: FrameSample | null;
  readonly firstExtra: FrameSample | null;
  readonly firstChange: readonly [a: FrameSample, b: FrameSample] | null;
  readonly signals: readonly SignalDiff[];
}

export interface TraceDiff {
  /** Null where one of the files names none, so that channels are not told apart. */
  readonly channels: readonly ChannelPair[] | null;
  /** All identifiers, by channel, those of 11 bits first; error frames last. */
  readonly keys: readonly KeyDiff[];
  readonly time: TimeDiff | null;
  /** What one of the files does not tell of some frames, so that it was not compared. */
  readonly uncompared: readonly string[];
  /** Whether anything but time differs. */
  readonly isDifferent: boolean;
}

export interface DiffOptions {
  readonly dbcs?: DbcSet;
  /** From channels of A to those of B. */
  readonly channels?: ReadonlyMap<string, string>;
  /** A median period that differs by more than this share of A's counts as a difference. */
  readonly periodTolerance?: number;
}

export function diffTraces(a: TraceContent, b: TraceContent, options: DiffOptions = {}): TraceDiff {
  const uncompared = new Set<string>();
  const times = new TimePairs();
  const compare = (pair: ChannelPair, ofA: Keys, ofB: Keys) => {
    const numbers = [...new Set([...ofA.keys(), ...ofB.keys()])].sort((x, y) => x - y);
    return numbers.map((number) => {
      const [framesA, framesB] = [ofA.get(number) ?? NONE, ofB.get(number) ?? NONE];
      const comparison = new KeyComparison({ key: keyOfNumber(number), pair, framesA, framesB });
      return comparison.result({ options, times, uncompared });
    });
  };
  const channels = areComparable(a.channels, b.channels)
    ? pairChannels(a.channels, b.channels, options.channels ?? new Map())
    : null;
  const keys =
    channels === null
      ? compare({ a: null, b: null }, a.allKeys, b.allKeys)
      : channels.flatMap((pair) => compare(pair, a.keysOf(pair.a), b.keysOf(pair.b)));
  const isDifferent = keys.some(isKeyDifferent);
  const { diff: time } = times;
  return { channels, keys, time, uncompared: [...uncompared].sort(), isDifferent };
}

export function isKeyDifferent({ missing, extra, changed, isPeriodOff }: KeyDiff): boolean {
  return missing > 0 || extra > 0 || changed > 0 || isPeriodOff;
}

type Keys = ReadonlyMap<number, FrameColumns>;

const NONE = new FrameColumns();

interface Compared {
  readonly key: FrameKey;
  readonly pair: ChannelPair;
  readonly framesA: FrameColumns;
  readonly framesB: FrameColumns;
}

interface Surroundings {
  readonly options: DiffOptions;
  readonly times: TimePairs;
  readonly uncompared: Set<string>;
}

class KeyComparison {
  readonly #compared: Compared;
  readonly #alignment: Alignment;

  constructor(compared: Compared) {
    const { key, framesA, framesB } = compared;
    const isSame = key.kind === "error" ? isSameError : isSameFrame;
    this.#compared = compared;
    this.#alignment = alignFrames(framesA.count, framesB.count, (x, y) =>
      isSame(framesA, x, framesB, y),
    );
  }

  result({ options, times, uncompared }: Surroundings): KeyDiff {
    const { key, pair, framesA, framesB } = this.#compared;
    const { missing, extra, pairs, isByPosition } = this.#alignment;
    const changes = pairs.filter(({ isEqual }) => !isEqual);
    this.#noteUnknown(uncompared);
    for (const { a, b, isEqual } of pairs) {
      if (!isEqual) continue;
      const orders = [framesA.orderOf(a), framesB.orderOf(b)] as const;
      times.add(framesA.timeNs(a), framesB.timeNs(b), orders);
    }
    const [periodA, periodB] = [periodOf(framesA), periodOf(framesB)];
    const message = this.#messageIn(options.dbcs);
    const signals = message === undefined ? null : new SignalDiffs(message);
    for (const { a, b } of changes) signals?.add(this.#changed(a, b));
    const first = changes[0];
    return {
      ...key,
      channels: pair,
      name: message?.name ?? null,
      countA: framesA.count,
      countB: framesB.count,
      missing: missing.length,
      extra: extra.length,
      changed: changes.length,
      isByPosition,
      periodA,
      periodB,
      isPeriodOff: isOff(periodA, periodB, options.periodTolerance),
      firstMissing: sample(framesA, missing[0]),
      firstExtra: sample(framesB, extra[0]),
      firstChange:
        first === undefined ? null : [sampleOf(framesA, first.a), sampleOf(framesB, first.b)],
      signals: signals?.diffs ?? [],
    };
  }

  #messageIn(dbcs: DbcSet | undefined) {
    const { key, pair } = this.#compared;
    if (key.kind !== "data") return undefined;
    return dbcs?.find(pair.a ?? pair.b ?? "", key.id, key.extended);
  }

  #changed(a: number, b: number) {
    const { framesA, framesB } = this.#compared;
    const places = { placeA: framesA.placeOf(a), placeB: framesB.placeOf(b) };
    return { a: framesA.data(a), b: framesB.data(b), ...places };
  }

  #noteUnknown(uncompared: Set<string>): void {
    const { key, framesA, framesB } = this.#compared;
    if (framesA.count === 0 || framesB.count === 0) return;
    for (const frames of [framesA, framesB]) {
      let last = -1;
      for (let at = 0; at < frames.count; at++) {
        if (key.kind === "error") {
          if (!hasDetail(frames, at)) uncompared.add("details of error frames");
          continue;
        }
        const flags = frames.flags(at);
        if (flags !== last) for (const name of unknownFlags(flags)) uncompared.add(name);
        last = flags;
      }
    }
  }
}

function isOff(a: Period | null, b: Period | null, tolerance: number | undefined): boolean {
  if (tolerance === undefined || a === null || b === null) return false;
  return Math.abs(b.medianNs - a.medianNs) > tolerance * a.medianNs;
}

function sample(frames: FrameColumns, at: number | undefined): FrameSample | null {
  return at === undefined ? null : sampleOf(frames, at);
}

function sampleOf(frames: FrameColumns, at: number): FrameSample {
  return { place: frames.placeOf(at), flags: frames.flags(at), data: frames.data(at) };
}
