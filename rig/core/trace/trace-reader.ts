/**
 * How trace files are read: bytes are fed in pieces of any size, records come out by a function
 * as soon as they are whole. A malformed place throws `input.malformed` that names it, after all
 * records before it were delivered; the reader then takes no more. Memory stays bounded.
 */

import { RigError } from "../verdict/rig-error.ts";
import type { RecordSink, TraceClock, TraceInfo, TraceRecord } from "./record.ts";
import { Tally } from "./tally.ts";
import type { TraceTime, WallTime } from "./trace-time.ts";

/**
 * Inflates a zlib stream: at most `length` bytes. Of a stream that ends too early it gives what
 * came before the end; it throws where the stream is damaged.
 */
export type Inflate = (data: Uint8Array, length: number) => Uint8Array;

export interface ReaderOptions {
  /** Needed for compressed BLF files. */
  readonly inflate?: Inflate;
}

export interface TraceReader {
  readonly info: TraceInfo;
  feed(chunk: Uint8Array): void;
  /** Says that no more bytes come; throws where the file is cut off. */
  finish(): void;
}

export type ReaderFactory = (sink: RecordSink, options?: ReaderOptions) => TraceReader;

/** No recording that tells the date is older than 1973: smaller stamps count from any zero. */
export const EPOCH_SECONDS = 1e8;

/** Where the parts of a reader put what they find. */
export class TraceOutput {
  readonly skipped = new Tally();
  readonly assumed = new Tally();
  clock: TraceClock = "none";
  start: WallTime | null = null;
  readonly #sink: RecordSink;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  deliver(record: TraceRecord): void {
    this.#sink(record);
  }

  /** For formats whose stamps are since 1970 or since any zero, without saying so. */
  setClockBy(first: TraceTime): void {
    if (this.clock === "none") this.clock = first.seconds >= EPOCH_SECONDS ? "epoch" : "start";
  }

  get info(): TraceInfo {
    const { clock, start, skipped, assumed } = this;
    return { clock, start, skipped: skipped.entries, assumed: assumed.entries };
  }
}

export function refuseLine(number: number, problem: string): never {
  throw new RigError("input.malformed", `line ${number}: ${problem}`);
}

export function refuseOffset(offset: number, problem: string): never {
  throw new RigError("input.malformed", `offset ${offset}: ${problem}`);
}
