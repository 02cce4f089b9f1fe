/** Reads and writes traces in the tests of the formats. */

import { constants, gunzipSync, inflateSync } from "node:zlib";
import {
  type ByteSink,
  detectFormat,
  type FrameRecord,
  type Inflate,
  TRACE_FORMATS,
  type TraceFormat,
  type TraceInfo,
  type TraceOrigin,
  type TraceRecord,
} from "../../../rig/core/trace/index.ts";

export const inflate: Inflate = (data, length) =>
  inflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: length });

export interface ReadTrace {
  readonly format: string;
  readonly records: readonly TraceRecord[];
  readonly info: TraceInfo;
  /** What stopped the reading, if something did. */
  readonly error: unknown;
}

export function formatNamed(name: string): TraceFormat {
  const format = TRACE_FORMATS.find((each) => each.name === name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return format;
}

/** Reads with the format that the content shows, in chunks of this size. */
export function readTrace(bytes: Uint8Array, options: { chunk?: number; as?: string } = {}) {
  const format = options.as === undefined ? detectFormat(bytes) : formatNamed(options.as);
  if (format === null) throw new Error("the format is not known");
  return readAs(format, bytes, options.chunk ?? bytes.length);
}

function readAs(format: TraceFormat, bytes: Uint8Array, chunk: number): ReadTrace {
  const records: TraceRecord[] = [];
  const reader = format.reader((record) => records.push(record), { inflate });
  let error: unknown;
  try {
    for (let at = 0; at < bytes.length; at += chunk) reader.feed(bytes.subarray(at, at + chunk));
    reader.finish();
  } catch (caught) {
    error = caught;
  }
  return { format: format.name, records, info: reader.info, error };
}

export function writeTrace(name: string, records: readonly TraceRecord[], origin: TraceOrigin) {
  const pieces: Uint8Array[] = [];
  const sink: ByteSink = (bytes) => pieces.push(bytes);
  const writer = formatNamed(name).writer?.(origin, sink);
  if (writer === undefined) throw new Error(`${name} has no writer`);
  for (const record of records) writer.write(record);
  writer.finish();
  const bytes = Buffer.concat(pieces);
  if (writer.headPatch) bytes.set(writer.headPatch);
  return { bytes: new Uint8Array(bytes), losses: writer.losses };
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);

export function gunzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gunzipSync(bytes));
}

/** Records without their place in the file, to compare what two files hold. */
export function withoutPlaces(records: readonly TraceRecord[]) {
  return records.map(({ at: _, ...record }) => record);
}

export function framesOf(records: readonly TraceRecord[]): FrameRecord[] {
  const isFrame = (each: TraceRecord): each is FrameRecord =>
    each.kind === "data" || each.kind === "remote";
  return records.filter(isFrame);
}

/** How many there are of each; what there is none of is left out. */
export function countRecords(records: readonly TraceRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (what: string, is = true) => {
    if (is) counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const record of records) {
    if (record.kind !== "data" && record.kind !== "remote") {
      count(record.kind);
      continue;
    }
    count(record.kind === "remote" ? "remote" : record.fd === true ? "fd" : "data");
    count("extended", record.extended);
    count("brs", record.brs === true);
    count("esi", record.esi === true);
    count("fdUnknown", record.fd === null);
    count("brsUnknown", record.brs === null);
  }
  return counts;
}

export function formatHexBytes(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}
