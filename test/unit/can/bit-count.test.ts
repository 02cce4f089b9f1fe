/** Exact frame lengths: against the slow frame builder, real hardware's figures, and the tables. */

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dataBits,
  frameBits,
  frameDurationNs,
  nominalBits,
  totalBits,
} from "../../../rig/core/can/bit-count.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import { fdCheck, stuffCountField } from "../../../rig/core/can/frame-crc.ts";
import { aFrame, canFrames, hexBytes } from "../../support/can-frames.ts";
import { slowCanFrame } from "../../support/slow-can-frame.ts";

function countingFrame(length: number, fields: Partial<CanFrame>): CanFrame {
  return aFrame({ data: Uint8Array.from({ length }, (_, i) => i), ...fields });
}

describe("frameBits", () => {
  it("agrees with the slow frame builder on every kind of frame", () => {
    fc.assert(
      fc.property(canFrames, (frame) => {
        const slow = slowCanFrame(frame);
        const bits = frameBits(frame);
        expect([nominalBits(bits), dataBits(bits)]).toEqual([slow.nominalBits, slow.dataBits]);
        expect(totalBits(bits)).toBe(slow.bits.length);
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  it("stays inside the bounds that the frame format gives", () => {
    fc.assert(
      fc.property(canFrames, (frame) => {
        const length = frame.remote ? 0 : frame.data.length;
        const classic = frame.extended ? 67 : 47;
        const fd = (frame.extended ? 81 : 62) + (length > 16 ? 5 : 0);
        const plain = (frame.fd ? fd : classic) + 8 * length;
        const stuffable = (frame.extended ? (frame.fd ? 41 : 54) : frame.fd ? 22 : 34) + 8 * length;
        const bits = totalBits(frameBits(frame));
        expect(bits).toBeGreaterThanOrEqual(plain);
        expect(bits).toBeLessThanOrEqual(plain + Math.floor((stuffable - 1) / 4));
      }),
      { numRuns: 1000, seed: 12 },
    );
  });
});

/**
 * Lines that a CANoe wrote beside the same hardware's bit counts and check words, as quoted in
 * hardbyte/python-can issue 816 and pull request 741. In the check word the low 17 or 21 bits are
 * the check sequence and bits 27 to 29 the stuff count in Gray code.
 */
const RECORDED_FD = [
  {
    bits: 136,
    word: 0x98005364,
    frame: { id: 0x29a, brs: true, esi: true, data: hexBytes("f8 62 01 00 00 40 00 00") },
  },
  {
    bits: 295,
    word: 0xb0141a48,
    frame: { id: 0x2e0, data: hexBytes(`00 00 00 00 45 50 82 00 ${"00 ".repeat(16)}`) },
  },
  {
    bits: 367,
    word: undefined,
    frame: {
      id: 0x1a0,
      data: hexBytes(
        `00 00 00 fe f7 7f ff 00 14 00 10 00 10 00 02 00 ${"00 ".repeat(8)} fe 07 00 00 00 00 00 00`,
      ),
    },
  },
  {
    bits: 132,
    word: 0xa800f6c9,
    frame: { id: 0x7d, brs: true, data: hexBytes("01 1b d6 d0 8a 1f d7 f6") },
  },
];

/** Lines of public ASC files (python-can's issue 816 and test data): id, bytes, BitCount. */
const RECORDED_CLASSIC: [number, string, number][] = [
  [0x562, "62 01 00 00 00 00 FF FF", 121],
  [0x562, "62 04 00 00 00 00 FF FF", 121],
  [0x660, "68 98 A9 02 50 14 00 00", 118],
  [0x18ebff00, "01 A0 0F A6 60 3B D1 40", 141],
  [0x18ebff00, "02 1F DE 80 25 DF C0 2B", 140],
  [0x18ebff00, "03 E1 00 4B FF FF 3C 0F", 146],
  [0x18ebff00, "04 00 4B FF FF FF FF FF", 146],
  [0x180, "6A 00 00 00 00 00 00 00", 125],
  [0x221, "C2 4A 05 81 00 00 15 10", 117],
  [0x0f4, "8A 1A 0D F2 13 00 00 07", 118],
];

describe("frames recorded by real hardware", () => {
  it.each(RECORDED_FD)("counts $bits bits of an FD frame", ({ bits, word, frame }) => {
    const fd = aFrame({ fd: true, ...frame });
    expect(totalBits(frameBits(fd))).toBe(bits);
    if (word === undefined) return;
    const check = fdCheck(fd);
    expect(check.crc).toBe(word & (fd.data.length > 16 ? 0x1f_ffff : 0x1_ffff));
    expect(stuffCountField(check.stuffBits) >> 1).toBe((word >>> 27) & 7);
  });

  it.each(RECORDED_CLASSIC)("counts id %i with bytes %s", (id, bytes, bits) => {
    const frame = aFrame({ id, extended: id > 0x7ff, data: hexBytes(bytes) });
    expect(totalBits(frameBits(frame))).toBe(bits);
  });

  it("gives the recorded duration of the frame without rate switch, intermission apart", () => {
    const frame = aFrame({ fd: true, ...RECORDED_FD[1]?.frame });
    const rates = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };
    const withoutIntermission = frameDurationNs(frame, rates) - 3 * 2000;
    expect(Math.abs(withoutIntermission / 584_296 - 1)).toBeLessThan(0.001);
  });
});

describe("frameDurationNs", () => {
  const rates: [number, number][] = [
    [500_000, 2_000_000],
    [500_000, 5_000_000],
    [1_000_000, 5_000_000],
    [1_000_000, 8_000_000],
  ];
  it.each([
    [64, [345_500, 173_000, 144_000, 100_875]],
    [8, [111_000, 79_200, 50_200, 42_250]],
    [0, [74_500, 64_600, 35_600, 33_125]],
  ])("has the known times of %i bytes with rate switch", (length, times) => {
    const frame = countingFrame(length, { fd: true, brs: true });
    const got = rates.map(([nominalBitrateBps, dataBitrateBps]) =>
      frameDurationNs(frame, { nominalBitrateBps, dataBitrateBps }),
    );
    expect(got).toEqual(times);
  });

  it("has the known lengths of classic frames", () => {
    expect(totalBits(frameBits(countingFrame(0, {})))).toBe(48);
    expect(totalBits(frameBits(countingFrame(8, {})))).toBe(120);
  });

  it("rounds once per frame", () => {
    const rates3M = { nominalBitrateBps: 1_000_000, dataBitrateBps: 3_000_000 };
    const frame = countingFrame(0, { fd: true, brs: true });
    const bits = frameBits(frame);
    const exact = nominalBits(bits) * 1000 + (dataBits(bits) * 1000) / 3;
    expect(frameDurationNs(frame, rates3M)).toBe(Math.round(exact));
  });
});

const CORPUS = "../shared/corpus/traces/python-can/logfile.asc";

describe.skipIf(!existsSync(CORPUS))("frames of the trace corpus", () => {
  it("counts each classic data line that carries a BitCount, to one bit", () => {
    const line = /\s([0-9A-F]+)(x?)\s+[RT]x\s+d 8 ((?:[0-9A-F]{2} ){8}).*BitCount = (\d+)/g;
    let lines = 0;
    for (const match of readFileSync(CORPUS, "latin1").matchAll(line)) {
      const [, id = "", x, bytes = "", bits] = match;
      const frame = aFrame({
        id: Number.parseInt(id, 16),
        extended: x === "x",
        data: hexBytes(bytes),
      });
      expect(Math.abs(totalBits(frameBits(frame)) - Number(bits))).toBeLessThanOrEqual(1);
      lines++;
    }
    expect(lines).toBeGreaterThan(5);
  });
});
