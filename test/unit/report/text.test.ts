import { describe, expect, it } from "vitest";
import {
  countText,
  cutTo,
  durationText,
  percentText,
  plural,
  printable,
  wrap,
} from "../../../rig/report/text.ts";

describe("text for people", () => {
  it("groups digits by three", () => {
    expect([0, 999, 1_000, 1_234_567].map(countText)).toEqual(["0", "999", "1,000", "1,234,567"]);
  });

  it("gives durations three digits and the unit that fits", () => {
    const durations = [0, 850, 842_000, 999_600, 12_345_678, 3_204_000_000, 254e9, 5_000e9];
    expect(durations.map(durationText)).toEqual([
      "0 s",
      "0.85 µs",
      "842 µs",
      "1.00 ms",
      "12.3 ms",
      "3.20 s",
      "254 s",
      "5,000 s",
    ]);
  });

  it("has no share of nothing", () => {
    expect([percentText(1, 3), percentText(0, 0)]).toEqual(["33.3 %", "-"]);
  });

  it("counts nouns", () => {
    expect([plural(1, "frame"), plural(2_000, "frame")]).toEqual(["1 frame", "2,000 frames"]);
  });

  it("makes control characters visible", () => {
    expect(printable("a\u001b[2Jb\u0007")).toBe("a\\x1b[2Jb\\x07");
  });

  it("wraps between words, not around an equals sign, and marks what was cut", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrap("with q = 4 nodes", 9)).toEqual(["with", "q = 4", "nodes"]);
    expect(wrap("one two three four", 8, 2)).toEqual(["one two", "three f…"]);
    expect(wrap("", 8)).toEqual([""]);
    expect(cutTo("abcdef", 4)).toBe("abc…");
  });
});
