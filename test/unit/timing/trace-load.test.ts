/** The load of a trace: exact bits, the busiest window, gaps, overlaps, periods. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameDurationNs } from "../../../rig/core/can/bit-count.ts";
import { classicFrame } from "../../../rig/core/can/frame.ts";
import { LoadCurve } from "../../../rig/core/timing/load-curve.ts";
import { PeakWindow } from "../../../rig/core/timing/peak-window.ts";
import { Periods } from "../../../rig/core/timing/periods.ts";
import { TraceLoad } from "../../../rig/core/timing/trace-load.ts";
import { hexBytes } from "../../support/can-frames.ts";
import { bytesOf, readTrace } from "../trace/read-trace.ts";

const RATES = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };
const OPTIONS = { rates: RATES, windowNs: 1_000_000 };

function loadOf(text: string) {
  const load = new TraceLoad(OPTIONS);
  for (const record of readTrace(bytesOf(text)).records) load.add(record);
  return load.figures;
}

/** A classic frame of eight counted bytes, which takes this long at 500 kbit/s. */
const FRAME = "123#0102030405060708";
const FRAME_NS = frameDurationNs(classicFrame(0x123, hexBytes("0102030405060708")), RATES);
const line = (ns: number, frame = FRAME, channel = "can0") =>
  `(1700000000.${String(ns).padStart(9, "0")}) ${channel} ${frame}\n`;

describe("the load of a trace", () => {
  it("is the exact time of its frames, stuff bits included, over its span", () => {
    const figures = loadOf(line(1_000_000) + line(3_000_000) + line(5_000_000)).channels[0];
    expect(figures).toMatchObject({ frames: 3, busyNs: 3 * FRAME_NS });
    expect(figures?.spanNs).toBe(4_000_000 + FRAME_NS);
    expect(figures?.load).toBeCloseTo((3 * FRAME_NS) / (4_000_000 + FRAME_NS), 12);
  });

  it("counts bits at both rates of FD frames with BRS", () => {
    const fd = loadOf(line(0, "123##50102030405060708")).channels[0]?.bits;
    const plain = loadOf(line(0, "123##40102030405060708")).channels[0]?.bits;
    expect(fd?.data).toBeGreaterThan(0);
    expect(plain).toEqual({ nominal: (fd?.nominal ?? 0) + (fd?.data ?? 0), data: 0 });
  });

  it("keeps channels apart, in the order of their first frames", () => {
    const { channels } = loadOf(line(0, FRAME, "can1") + line(10, FRAME, "can0"));
    expect(channels.map(({ channel, frames }) => [channel, frames])).toEqual([
      ["can1", 1],
      ["can0", 1],
    ]);
    expect(channels[0]?.spacing?.overlaps).toBe(0);
  });

  it("notices stamps that can't be: a frame that begins before the one before is over", () => {
    const early = 50_000;
    const text =
      line(1_000_000) + line(1_000_000 + FRAME_NS) + line(1_000_001 + 2 * FRAME_NS - early);
    expect(loadOf(text).channels[0]?.spacing).toMatchObject({
      overlaps: 1,
      backToBack: 1,
      worst: { byNs: early - 1, at: 3 },
    });
  });

  it("takes nothing for an overlap that the digits of the stamps can't tell", () => {
    const text = "(1700000000.001000) can0 123#00\n(1700000000.001092) can0 123#00\n";
    const inMs = text.replace("001092", "001000").replaceAll("1000)", "1000)");
    expect(loadOf(inMs).channels[0]?.spacing).toMatchObject({ overlaps: 0, resolutionNs: 1e6 });
    const inUs = text.replace("001092", "001001");
    expect(loadOf(inUs).channels[0]?.spacing).toMatchObject({ overlaps: 1, resolutionNs: 1e3 });
  });

  it("says where stamps go back, and counts such frames where the trace was", () => {
    const figures = loadOf(line(5_000_000) + line(1_000_000) + line(9_000_000)).channels[0];
    expect(figures?.spacing).toMatchObject({ backwards: 1, overlaps: 0 });
    expect(figures?.busyNs).toBe(3 * FRAME_NS);
  });

  it("says what it had to leave out or assume", () => {
    const error = "20000080#0000000000000000";
    const hole = "DROPCOUNT: dropped 5 CAN frames on 'can0' socket (total drops 5)\n";
    const text = `${line(0)}${line(1000, error)}${hole}`;
    expect(loadOf(text).notes.map(({ what }) => what)).toEqual([
      "error frames, whose length is unknown, are not counted",
      "holes: frames are missing",
    ]);
    expect(loadOf("ID,Data Bytes\n123,01 02 \n").channels[0]).toMatchObject({ load: null });
  });

  it("gives each identifier its period and jitter", () => {
    const stamps = [0, 10_000_000, 20_000_000, 32_000_000];
    const text = stamps.map((ns) => line(ns)).join("");
    expect(loadOf(text).channels[0]?.ids).toMatchObject([
      {
        id: 0x123,
        frames: 4,
        period: { minNs: 10_000_000, maxNs: 12_000_000, meanNs: 10_666_667 },
      },
    ]);
  });
});

const spans = fc
  .array(
    fc.record({ gap: fc.integer({ min: 0, max: 300 }), length: fc.integer({ min: 1, max: 80 }) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((parts) => {
    let at = 0;
    return parts.map(({ gap, length }) => {
      const startNs = at + gap;
      at = startNs + length;
      return { startNs, endNs: at };
    });
  });

describe("the busiest window", () => {
  it("is that of a search through every nanosecond", () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 400 }), (frames, windowNs) => {
        const window = new PeakWindow(windowNs);
        for (const { startNs, endNs } of frames) window.add(startNs, endNs);
        const busyIn = (fromNs: number) =>
          frames.reduce((sum, { startNs, endNs }) => {
            const shared = Math.min(endNs, fromNs + windowNs) - Math.max(startNs, fromNs);
            return sum + Math.max(0, shared);
          }, 0);
        const last = frames.at(-1)?.endNs ?? 0;
        let most = 0;
        for (let from = -windowNs; from <= last; from++) most = Math.max(most, busyIn(from));
        expect(window.peak.busyNs).toBe(most);
        expect(busyIn(window.peak.fromNs)).toBe(most);
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it("has the same sum of busy time over any number of steps", () => {
    const curve = new LoadCurve();
    let sum = 0;
    for (let at = 0; at < 5000; at++) {
      curve.add(at * 7_300_000, at * 7_300_000 + 230_000);
      sum += 230_000;
    }
    expect(curve.busyNs.reduce((a, b) => a + b, 0)).toBe(sum);
    expect(curve.busyNs.length).toBeLessThanOrEqual(2048);
  });
});

describe("periods", () => {
  it("have a mean and a deviation, and leave out stamps that go back", () => {
    const periods = new Periods();
    expect(periods.figures).toBeNull();
    for (const ns of [0, 8, 20, 10, 20]) periods.add(ns);
    expect(periods.figures).toEqual({ minNs: 8, maxNs: 12, meanNs: 10, jitterNs: 2 });
  });
});
