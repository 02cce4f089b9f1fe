/**
 * Damaged files: every reader stops with an error that names a place, or reads on; none hangs.
 * RIG_MANGLED_TRACES says how many of each file, RIG_MANGLED_SEED which ones.
 */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TRACE_FORMATS } from "../../../rig/core/trace/index.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { bytesOf, type ReadTrace, readTrace, writeTrace } from "./read-trace.ts";

const FOLDER = path.join(import.meta.dirname, "../../../fixtures/traces/own");
const FILES = readdirSync(FOLDER).filter((file) => file.startsWith("mix"));
const NAMES = TRACE_FORMATS.map(({ name }) => name);
const WRITABLE = TRACE_FORMATS.filter(({ writer }) => writer !== null).map(({ name }) => name);
const TRIES = Number(process.env["RIG_MANGLED_TRACES"] ?? 40);
const SEED = Number(process.env["RIG_MANGLED_SEED"] ?? 11);
const LONG_MS = 3_600_000;
const SAMPLE_BYTES = 6000;

function expectOrderly({ error }: ReadTrace): void {
  if (error === undefined) return;
  expect(error).toBeInstanceOf(RigError);
  expect(error).toMatchObject({ code: "input.malformed" });
  expect((error as RigError).message).toMatch(/^(?:line|offset) \d+: /);
}

function expectOrderlyMangled(whole: Uint8Array, as: string): void {
  const places = fc.integer({ min: 0, max: whole.length - 1 });
  const changes = fc.array(fc.tuple(places, fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(changes, places, fc.integer({ min: 1, max: 3000 }), (changed, end, chunk) => {
      const bytes = whole.slice();
      for (const [at, value] of changed) bytes[at] = value;
      expectOrderly(readTrace(bytes, { as, chunk }));
      expectOrderly(readTrace(bytes.subarray(0, end), { as, chunk }));
    }),
    { numRuns: TRIES, seed: SEED },
  );
}

describe("a damaged trace", () => {
  it.each(FILES)(
    "%s is refused in an orderly way or read on",
    (file) => {
      const bytes = readFileSync(path.join(FOLDER, file)).subarray(0, SAMPLE_BYTES);
      const whole = new Uint8Array(bytes);
      expectOrderlyMangled(whole, readTrace(whole).format);
    },
    LONG_MS,
  );

  it.each(WRITABLE)(
    "of our own as %s is refused in an orderly way or read on",
    (as) => {
      const { records, info } = readTrace(
        new Uint8Array(readFileSync(path.join(FOLDER, "mix.log"))),
      );
      const { bytes } = writeTrace(as, records.slice(0, 60), info);
      expectOrderlyMangled(new Uint8Array(bytes), as);
    },
    LONG_MS,
  );

  it.each(NAMES)("of foreign bytes is refused or empty as %s", (as) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const read = readTrace(bytes, { as });
        expectOrderly(read);
        expect(read.records.length).toBeLessThan(3);
      }),
      { numRuns: 60, seed: 12 },
    );
  });

  it.each(NAMES)("without an end of line doesn't fill memory as %s", (as) => {
    const read = readTrace(bytesOf("x".repeat(200_000)), { as, chunk: 1000 });
    expect(read.error).toMatchObject({ code: "input.malformed" });
    expect(read.records).toEqual([]);
  });

  it("cut in the middle gives what came before", () => {
    const cut = (file: string, length: number) =>
      readTrace(new Uint8Array(readFileSync(path.join(FOLDER, file)).subarray(0, length)));
    const log = cut("mix.log", 90);
    expect(log.records).toHaveLength(2);
    expect(log.error).toMatchObject({ message: expect.stringContaining("line 3: ") });
    const pcap = cut("mix_vcan0.pcap", 24 + 32 + 5);
    expect(pcap.records).toHaveLength(1);
    expect(pcap.error).toMatchObject({ message: expect.stringContaining("offset 56: ") });
    const blf = cut("mix.blf", 2000);
    expect(blf.records.length).toBeGreaterThan(20);
    expect(blf.error).toMatchObject({ message: expect.stringContaining("offset 144: ") });
  });
});
