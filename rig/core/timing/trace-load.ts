/**
 * Load and timing of a trace: each channel for itself, with what could not be counted exactly.
 * Error and overload frames keep a bus busy too, but a trace doesn't tell how long.
 */

import type { CanFrame } from "../can/frame.ts";
import { NS_PER_S } from "../time/time.ts";
import { type FrameRecord, frameOfRecord, type TraceRecord } from "../trace/record.ts";
import { Tally, type TallyEntry } from "../trace/tally.ts";
import type { TraceTime } from "../trace/trace-time.ts";
import { type ChannelFigures, ChannelLoad, type LoadOptions } from "./channel-load.ts";

export interface TraceLoadFigures {
  /** By name, in the order of their first frames. */
  readonly channels: readonly (ChannelFigures & { readonly channel: string })[];
  /** What the figures rest on besides what the trace says; places as in its tallies. */
  readonly notes: readonly TallyEntry[];
}

const CHANNELS_MAX = 256;

export class TraceLoad {
  readonly #options: LoadOptions;
  readonly #channels = new Map<string, ChannelLoad>();
  readonly #notes = new Tally();
  #first: TraceTime | null = null;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  add(record: TraceRecord): void {
    if (record.kind === "event") {
      if (record.event === "hole") this.#notes.add("holes: frames are missing", record.at);
      return;
    }
    if (record.kind !== "data" && record.kind !== "remote") {
      this.#notes.add(`${record.kind} frames, whose length is unknown, are not counted`, record.at);
      return;
    }
    const frame = this.#frameOf(record);
    if (frame === null) return;
    const timeNs = this.#timeOf(record.time);
    const fraction = record.time?.nanoseconds ?? 0;
    this.#channelOf(record.channel).add({ frame, timeNs, fraction, at: record.at });
  }

  get figures(): TraceLoadFigures {
    const channels = [...this.#channels].map(([channel, load]) => ({ channel, ...load.figures }));
    return { channels, notes: this.#notes.entries };
  }

  #frameOf(record: FrameRecord): CanFrame | null {
    const frame = frameOfRecord(record);
    if (frame === null) return null;
    const { fd, brs, at, data } = record;
    if (fd === null && data.length <= 8) {
      this.#notes.add("frames of unknown format are counted as classic", at);
    } else if (frame.fd && brs === null) {
      this.#notes.add("FD frames of unknown BRS are counted as without", at);
    }
    return data.length > 8 ? { ...frame, fd: true } : frame;
  }

  #timeOf(time: TraceTime | null): number | null {
    if (time === null) return null;
    this.#first ??= time;
    const seconds = time.seconds - this.#first.seconds;
    return seconds * NS_PER_S + (time.nanoseconds - this.#first.nanoseconds);
  }

  #channelOf(channel: string): ChannelLoad {
    let load = this.#channels.get(channel);
    if (load === undefined) {
      const isRoom = this.#channels.size < CHANNELS_MAX;
      load = new ChannelLoad(this.#options);
      if (isRoom) this.#channels.set(channel, load);
    }
    return load;
  }
}
