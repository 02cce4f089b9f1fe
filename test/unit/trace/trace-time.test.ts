/** Dates and stamps, compared with the engine's own calendar. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../../rig/core/trace/text/base64.ts";
import {
  addTimes,
  civilOfTime,
  nanosecondsOf,
  subtractTimes,
  timeOfCivil,
  weekdayOfTime,
} from "../../../rig/core/trace/trace-time.ts";

const times = fc.record({
  seconds: fc.integer({ min: -60_000_000_000, max: 250_000_000_000 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});

describe("trace times", () => {
  it("have the dates that the calendar says", () => {
    fc.assert(
      fc.property(times, (time) => {
        const civil = civilOfTime(time);
        const date = new Date(time.seconds * 1000);
        expect(civil).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
          second: date.getUTCSeconds(),
          nanosecond: time.nanoseconds,
        });
        expect(weekdayOfTime(time)).toBe(date.getUTCDay());
        expect(timeOfCivil(civil)).toEqual(time);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it("add up and subtract exactly", () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        expect(nanosecondsOf(addTimes(a, b))).toBe(nanosecondsOf(a) + nanosecondsOf(b));
        expect(addTimes(subtractTimes(a, b), b)).toEqual(a);
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});

describe("base64", () => {
  it("is what Node makes of it, and comes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (data) => {
        const text = encodeBase64(data);
        expect(text).toBe(Buffer.from(data).toString("base64"));
        expect(decodeBase64(text)).toEqual(data);
      }),
      { numRuns: 200, seed: 5 },
    );
    expect(decodeBase64("abc")).toBeNull();
  });
});
