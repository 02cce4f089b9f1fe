/** Operations as the views of the page have them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { History, Row, type Span } from "../../../rig/web/operations.ts";

const SPAN: Span = {
  invoke: 0,
  complete: 1,
  process: "0",
  lane: 0,
  node: "",
  startMs: 0,
  endMs: 0,
  type: "ok",
  text: "",
};

describe("a row", () => {
  it("says how many of its spans begin up to a time, from wherever it is asked", () => {
    const starts = fc.array(fc.nat(50), { maxLength: 60 });
    fc.assert(
      fc.property(starts, fc.integer({ min: -1, max: 51 }), fc.nat(60), (times, ms, from) => {
        const row = new Row();
        for (const startMs of times.sort((a, b) => a - b)) row.push({ ...SPAN, startMs });
        const count = times.filter((each) => each <= ms).length;
        expect(row.until(ms, Math.min(from, count))).toBe(count);
      }),
    );
  });
});

describe("a history", () => {
  it("gives the lane of a process that has retired to the next, and keeps the rare apart", () => {
    const history = new History();
    let index = 0;
    const add = (process: string, type: string) => {
      const at = { index, timeMs: index, text: "append 1 1", isClient: true };
      history.add({ ...at, process, type });
      index++;
    };
    for (const type of ["invoke", "ok", "invoke", "fail", "invoke", "info"]) add("0", type);
    for (const type of ["invoke", "ok", "invoke"]) add("10", type);
    const [lane, ...others] = history.lanes;
    expect(others).toEqual([]);
    expect(lane?.processes).toEqual(["0", "10"]);
    expect(lane?.all.spans.map(({ type }) => type)).toEqual(["ok", "fail", "info", "ok", "open"]);
    expect(lane?.rare.spans.map(({ type }) => type)).toEqual(["fail", "info"]);
    expect(history.latenciesMs).toEqual([1, 1]);
    expect([...history.open].map(({ process }) => process)).toEqual(["10"]);
  });
});
