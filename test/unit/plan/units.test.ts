/** Times and shares as people write them. */

import { describe, expect, it } from "vitest";
import { nsOfDuration, percentOf, percentOfShare } from "../../../rig/core/plan/units.ts";

describe("a time", () => {
  it.each([
    ["120ms", 120_000_000],
    ["1.5 s", 1_500_000_000],
    ["0s", 0],
    ["3us", 3_000],
    ["3µs", 3_000],
    ["7ns", 7],
    ["2m", 120_000_000_000],
    ["1h", 3_600_000_000_000],
    ["0.0005ms", 500],
  ])("is read from %s in nanoseconds", (text, ns) => {
    expect(nsOfDuration(text)).toBe(ns);
  });

  it.each(["120", "ms", "-1ms", "1e3ms", "1 day", "", "120ms ", "1..2s"])(
    "is not read from %j",
    (text) => {
      expect(nsOfDuration(text)).toBeNull();
    },
  );
});

describe("a share", () => {
  it("is per cent or a number from 0 to 1", () => {
    expect(["10%", "12.5 %", "0.1", 0.07, "1", 0].map(percentOfShare)).toEqual([
      10, 12.5, 10, 7, 100, 0,
    ]);
  });

  it.each(["101%", "1.1", -0.1, "ten", "", "%", Number.NaN])("is not read from %j", (share) => {
    expect(percentOfShare(share)).toBeNull();
  });

  it("of the operations has a per cent sign", () => {
    expect([percentOf("30%"), percentOf("30"), percentOf("100.1%")]).toEqual([30, null, null]);
  });
});
