/** Traces that commands read: within the time limit, and with what was odd about them. */

import type { TraceFile } from "../adapters/store/trace-file.ts";
import type { TallyEntry, TraceRecord } from "../core/trace/index.ts";
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

/** Lines of text: what a reader left out, and what it took for other than the file says. */
export function readingNotes(name: string, { skipped, assumed }: Readings): string[] {
  const leftOut = skipped.map(entryText).join("; ");
  return [
    ...(leftOut === "" ? [] : [`${name}: left out: ${leftOut}`]),
    ...assumed.map((entry) => `${name}: ${entryText(entry)}`),
  ];
}

/** Places are lines of texts and offsets into other files. */
function entryText({ what, count, firstAt }: TallyEntry): string {
  return `${what} (${count === 1 ? `at ${firstAt}` : `${count} times, first at ${firstAt}`})`;
}
