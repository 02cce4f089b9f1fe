/** The bus in the course of a run. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsDurationNs, frameBits } from "../../../rig/core/can/bit-count.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import {
  BUS_WINDOWS_MAX,
  BusCourseBuilder,
  type BusStateChange,
  busLoads,
  busTroubles,
} from "../../../rig/core/run/bus-course.ts";

const RATES = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };
const FORM = { extended: false, fd: true, brs: true, esi: false, remote: false };
const FRAME: CanFrame = { ...FORM, id: 0x123, error: false, data: new Uint8Array(16) };
const ERROR: CanFrame = { ...FORM, fd: false, id: 0x88, error: true, data: new Uint8Array(8) };
const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

describe("windows of the bus", () => {
  it("are few however long the run, and lose nothing", () => {
    const seen = fc.array(fc.tuple(fc.nat(20e9), fc.boolean()), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(seen, (frames) => {
        const course = new BusCourseBuilder(RATES);
        for (const [timeNs, isError] of frames) course.frame(timeNs, isError ? ERROR : FRAME);
        const windows = course.windows() ?? expect.fail();
        const errors = frames.filter(([, isError]) => isError).length;
        const busyNs = bitsDurationNs(frameBits(FRAME), RATES) * (frames.length - errors);
        expect(windows.busyNs.length).toBeLessThanOrEqual(BUS_WINDOWS_MAX);
        expect(sum(windows.errorFrames)).toBe(errors);
        expect(sum(windows.busyNs)).toBeCloseTo(busyNs, 3);
        const last = Math.max(...frames.map(([timeNs]) => timeNs));
        expect(Math.floor(last / windows.windowNs)).toBe(windows.busyNs.length - 1);
      }),
      { numRuns: 50 },
    );
  });

  it("are none without frames, and no busier than full", () => {
    expect(new BusCourseBuilder(RATES).windows()).toBeNull();
    expect(busLoads({ windowNs: 1000, busyNs: [0, 333, 1200], errorFrames: [] })).toEqual([
      0, 33.3, 100,
    ]);
  });
});

describe("error states of controllers", () => {
  it("last until the next change, or stay", () => {
    const change = (
      timeNs: number,
      node: BusStateChange["node"],
      state: BusStateChange["state"],
    ) => ({ timeNs, node, state });
    const troubles = busTroubles([
      change(1, 2, "error-passive"),
      change(2, "host", "error-passive"),
      change(3, 2, "bus-off"),
      change(4, 2, "bus-off"),
      change(5, 2, "error-active"),
      change(6, 2, "error-active"),
    ]);
    expect(troubles).toEqual([
      { node: 2, state: "error-passive", startNs: 1, endNs: 3 },
      { node: "host", state: "error-passive", startNs: 2, endNs: null },
      { node: 2, state: "bus-off", startNs: 3, endNs: 5 },
    ]);
  });
});
