/** Load and timing of one channel, frame by frame. Exact bits come from the frames themselves. */

import {
  type BitRates,
  bitsDurationNs,
  dataBits,
  frameBits,
  nominalBits,
} from "../can/bit-count.ts";
import type { CanFrame } from "../can/frame.ts";
import { LoadCurve } from "./load-curve.ts";
import { PeakWindow } from "./peak-window.ts";
import { type PeriodFigures, Periods } from "./periods.ts";
import { Spacing, type SpacingFigures } from "./spacing.ts";

export interface LoadOptions {
  readonly rates: BitRates;
  /** Length of the window for the peak load. */
  readonly windowNs: number;
}

/** A frame with its place in time and in the file. */
export interface StampedFrame {
  readonly frame: CanFrame;
  /** Since the first stamp of the trace; null where there are no stamps. */
  readonly timeNs: number | null;
  /** Nanoseconds of the second in the stamp. */
  readonly fraction: number;
  readonly at: number;
}

export interface IdFigures {
  readonly id: number;
  readonly extended: boolean;
  readonly frames: number;
  readonly busyNs: number;
  /** Null for fewer than two frames with stamps. */
  readonly period: PeriodFigures | null;
}

export interface ChannelFigures {
  readonly frames: number;
  readonly bits: { readonly nominal: number; readonly data: number };
  readonly busyNs: number;
  /** From the beginning of the first frame to the end of the last one; null without stamps. */
  readonly spanNs: number | null;
  /** Share of the span that is busy; above 1 only where stamps are wrong. */
  readonly load: number | null;
  readonly peak: { readonly fromNs: number; readonly load: number } | null;
  /** Busy share in steps of equal length, from the first frame on. */
  readonly curve: { readonly stepNs: number; readonly load: readonly number[] } | null;
  readonly spacing: SpacingFigures | null;
  /** By identifier, those of 11 bits first. */
  readonly ids: readonly IdFigures[];
  /** Frames of identifiers beyond the number that is kept. */
  readonly otherIds: number;
}

interface OfId {
  readonly id: number;
  readonly extended: boolean;
  frames: number;
  busyNs: number;
  readonly periods: Periods;
}

/** More come only of traces that are no traces. */
const IDS_MAX = 65_536;

export class ChannelLoad {
  readonly #options: LoadOptions;
  readonly #ids = new Map<number, OfId>();
  readonly #peak: PeakWindow;
  readonly #curve = new LoadCurve();
  readonly #spacing = new Spacing();
  #frames = 0;
  #otherIds = 0;
  #nominal = 0;
  #data = 0;
  #busyNs = 0;
  #firstNs: number | null = null;
  #lastNs = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#peak = new PeakWindow(options.windowNs);
  }

  add(stamped: StampedFrame): void {
    const { frame, timeNs } = stamped;
    const bits = frameBits(frame);
    const busyNs = bitsDurationNs(bits, this.#options.rates);
    this.#frames++;
    this.#nominal += nominalBits(bits);
    this.#data += dataBits(bits);
    this.#busyNs += busyNs;
    this.#addId(frame, timeNs, busyNs);
    if (timeNs !== null) this.#place(stamped, timeNs, busyNs);
  }

  get figures(): ChannelFigures {
    const { windowNs } = this.#options;
    const spanNs = this.#firstNs === null ? null : this.#lastNs - this.#firstNs;
    const { peak } = this.#peak;
    const { stepNs, busyNs } = this.#curve;
    const isTimed = spanNs !== null;
    return {
      frames: this.#frames,
      bits: { nominal: this.#nominal, data: this.#data },
      busyNs: this.#busyNs,
      spanNs,
      load: spanNs === null ? null : this.#busyNs / spanNs,
      peak: isTimed ? { fromNs: peak.fromNs, load: peak.busyNs / windowNs } : null,
      curve: isTimed ? { stepNs, load: busyNs.map((each) => each / stepNs) } : null,
      spacing: isTimed ? this.#spacing.figures : null,
      ids: this.#idFigures(),
      otherIds: this.#otherIds,
    };
  }

  /** Stamps are those of the end of a frame, as receivers give them. */
  #place({ fraction, at }: StampedFrame, timeNs: number, busyNs: number): void {
    const startNs = timeNs - busyNs;
    const isFirst = this.#firstNs === null;
    const isBack = !isFirst && timeNs < this.#lastNs;
    this.#spacing.add(fraction, isFirst ? null : startNs - this.#lastNs, isBack, at);
    this.#firstNs ??= startNs;
    // A frame whose stamp goes back counts where the trace was.
    const endNs = Math.max(timeNs, this.#lastNs);
    this.#peak.add(endNs - busyNs, endNs);
    this.#curve.add(endNs - busyNs - this.#firstNs, endNs - this.#firstNs);
    this.#lastNs = endNs;
  }

  #addId({ id, extended }: CanFrame, timeNs: number | null, busyNs: number): void {
    const key = extended ? id + 2 ** 31 : id;
    let known = this.#ids.get(key);
    if (known === undefined) {
      if (this.#ids.size >= IDS_MAX) {
        this.#otherIds++;
        return;
      }
      known = { id, extended, frames: 0, busyNs: 0, periods: new Periods() };
      this.#ids.set(key, known);
    }
    known.frames++;
    known.busyNs += busyNs;
    if (timeNs !== null) known.periods.add(timeNs);
  }

  #idFigures(): IdFigures[] {
    const keys = [...this.#ids.keys()].sort((a, b) => a - b);
    return keys.map((key) => {
      const { id, extended, frames, busyNs, periods } = this.#ids.get(key) as OfId;
      return { id, extended, frames, busyNs, period: periods.figures };
    });
  }
}
