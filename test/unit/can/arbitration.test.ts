/** Arbitration keys against the wire: a dominant bit wins, in the order of sending. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitrationKey, isSameFrame } from "../../../rig/core/can/arbitration.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import { aFrame, canFrames } from "../../support/can-frames.ts";

/** The bits that compete, with IDE, which tells base from extended. */
function arbitrationField(frame: CanFrame): string {
  const rtr = frame.remote ? "1" : "0";
  const id = frame.id.toString(2).padStart(frame.extended ? 29 : 11, "0");
  if (!frame.extended) return `${id}${rtr}0`;
  return `${id.slice(0, 11)}11${id.slice(11)}${rtr}`;
}

const near = fc.constantFrom(0, 1, 0x123, 0x7ff).chain((id) =>
  fc.record({ extended: fc.boolean(), remote: fc.boolean() }).map(({ extended, remote }) =>
    aFrame({
      id: extended ? id * 2 ** 18 : id,
      extended,
      remote,
    }),
  ),
);

describe("arbitrationKey", () => {
  it("orders frames as the bits on the wire do", () => {
    const frames = fc.oneof(canFrames, near);
    fc.assert(
      fc.property(frames, frames, (a, b) => {
        const fieldA = arbitrationField(a);
        const fieldB = arbitrationField(b);
        const wire = fieldA < fieldB ? -1 : fieldA > fieldB ? 1 : 0;
        expect(Math.sign(arbitrationKey(a) - arbitrationKey(b))).toBe(wire);
      }),
      { numRuns: 3000, seed: 41 },
    );
  });

  it("lets base data beat base remote, and that beat extended, on the same 11 bits", () => {
    const keys = [
      aFrame({ id: 0x123 }),
      aFrame({ id: 0x123, remote: true }),
      aFrame({ id: 0x123 << 18, extended: true }),
      aFrame({ id: 0x123 << 18, extended: true, remote: true }),
      aFrame({ id: (0x123 << 18) + 1, extended: true }),
      aFrame({ id: 0x124 }),
    ].map(arbitrationKey);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("stays an unsigned number at the highest identifiers", () => {
    const key = arbitrationKey(aFrame({ id: 0x1fff_ffff, extended: true, remote: true }));
    expect(key).toBe(0xffff_ffff);
  });
});

describe("isSameFrame", () => {
  it("compares what is on the wire", () => {
    const frame = aFrame({ fd: true, brs: true, data: Uint8Array.of(1, 2) });
    expect(isSameFrame(frame, { ...frame, data: Uint8Array.of(1, 2) })).toBe(true);
    for (const other of [
      { data: Uint8Array.of(1, 3) },
      { data: Uint8Array.of(1) },
      { brs: false },
      { esi: true },
      { fd: false },
      { extended: true },
      { id: 1 },
    ]) {
      expect(isSameFrame(frame, { ...frame, ...other })).toBe(false);
    }
  });
});
