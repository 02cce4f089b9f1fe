/** Traces that commands read: within the time limit, and with what was odd about them. */

import type { TraceFile } from "../adapters/store/trace-file.ts";
import type { TallyEntry, TraceFormat, TraceRecord } from "../core/trace/index.ts";
import { RigError } from "../core/verdict/rig-error.ts";

/** A positional argument as it was typed: the parser makes an empty text of `-`. */
export function tracePath(text: string): string {
  return text === "" && process.argv.includes("-") ? "-" : text;
}

/** `untilMs` is on the clock of `performance.now`; throws `work.timeout` behind it. */
export async function* batchesUntil(
  trace: TraceFile,
  untilMs: number,
): AsyncGenerator<readonly TraceRecord[]> {
  for await (const batch of trace.batches()) {
    yield batch;
    if (performance.now() > untilMs) {
      throw new RigError("work.timeout", `${trace.name}: reading it takes longer than --timeout`);
    }
  }
}

interface Readings {
  readonly skipped: readonly TallyEntry[];
  readonly assumed: readonly TallyEntry[];
}

/**
 * Lines of text: what a reader left out, and what it took for other than the file says.
 * Without a format the file is a text.
 */
export function readingNotes(
  name: string,
  { skipped, assumed }: Readings,
  format?: TraceFormat,
): string[] {
  const leftOut = skipped.map((entry) => entryText(entry, format)).join("; ");
  return [
    ...(leftOut === "" ? [] : [`${name}: left out: ${leftOut}`]),
    ...assumed.map((entry) => `${name}: ${entryText(entry, format)}`),
  ];
}

/** The formats whose places are offsets; in texts they are lines. */
const BINARY: ReadonlySet<string> = new Set(["blf", "pcap", "pcapng"]);

export function placeUnit(format?: TraceFormat): "offset" | "line" {
  return format !== undefined && BINARY.has(format.name) ? "offset" : "line";
}

export function entryText({ what, count, firstAt }: TallyEntry, format?: TraceFormat): string {
  // Of the file as a whole.
  if (firstAt === 0) return what;
  const place = `${placeUnit(format)} ${firstAt}`;
  return `${what} (${count === 1 ? `at ${place}` : `${count} times, first at ${place}`})`;
}
