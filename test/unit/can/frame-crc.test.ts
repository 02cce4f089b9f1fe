/** Check sequences and stuff counts, against long division and published values. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CRC_15, CRC_17, CRC_21, crc15Byte, crcBits } from "../../../rig/core/can/crc.ts";
import { classicCrc, fdCheck, stuffCountField } from "../../../rig/core/can/frame-crc.ts";
import { classicFrames, fdFrames } from "../../support/can-frames.ts";
import { slowCanFrame } from "../../support/slow-can-frame.ts";

describe("check sequences of frames", () => {
  it("agrees with long division on classic frames", () => {
    fc.assert(
      fc.property(classicFrames, (frame) => {
        expect(classicCrc(frame)).toBe(slowCanFrame(frame).crc);
      }),
      { numRuns: 1000, seed: 21 },
    );
  });

  it("agrees with long division on FD frames, stuff count included", () => {
    fc.assert(
      fc.property(fdFrames, (frame) => {
        const slow = slowCanFrame(frame);
        const check = fdCheck(frame);
        expect(check.crc).toBe(slow.crc);
        expect(check.stuffBits).toBe(slow.dynamicStuffBits);
        expect(stuffCountField(check.stuffBits)).toBe(slow.stuffCount);
      }),
      { numRuns: 1000, seed: 22 },
    );
  });
});

describe("check sequence arithmetic", () => {
  const digits = [..."123456789"].map((digit) => digit.charCodeAt(0));

  it("has the catalogued value of CRC-15/CAN over the digits 1 to 9", () => {
    expect(digits.reduce(crc15Byte, 0)).toBe(0x059e);
  });

  it("has the catalogued value of CRC-17/CAN-FD over the digits 1 to 9", () => {
    const crc = digits.reduce((value, byte) => crcBits(CRC_17, value, byte, 8), 0);
    expect(crc).toBe(0x04f03);
  });

  it("has the catalogued value of CRC-21/CAN-FD over the digits 1 to 9", () => {
    const crc = digits.reduce((value, byte) => crcBits(CRC_21, value, byte, 8), 0);
    expect(crc).toBe(0x0ed841);
  });

  it("takes the same bits in pieces of any size", () => {
    const whole = crcBits(CRC_15, 0, 0b1011_0111_0001, 12);
    expect(crcBits(CRC_15, crcBits(CRC_15, 0, 0b10110, 5), 0b111_0001, 7)).toBe(whole);
  });

  it("writes the stuff count in Gray code with even parity", () => {
    const fields = Array.from({ length: 9 }, (_, count) => stuffCountField(count));
    const text = fields.map((field) => field.toString(2).padStart(4, "0")).join(" ");
    expect(text).toBe("0000 0011 0110 0101 1100 1111 1010 1001 0000");
  });
});
