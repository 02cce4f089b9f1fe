/**
 * Which records of a trace are replayed, and as what frames. What a bus can't carry, or the user
 * left out, is counted by its reason; nothing is ever sent as something else than it was, unless
 * that was asked for.
 */

import { isFrameLength } from "../can/dlc.ts";
import type { CanFrame } from "../can/frame.ts";
import { type FrameRecord, frameOfRecord, type TraceRecord } from "../trace/record.ts";
import { Tally, type TallyEntry } from "../trace/tally.ts";
import { nanosecondsOf, subtractTimes, type TraceTime } from "../trace/trace-time.ts";
import { FrameStore } from "./frame-store.ts";
import { type Identifier, type IdentifierRange, identifierKey, isIn } from "./identifiers.ts";

export interface SelectionOptions {
  /** Since the first record of the trace, in nanoseconds; the end itself is left out. */
  readonly fromNs?: number | undefined;
  readonly toNs?: number | undefined;
  /** Only these; all when left out. */
  readonly include?: readonly IdentifierRange[] | undefined;
  readonly exclude?: readonly IdentifierRange[] | undefined;
  /** By the `identifierKey` of what is in the trace. */
  readonly remap?: ReadonlyMap<number, Identifier> | undefined;
  /** Classic data frames as frames of FD format, with or without bit rate switch. */
  readonly toFd?: "plain" | "brs" | undefined;
  /** Error frames too: only virtual interfaces can pass them on. */
  readonly errorFrames?: boolean | undefined;
  /** Nanoseconds from frame to frame, instead of the stamps of the trace. */
  readonly gapNs?: number | undefined;
}

/** Channels beyond this many share the last index; no format counts so far. */
const CHANNELS_MAX = 255;

export class Selection {
  readonly store = new FrameStore();
  /** Names as the trace has them, in the order in which they appear; frames have the index. */
  readonly channels: string[] = [];
  readonly #options: SelectionOptions;
  readonly #leftOut = new Tally();
  readonly #changed = new Tally();
  #first: TraceTime | null = null;
  #hasNoStamps = false;

  constructor(options: SelectionOptions = {}) {
    this.#options = options;
  }

  /** What is not replayed, and why. */
  get leftOut(): readonly TallyEntry[] {
    return this.#leftOut.entries;
  }

  /** What is replayed otherwise than the trace says, or on a guess that had to be made. */
  get changed(): readonly TallyEntry[] {
    return this.#changed.entries;
  }

  /** Whether there were frames without a time and no gap was asked for in its place. */
  get hasNoStamps(): boolean {
    return this.#hasNoStamps;
  }

  add(record: TraceRecord): void {
    if (record.time !== null) this.#first ??= record.time;
    if (record.kind === "event") return;
    const frame = this.#frameOf(record);
    if (frame === null) return;
    const timeNs = this.#timeOf(record.time);
    if (!this.#isWithin(timeNs)) {
      this.#leftOut.add("frames outside --from and --to", record.at);
      return;
    }
    const rawDlc = frame.fd || record.kind === "error" ? null : rawDlcOf(record);
    const channel = this.#channelOf(record.channel);
    const spacedNs =
      this.#options.gapNs === undefined ? timeNs : this.store.length * this.#options.gapNs;
    this.store.add({ timeNs: spacedNs, channel, frame, rawDlc });
  }

  #frameOf(record: TraceRecord): CanFrame | null {
    const reason = this.#reasonAgainst(record);
    if (reason !== null) {
      this.#leftOut.add(reason, record.at);
      return null;
    }
    const frame = frameOfRecord(record);
    if (frame === null || record.kind === "error") return frame;
    if (record.kind === "data" && record.fd === null) {
      this.#changed.add("frames of which FD or classic is unknown: by length", record.at);
      return this.#changedFrame({ ...frame, fd: frame.data.length > 8 }, record.at);
    }
    return this.#changedFrame(frame, record.at);
  }

  /** Why a record can't or is not to be sent; null when it is. */
  #reasonAgainst(record: TraceRecord): string | null {
    const { include, exclude, errorFrames = false, toFd } = this.#options;
    if (record.kind === "overload") return "overload frames: no controller sends them on request";
    if (record.kind === "error") {
      if (!errorFrames) return "error frames: no controller sends them on request";
      return record.detail.length === 8 ? null : "error frames without detail bytes";
    }
    if (record.kind === "event") return "events";
    if (include !== undefined && !isIn(include, record)) return "frames that --include leaves out";
    if (exclude !== undefined && isIn(exclude, record)) return "frames that --exclude leaves out";
    if (record.kind === "remote") {
      if (record.fd === true) return "remote frames of FD format, which do not exist";
      return toFd === undefined ? null : "remote frames, which FD format does not have";
    }
    const { data, fd } = record;
    if (!isFrameLength(data.length, fd ?? data.length > 8)) {
      return fd === false
        ? "classic frames of more than 8 bytes"
        : "FD frames of a length that no length code says";
    }
    return null;
  }

  #changedFrame(frame: CanFrame, at: number): CanFrame {
    const { remap, toFd } = this.#options;
    const other = remap?.get(identifierKey(frame));
    if (other !== undefined) this.#changed.add("frames with another identifier (--remap)", at);
    const named = other === undefined ? frame : { ...frame, ...other };
    if (toFd === undefined || frame.fd) return named;
    this.#changed.add("classic frames as FD frames (--to-fd)", at);
    return { ...named, fd: true, brs: toFd === "brs" };
  }

  #timeOf(time: TraceTime | null): number {
    if (time !== null && this.#first !== null) {
      return Number(nanosecondsOf(subtractTimes(time, this.#first)));
    }
    if (this.#options.gapNs === undefined) this.#hasNoStamps = true;
    return 0;
  }

  #isWithin(timeNs: number): boolean {
    const { fromNs, toNs } = this.#options;
    return (fromNs === undefined || timeNs >= fromNs) && (toNs === undefined || timeNs < toNs);
  }

  #channelOf(name: string): number {
    const known = this.channels.indexOf(name);
    if (known >= 0) return known;
    if (this.channels.length === CHANNELS_MAX) return CHANNELS_MAX - 1;
    return this.channels.push(name) - 1;
  }
}

function rawDlcOf(record: TraceRecord): number | null {
  const { dlc } = record as FrameRecord;
  return dlc !== null && dlc > 8 ? dlc : null;
}
