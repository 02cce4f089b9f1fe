/** The writer of every text format: head, rows and foot as strings, sent out in larger pieces. */

import type { TraceRecord } from "../record.ts";
import type { TallyEntry } from "../tally.ts";
import type { TraceTime } from "../trace-time.ts";
import type {
  ByteSink,
  TimeLine,
  TraceOrigin,
  TraceWriter,
  WriterFactory,
} from "../trace-writer.ts";

export interface TextRows {
  readonly timeLine: TimeLine;
  /** Asked for after the first record was placed in time, or at the end of an empty trace. */
  head(): string;
  /** The line of a record, with its line end; empty where the format can't hold it. */
  row(record: TraceRecord, time: TraceTime): string;
  foot?(): string;
}

const PIECE_LENGTH = 16_384;

class TextWriter implements TraceWriter {
  readonly #rows: TextRows;
  readonly #sink: ByteSink;
  readonly #encoder = new TextEncoder();
  #text = "";
  #hasHead = false;

  constructor(rows: TextRows, sink: ByteSink) {
    this.#rows = rows;
    this.#sink = sink;
  }

  get losses(): readonly TallyEntry[] {
    return this.#rows.timeLine.losses.entries;
  }

  write(record: TraceRecord): void {
    const time = this.#rows.timeLine.place(record);
    this.#writeHead();
    this.#text += this.#rows.row(record, time);
    if (this.#text.length >= PIECE_LENGTH) this.#send();
  }

  finish(): void {
    this.#writeHead();
    this.#text += this.#rows.foot?.() ?? "";
    this.#send();
  }

  #writeHead(): void {
    if (this.#hasHead) return;
    this.#hasHead = true;
    this.#text += this.#rows.head();
  }

  #send(): void {
    if (this.#text !== "") this.#sink(this.#encoder.encode(this.#text));
    this.#text = "";
  }
}

export function textWriter(makeRows: (origin: TraceOrigin) => TextRows): WriterFactory {
  return (origin, sink) => new TextWriter(makeRows(origin), sink);
}
