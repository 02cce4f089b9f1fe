/** All frames of a trace by channel and identifier, and what else is worth comparing. */

import { NS_PER_S } from "../time/time.ts";
import type { FrameRecord, TraceRecord } from "../trace/index.ts";
import { subtractTimes, type TraceTime } from "../trace/trace-time.ts";
import { FrameColumns } from "./frame-columns.ts";

export interface FrameKey {
  readonly kind: "data" | "remote" | "error";
  /** 0 for error frames. */
  readonly id: number;
  readonly extended: boolean;
}

/** Identifiers order as on the bus tables: 11 bits before 29, error frames last. */
const EXTENDED = 2 ** 30;
const REMOTE = 2 ** 31;
const ERROR = 2 ** 32;

export class TraceContent {
  frames = 0;
  /** Places where frames were lost while the trace was recorded. */
  holes = 0;
  overloads = 0;
  /** Frames without a stamp. */
  unstamped = 0;
  first: TraceTime | null = null;
  /** Of the last frame, since the first one. */
  lastNs = 0;
  readonly #channels = new Map<string, Map<number, FrameColumns>>();

  add(record: TraceRecord): void {
    if (record.kind === "event") {
      if (record.event === "hole") this.holes++;
      return;
    }
    if (record.kind === "overload") {
      this.overloads++;
      return;
    }
    const timeNs = this.#timeOf(record.time);
    const columns = this.#columnsOf(record.channel, keyNumber(record));
    if (record.kind === "error") columns.addError(record, timeNs, this.frames);
    else columns.add(record, timeNs, this.frames);
    this.frames++;
  }

  /** Sorted by name; numbers by their value. */
  get channels(): string[] {
    return [...this.#channels.keys()].sort(compareChannels);
  }

  /** The frames of a channel by `keyOfNumber`'s numbers; none where `channel` is null. */
  keysOf(channel: string | null): ReadonlyMap<number, FrameColumns> {
    return (channel === null ? undefined : this.#channels.get(channel)) ?? new Map();
  }

  /** The frames of all channels, as `keysOf` gives them. */
  get allKeys(): ReadonlyMap<number, FrameColumns> {
    const parts = new Map<number, FrameColumns[]>();
    for (const keys of this.#channels.values()) {
      for (const [key, frames] of keys) parts.set(key, [...(parts.get(key) ?? []), frames]);
    }
    return new Map([...parts].map(([key, frames]) => [key, FrameColumns.merged(frames)]));
  }

  #timeOf(time: TraceTime | null): number {
    if (time === null) {
      this.unstamped++;
      return Number.NaN;
    }
    this.first ??= time;
    const { seconds, nanoseconds } = subtractTimes(time, this.first);
    const timeNs = seconds * NS_PER_S + nanoseconds;
    this.lastNs = Math.max(this.lastNs, timeNs);
    return timeNs;
  }

  #columnsOf(channel: string, key: number): FrameColumns {
    let keys = this.#channels.get(channel);
    if (keys === undefined) {
      keys = new Map();
      this.#channels.set(channel, keys);
    }
    let columns = keys.get(key);
    if (columns === undefined) {
      columns = new FrameColumns();
      keys.set(key, columns);
    }
    return columns;
  }
}

function keyNumber(record: FrameRecord | Extract<TraceRecord, { kind: "error" }>): number {
  if (record.kind === "error") return ERROR;
  const id = record.extended ? record.id + EXTENDED : record.id;
  return record.kind === "remote" ? id + REMOTE : id;
}

export function keyOfNumber(number: number): FrameKey {
  if (number === ERROR) return { kind: "error", id: 0, extended: false };
  const isRemote = number >= REMOTE;
  const rest = isRemote ? number - REMOTE : number;
  const extended = rest >= EXTENDED;
  return { kind: isRemote ? "remote" : "data", id: extended ? rest - EXTENDED : rest, extended };
}

export function compareChannels(a: string, b: string): number {
  const [one, other] = [Number(a), Number(b)];
  if (one !== other && !Number.isNaN(one - other)) return one - other;
  return a < b ? -1 : a > b ? 1 : 0;
}
