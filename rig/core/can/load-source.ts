/**
 * Frames that keep a bus busy to a given share: when each is due so that, over time, their bits
 * take that share, and with contents that are never the very object of the frame before.
 */

import { type BitRates, frameDurationNs } from "./bit-count.ts";
import { type CanFrame, classicFrame } from "./frame.ts";

/** Eight bytes of alternating bits, as a stranger's frames are: no stuff bits in them. */
const CONTENT = 0x55;

export class LoadSource {
  readonly #frames: readonly [CanFrame, CanFrame];
  readonly #periodNs: number;
  readonly #load: number;
  #dueNs: number;
  #count = 0;

  /** `load` is over 0 and at most 1. */
  constructor(
    options: { readonly id: number; readonly load: number; readonly rates: BitRates },
    nowNs: number,
  ) {
    this.#frames = [strangerFrame(options.id), strangerFrame(options.id)];
    this.#load = options.load;
    this.#periodNs = frameDurationNs(this.#frames[0], options.rates) / options.load;
    this.#dueNs = nowNs;
  }

  /** When the next frame is due, `nowNs` at the earliest: what came late is made up for. */
  nextNs(nowNs: number): number {
    // On a bus that others hold as well a whole load would pile up without end.
    if (this.#load === 1) return nowNs;
    return Math.max(nowNs, Math.round(this.#dueNs));
  }

  take(): CanFrame {
    this.#dueNs += this.#periodNs;
    return this.#frames[this.#count++ % 2] as CanFrame;
  }
}

function strangerFrame(id: number): CanFrame {
  return classicFrame(id, new Uint8Array(8).fill(CONTENT));
}
