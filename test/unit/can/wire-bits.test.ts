/** The layout of a frame on the wire, against the slow frame builder and the bit counts. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameBits } from "../../../rig/core/can/bit-count.ts";
import { ackSlotBit, bitEndNs, lastBit } from "../../../rig/core/can/bit-position.ts";
import { BIT_FIELD, wireBits } from "../../../rig/core/can/wire-bits.ts";
import { aFrame, canFrames } from "../../support/can-frames.ts";
import { slowCanFrame } from "../../support/slow-can-frame.ts";

describe("wireBits", () => {
  it("is the slow builder's frame, apart from the acknowledgement", () => {
    fc.assert(
      fc.property(canFrames, (frame) => {
        const bits = wireBits(frame);
        const slot = ackSlotBit(frameBits(frame));
        const levels = [...bits.levels];
        expect(bits.fields[slot]).toBe(BIT_FIELD.ackSlot);
        expect(slot).toBe(bits.crcDelimiter + 1);
        levels[slot] = 0;
        expect(levels.join("")).toBe(slowCanFrame(frame).bits);
      }),
      { numRuns: 300, seed: 81 },
    );
  });

  it("says what each bit belongs to, in the order of the frame", () => {
    const order = (frame: Parameters<typeof wireBits>[0]) =>
      [...wireBits(frame).fields].filter((field, i, all) => field !== all[i - 1]);
    const tail = [0x08, 0x18, 0x19, 0x1b, 0x1a, 0x12];
    const data = Uint8Array.of(1);
    expect(order(aFrame({ data }))).toEqual([3, 2, 6, 4, 5, 9, 11, 10, ...tail]);
    expect(order(aFrame({ fd: true, data }))).toEqual([3, 2, 6, 4, 5, 13, 9, 11, 10, ...tail]);
    expect(order(aFrame({ extended: true, data }))).toEqual([
      ...[3, 2, 6, 4, 5, 7, 15, 14, 12, 13, 9, 11, 10],
      ...tail,
    ]);
  });
});

describe("bitEndNs", () => {
  it("rises with each bit, by whole bits of the one rate or the other", () => {
    const rates = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };
    fc.assert(
      fc.property(canFrames, (frame) => {
        const bits = frameBits(frame);
        const { crcDelimiter } = wireBits(frame);
        let before = 0;
        for (let bit = 0; bit <= lastBit(bits) + 5; bit++) {
          const endNs = bitEndNs(bits, bit, rates);
          const isFast = endNs - before === 500;
          expect(isFast || endNs - before === 2000).toBe(true);
          if (bit === 16 || bit > crcDelimiter) expect(isFast).toBe(false);
          if (bit === crcDelimiter) expect(isFast).toBe(frame.fd && frame.brs);
          before = endNs;
        }
      }),
      { numRuns: 100, seed: 82 },
    );
  });
});
