/** What is written comes back: each format with all that it can hold, and its losses said. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dlcOfFrame } from "../../../rig/core/can/dlc.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import { TRACE_FORMATS, type TraceRecord } from "../../../rig/core/trace/index.ts";
import { canFrames } from "../../support/can-frames.ts";
import { readTrace, withoutPlaces, writeTrace } from "./read-trace.ts";

const WRITABLE = TRACE_FORMATS.filter(({ writer }) => writer !== null).map(({ name }) => name);

/** Times up to the 32 bits of seconds that some formats have. */
const times = fc.record({
  seconds: fc.integer({ min: 100_000_000, max: 4_294_967_295 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});
const heads = fc.record({
  time: times,
  channel: fc.constantFrom("can0", "vcan12", "1", "2"),
  direction: fc.constantFrom("rx" as const, "tx" as const, null),
  at: fc.constant(1),
});
const rawCodes = fc.integer({ min: 9, max: 15 });

function recordOf(head: object, frame: CanFrame, rawCode: number | null): TraceRecord {
  const { data, remote, id, extended, fd, brs, esi } = frame;
  const isFull = !fd && data.length === 8;
  const dlc = isFull && rawCode !== null ? rawCode : dlcOfFrame(frame);
  const bytes = remote ? new Uint8Array(0) : data;
  const kind = remote ? "remote" : "data";
  return { ...head, kind, id, extended, fd, brs, esi, dlc, data: bytes } as TraceRecord;
}

const frameRecords = fc
  .tuple(heads, canFrames, fc.option(rawCodes))
  .map(([head, frame, code]) => recordOf(head, frame, code));
const errorRecords = fc
  .tuple(heads, fc.integer({ min: 1, max: 0x3ff }), fc.uint8Array({ minLength: 8, maxLength: 8 }))
  .map(([head, classes, detail]): TraceRecord => {
    return { ...head, kind: "error", classes, detail, text: "" };
  });
const oddRecords = heads.map((head): TraceRecord => ({ ...head, kind: "overload" }));
const records = fc.oneof({ weight: 8, arbitrary: frameRecords }, errorRecords);
const traces = fc.array(fc.oneof({ weight: 20, arbitrary: records }, oddRecords), {
  maxLength: 12,
});
const EPOCH = { clock: "epoch", start: null } as const;

describe("a trace that was written", () => {
  it.each(WRITABLE)("as %s is detected, read, and written again without loss", (name) => {
    fc.assert(
      fc.property(traces, (given) => {
        const first = writeTrace(name, given, EPOCH);
        fc.pre(first.bytes.length > 0);
        const once = readTrace(first.bytes);
        expect(once.error).toBeUndefined();
        expect(once.format).toBe(name);
        expect(once.info.skipped).toEqual([]);
        const second = writeTrace(name, once.records, once.info);
        expect(second.losses).toEqual([]);
        const twice = readTrace(second.bytes);
        expect(withoutPlaces(twice.records)).toEqual(withoutPlaces(once.records));
        expect(twice.info.start).toEqual(once.info.start);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it.each(["candump", "pcapng"].filter((name) => WRITABLE.includes(name)))(
    "as %s holds all frames as they were",
    (name) => {
      fc.assert(
        fc.property(fc.array(records, { maxLength: 12, minLength: 1 }), (given) => {
          const { bytes, losses } = writeTrace(name, given, EPOCH);
          expect(losses).toEqual([]);
          expect(withoutPlaces(readTrace(bytes).records)).toEqual(withoutPlaces(given));
        }),
        { numRuns: 200, seed: 8 },
      );
    },
  );

  it.each(WRITABLE)("as %s has lost only what was said", (name) => {
    fc.assert(
      fc.property(traces, (given) => {
        const { bytes, losses } = writeTrace(name, given, EPOCH);
        const read = readTrace(bytes, { as: name });
        const missing = given.length - read.records.length;
        const said = losses.reduce((sum, { count }) => sum + count, 0);
        expect(said).toBeGreaterThanOrEqual(missing);
        if (losses.length > 0) return;
        const start = read.info.clock === "start" ? (read.info.start?.time ?? null) : null;
        if (start === null) expect(withoutPlaces(read.records)).toEqual(withoutPlaces(given));
      }),
      { numRuns: 60, seed: 9 },
    );
  });
});
