/** Reads a trace and writes it in another format, a batch of records at a time. */

import { deflateSync } from "node:zlib";
import type { TraceFile } from "../../adapters/store/trace-file.ts";
import type { TallyEntry, TraceFormat, TraceRecord, TraceWriter } from "../../core/trace/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ChannelMap } from "../channel-map.ts";
import { batchesUntil } from "../trace-input.ts";

export interface Conversion {
  readonly trace: TraceFile;
  readonly format: TraceFormat;
  readonly channels: ChannelMap;
  /** On the clock of `performance.now`. */
  readonly untilMs: number;
  readonly signal: AbortSignal;
}

/** Records by kind, as they were read. */
export interface ConvertedCounts {
  frames: number;
  errors: number;
  overloads: number;
  events: number;
}

/** One conversion; `bytes` can be asked for once, and the rest holds when they have ended. */
export class TraceConverter {
  readonly #conversion: Conversion;
  #writer: TraceWriter | null = null;
  readonly counts: ConvertedCounts = { frames: 0, errors: 0, overloads: 0, events: 0 };
  #lossesBefore: readonly TallyEntry[] | null = null;
  /** What stopped the reading; the bytes then hold what came before it. */
  error: unknown = null;

  constructor(conversion: Conversion) {
    this.#conversion = conversion;
  }

  get losses(): readonly TallyEntry[] {
    return this.#lossesBefore ?? this.#writer?.losses ?? [];
  }

  get headPatch(): Uint8Array | null {
    return this.#writer?.headPatch ?? null;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    const { trace, signal, untilMs } = this.#conversion;
    let pieces: Uint8Array[] = [];
    const sink = (bytes: Uint8Array) => pieces.push(bytes.slice());
    try {
      for await (const batch of batchesUntil(trace, untilMs)) {
        if (signal.aborted) throw new RigError("work.interrupted", "interrupted");
        this.#writer ??= this.#begin(sink);
        for (const record of batch) this.#write(record);
        yield* pieces;
        pieces = [];
      }
    } catch (error) {
      this.error = error;
    }
    this.#writer ??= this.#begin(sink);
    if (this.error !== null) this.#markEnd(this.#writer, this.error);
    this.#writer.finish();
    yield* pieces;
  }

  #begin(sink: (bytes: Uint8Array) => void): TraceWriter {
    const { trace, format } = this.#conversion;
    if (format.writer === null) throw new RigError("rig.internal", `${format.name}: no writer`);
    const deflate = (data: Uint8Array) => deflateSync(data);
    return format.writer(trace.origin, sink, { deflate });
  }

  /** Says in the output, where its format can, that more should follow. */
  #markEnd(writer: TraceWriter, error: unknown): void {
    this.#lossesBefore = writer.losses.map((entry) => ({ ...entry }));
    const text = `reading stopped: ${error instanceof Error ? error.message : String(error)}`;
    const place = { time: null, channel: "", direction: null, at: 0 };
    writer.write({ kind: "event", event: "hole", text, ...place });
  }

  #write(record: TraceRecord): void {
    const { counts } = this;
    if (record.kind === "error") counts.errors++;
    else if (record.kind === "event") counts.events++;
    else if (record.kind === "overload") counts.overloads++;
    else counts.frames++;
    const channel = this.#conversion.channels.of(record.channel);
    this.#writer?.write(channel === record.channel ? record : { ...record, channel });
  }
}
