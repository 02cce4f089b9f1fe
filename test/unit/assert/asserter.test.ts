/** Assertions on records: what holds, what fails, and what nobody can know. */

import { describe, expect, it } from "vitest";
import { Asserter, outcomeOf } from "../../../rig/core/assert/asserter.ts";
import type { Assertion, Expectation } from "../../../rig/core/assert/assertion.ts";
import type { FramePattern } from "../../../rig/core/assert/pattern.ts";
import { bytesOf, readTrace } from "../trace/read-trace.ts";

const pattern = (id: number, data: readonly (number | null)[] = []): FramePattern => ({
  text: id.toString(16),
  channel: null,
  id,
  extended: false,
  data,
  signal: null,
});

/** Frames of milliseconds and hexadecimal content; `hole` is a place where some were lost. */
function trace(...parts: readonly (readonly [ms: number, frame: string] | "hole")[]): string {
  return parts
    .map((part) =>
      part === "hole"
        ? "DROPCOUNT: dropped 5 CAN frames on 'can0' socket (total drops 5)\n"
        : `(1700000000.${String(part[0]).padStart(3, "0")}000) can0 ${part[1]}\n`,
    )
    .join("");
}

function resultOf(text: string, expectation: Expectation, of = pattern(0x123)) {
  const assertion: Assertion = { name: "it", pattern: of, expectation };
  const asserter = new Asserter([assertion]);
  for (const record of readTrace(bytesOf(text)).records) asserter.step(record);
  const [result] = asserter.finish();
  return result;
}
const A = "123#00";
const B = "456#00";
const MS = 1e6;

describe("never", () => {
  const never = { kind: "never" } as const;
  it("holds where there is no such frame, and names the first one where there is", () => {
    expect(resultOf(trace([0, B]), never)?.outcome).toBe("valid");
    expect(resultOf(trace([0, B], [5, A], [9, A]), never)).toMatchObject({
      outcome: "invalid",
      violations: 2,
      first: { timeNs: 5 * MS, at: 2 },
    });
  });

  it("is unknown where frames were lost, but what was seen is certain", () => {
    expect(resultOf(trace([0, B], "hole", [5, B]), never)?.outcome).toBe("unknown");
    expect(resultOf(trace([0, A], "hole", [5, B]), never)?.outcome).toBe("invalid");
  });

  it("is about bytes, too; remote frames have none", () => {
    const of = pattern(0x123, [null, 0x34]);
    expect(resultOf(trace([0, "123#1133"], [1, "123#11"], [2, "123#R2"]), never, of)?.outcome).toBe(
      "valid",
    );
    expect(resultOf(trace([0, "123#113455"]), never, of)?.outcome).toBe("invalid");
  });
});

describe("count", () => {
  const count = (min: number, max = Number.POSITIVE_INFINITY) =>
    ({ kind: "count", min, max }) as const;
  it("has a least and a greatest", () => {
    const two = trace([0, A], [1, A]);
    expect(resultOf(two, count(2, 2))?.outcome).toBe("valid");
    expect(resultOf(two, count(3))?.outcome).toBe("invalid");
    expect(resultOf(two, count(0, 1))).toMatchObject({ outcome: "invalid", first: { at: 2 } });
  });

  it("knows with frames lost only that there were so many at least", () => {
    const holed = trace([0, A], "hole", [1, A]);
    expect(resultOf(holed, count(2))?.outcome).toBe("valid");
    expect(resultOf(holed, count(2, 2))?.outcome).toBe("unknown");
    expect(resultOf(holed, count(3))?.outcome).toBe("unknown");
    expect(resultOf(holed, count(0, 1))?.outcome).toBe("invalid");
  });
});

describe("within", () => {
  const start = { kind: "within", limitNs: 20 * MS, after: null } as const;
  const after = { kind: "within", limitNs: 20 * MS, after: pattern(0x456) } as const;

  it("runs from the start, and knows when the end comes too soon", () => {
    expect(resultOf(trace([0, B], [20, A]), start)?.outcome).toBe("valid");
    expect(resultOf(trace([0, B], [21, A]), start)?.outcome).toBe("invalid");
    expect(resultOf(trace([0, B], [50, B]), start)?.outcome).toBe("invalid");
    expect(resultOf(trace([0, B], [10, B]), start)?.outcome).toBe("unknown");
  });

  it("runs from each frame of another kind", () => {
    expect(resultOf(trace([0, B], [5, A], [100, B], [119, A]), after)?.outcome).toBe("valid");
    expect(resultOf(trace([0, B], [5, A], [100, B], [130, A]), after)).toMatchObject({
      outcome: "invalid",
      first: { timeNs: 100 * MS, at: 3 },
    });
    expect(resultOf(trace([0, A], [100, A]), after)?.outcome).toBe("unknown");
  });

  it("blames nobody for an answer that may have been lost", () => {
    expect(resultOf(trace([0, B], "hole", [30, A]), after)?.outcome).toBe("unknown");
    expect(resultOf(trace("hole", [0, B], [30, A]), after)?.outcome).toBe("invalid");
  });
});

describe("a period", () => {
  const period = { kind: "period", periodNs: 10 * MS, toleranceNs: 1 * MS } as const;

  it("has bounds, and does not end before the trace does", () => {
    expect(resultOf(trace([0, A], [9, A], [20, A]), period)?.outcome).toBe("valid");
    expect(resultOf(trace([0, A], [8, A]), period)?.outcome).toBe("invalid");
    expect(resultOf(trace([0, A], [10, A], [22, A]), period)?.outcome).toBe("invalid");
    expect(resultOf(trace([0, A], [10, A], [22, B]), period)?.outcome).toBe("invalid");
    expect(resultOf(trace([0, B], [50, B]), period)?.outcome).toBe("invalid");
    expect(resultOf(trace([0, A], [5, B]), period)?.outcome).toBe("unknown");
  });

  it("is not broken by frames that were lost, but by two that are too close", () => {
    expect(resultOf(trace([0, A], [10, A], "hole", [40, A]), period)?.outcome).toBe("unknown");
    expect(resultOf(trace([0, A], "hole", [5, A]), period)?.outcome).toBe("invalid");
  });

  it("is unknown without stamps", () => {
    const text = "ID,Data Bytes\n123,01 02 \n123,01 02 \n";
    expect(resultOf(text, period)).toMatchObject({ outcome: "unknown", first: null });
  });
});

describe("all together", () => {
  it("is as good as the worst", () => {
    const of = (outcome: "valid" | "invalid" | "unknown") =>
      ({ outcome, text: "", first: null, violations: 0 }) as const;
    expect(outcomeOf([of("valid")])).toBe("valid");
    expect(outcomeOf([of("valid"), of("unknown")])).toBe("unknown");
    expect(outcomeOf([of("unknown"), of("invalid")])).toBe("invalid");
  });
});
