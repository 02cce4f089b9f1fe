/**
 * The public face of the trace files: the formats with their readers and writers, and how to tell
 * which one a file has.
 */

export { formatForPath, formatNamed, hasTraceEnding } from "./choose-format.ts";
export { detectFormat, TRACE_FORMATS } from "./detect-format.ts";
export {
  type ErrorRecord,
  type EventRecord,
  type FrameRecord,
  frameOfRecord,
  type OverloadRecord,
  type RecordSink,
  type TraceClock,
  type TraceDirection,
  type TraceInfo,
  type TraceRecord,
} from "./record.ts";
export type { TallyEntry } from "./tally.ts";
export type { TraceFormat } from "./trace-format.ts";
export type { Inflate, ReaderOptions, TraceReader } from "./trace-reader.ts";
export { civilOfTime, formatTime, type TraceTime, type WallTime } from "./trace-time.ts";
export type { ByteSink, TraceOrigin, TraceWriter, WriterOptions } from "./trace-writer.ts";
