/** Reads a trace once: each data frame is looked up, decoded, and handed to a sink. */

import type { TraceFile } from "../../adapters/store/trace-file.ts";
import { type DbcSet, decodeMessage } from "../../core/dbc/index.ts";
import type { FrameRecord, TraceRecord } from "../../core/trace/index.ts";
import type { DecodeTally } from "../../report/decode/decode-tally.ts";
import type { DecodedFrame } from "../../report/decode/decoded-frame.ts";
import { batchesUntil } from "../trace-input.ts";
import type { FrameFilter } from "./frame-filter.ts";

export interface FrameSink {
  frame(frame: DecodedFrame): void;
  /** After some thousand records. */
  flush(): Promise<void>;
}

export interface Decoding {
  readonly trace: TraceFile;
  readonly dbcs: DbcSet;
  readonly filter: FrameFilter;
  readonly tally: DecodeTally;
  readonly sink: FrameSink;
  /** On the clock of `performance.now`. */
  readonly untilMs: number;
}

/** Throws what the trace throws, after the frames before that. */
export async function decodeTrace(decoding: Decoding): Promise<void> {
  const { trace, sink, untilMs } = decoding;
  for await (const batch of batchesUntil(trace, untilMs)) {
    for (const record of batch) take(record, decoding);
    await sink.flush();
  }
}

function take(record: TraceRecord, { dbcs, filter, tally, sink }: Decoding): void {
  if (record.kind !== "data") {
    tally.addOther(record);
    return;
  }
  if (!filter.hasId(record)) {
    tally.filtered++;
    return;
  }
  const message = dbcs.find(record.channel, record.id, record.extended);
  if (message === undefined) {
    takeUnknown(record, filter, tally);
    return;
  }
  const wanted = filter.wantedOf(message);
  const decoded = wanted === null ? null : decodeMessage(message, record.data, wanted);
  // A multiplexed signal that was asked for need not be in each frame of its message.
  if (decoded === null || (wanted !== undefined && decoded.values.length === 0)) {
    tally.filtered++;
    return;
  }
  tally.addDecoded(decoded.missingBytes);
  sink.frame({ record, decoded });
}

function takeUnknown(record: FrameRecord, filter: FrameFilter, tally: DecodeTally): void {
  if (filter.isUnknownWanted) tally.addUnknown(record);
  else tally.filtered++;
}
