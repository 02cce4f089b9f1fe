/**
 * Every trace of the corpus in every format that can be written: what comes back is the same, but
 * for what the writer said it can't hold. RIG_CORPUS_RECORDS=all takes the large files in full.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import {
  detectFormat,
  TRACE_FORMATS,
  type TraceInfo,
  type TraceRecord,
} from "../../../rig/core/trace/index.ts";
import { addTimes, nanosecondsOf } from "../../../rig/core/trace/trace-time.ts";
import { gunzip, readTrace, withoutPlaces, writeTrace } from "./read-trace.ts";

const CORPUS = path.join(import.meta.dirname, "../../../../shared/corpus/traces");
const OWN = path.join(import.meta.dirname, "../../../fixtures/traces/own");
const RECORDS_MAX = process.env["RIG_CORPUS_RECORDS"] === "all" ? Number.POSITIVE_INFINITY : 100;
const WRITABLE = TRACE_FORMATS.filter(({ writer }) => writer !== null).map(({ name }) => name);

function contentOf(file: string): Uint8Array {
  const bytes = new Uint8Array(readFileSync(file));
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes) : bytes;
}

function tracesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => `${file.parentPath}/${file.name}`);
  return paths.filter((file) => detectFormat(contentOf(file)) !== null).sort();
}

const TRACES = [...tracesUnder(OWN), ...tracesUnder(CORPUS)];

/** Formats count from different zeros; the moment is the same. */
function byWallTime(records: readonly TraceRecord[], { clock, start }: TraceInfo) {
  const zero = clock === "start" && start !== null ? start.time : { seconds: 0, nanoseconds: 0 };
  return withoutPlaces(records).map((record) => {
    const time = record.time === null ? null : nanosecondsOf(addTimes(zero, record.time));
    return { ...record, time };
  });
}

/** Quicker than `toEqual`, which then shows the difference. */
function expectEqual(found: unknown, expected: unknown, name: string): void {
  if (!isDeepStrictEqual(found, expected)) expect(found, name).toEqual(expected);
}

describe("converted", () => {
  it("takes the whole corpus, where it is there", () => {
    expect(TRACES.length).toBeGreaterThanOrEqual(existsSync(CORPUS) ? 70 : 2);
  });

  it.each(TRACES.map((file) => [path.relative(CORPUS, file), file]))(
    "%s comes back from each format as far as that can hold it",
    (_, file) => {
      const source = readTrace(contentOf(file));
      const records = source.records.slice(0, RECORDS_MAX);
      for (const name of WRITABLE) {
        const first = writeTrace(name, records, source.info);
        const once = readTrace(first.bytes, { as: name });
        expect(once.error, name).toBeUndefined();
        if (first.losses.length === 0) expect(once.records.length, name).toBe(records.length);
        const second = writeTrace(name, once.records, once.info);
        const twice = readTrace(second.bytes, { as: name });
        expectEqual(withoutPlaces(twice.records), withoutPlaces(once.records), name);
        expect(second.losses, name).toEqual([]);
        if (first.losses.length > 0) continue;
        expectEqual(byWallTime(once.records, once.info), byWallTime(records, source.info), name);
      }
    },
    120_000,
  );
});
