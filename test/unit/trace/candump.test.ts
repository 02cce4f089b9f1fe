/** Candump lines: what is written comes back, known lines read right, wrong ones are refused. */

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCandumpLine, parseCandumpLine } from "../../../rig/core/trace/candump.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { aFrame, canFrames, hexBytes } from "../../support/can-frames.ts";

const errorFrames = fc
  .record({
    id: fc.integer({ min: 0, max: 0x1fff_ffff }),
    data: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  .map((fields) => aFrame({ ...fields, error: true }));

describe("candump lines", () => {
  it("come back as they were written", () => {
    const times = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const channels = fc.constantFrom("can0", "vcan12", "0", "a-name-of-15-ch");
    const directions = fc.constantFrom(undefined, "R" as const, "T" as const);
    const frames = fc.oneof({ weight: 5, arbitrary: canFrames }, errorFrames);
    fc.assert(
      fc.property(times, channels, frames, directions, (timeNs, channel, frame, direction) => {
        const line = formatCandumpLine(timeNs, channel, frame, direction);
        const read = parseCandumpLine(line, 1);
        expect(read.channel).toBe(channel);
        expect(read.frame).toEqual(frame);
        expect(read.direction).toBe(direction);
        expect(BigInt(read.seconds) * 10n ** 9n + BigInt(read.nanoseconds)).toBe(BigInt(timeNs));
      }),
      { numRuns: 2000, seed: 81 },
    );
  });

  it.each([
    [aFrame({ data: hexBytes("deadbeef") }), "123#DEADBEEF"],
    [aFrame({ id: 0 }), "000#"],
    [aFrame({ id: 0x285, extended: true, data: hexBytes("01") }), "00000285#01"],
    [aFrame({ id: 0x1fff_ffff, extended: true }), "1FFFFFFF#"],
    [aFrame({ remote: true }), "123#R"],
    [aFrame({ remote: true, data: new Uint8Array(8) }), "123#R8"],
    [aFrame({ fd: true }), "123##4"],
    [aFrame({ fd: true, brs: true, data: hexBytes("aa") }), "123##5AA"],
    [aFrame({ fd: true, esi: true }), "123##6"],
    [aFrame({ fd: true, brs: true, esi: true }), "123##7"],
    [aFrame({ error: true, id: 0x40, data: new Uint8Array(8) }), "20000040#0000000000000000"],
  ])("are written as candump writes them: $id", (frame, text) => {
    expect(formatCandumpLine(12_000_345_678, "can0", frame)).toBe(
      `(0000000012.000345678) can0 ${text}`,
    );
  });

  it("are read in the variants of other versions and hands", () => {
    const plain = parseCandumpLine("(0.000001)    can0 7Ff#de.Ad", 1);
    expect(plain).toEqual({
      seconds: 0,
      nanoseconds: 1000,
      channel: "can0",
      frame: aFrame({ id: 0x7ff, data: hexBytes("dead") }),
    });
    const old = parseCandumpLine("(4294967296.500000) 0 123##1AABB T", 1);
    expect(old).toMatchObject({ seconds: 4294967296, nanoseconds: 500_000_000, direction: "T" });
    expect(old.frame).toEqual(aFrame({ fd: true, brs: true, data: hexBytes("aabb") }));
    const byHand = parseCandumpLine("(1.000000) can0 123##F R", 1);
    expect(byHand.frame).toEqual(aFrame({ fd: true, brs: true, esi: true }));
    expect(parseCandumpLine("(1.000000) can0 123#r2", 1).frame.data).toHaveLength(2);
  });

  it.each([
    ["", "form"],
    ["DROPCOUNT: dropped 5 CAN frame(s) on 'can0' socket (total drops 5)", "form"],
    ["(1.0000) can0 123#", "form"],
    ["(1.000000) can0 123", "form"],
    ["(1.000000) can0 123#00 X", "form"],
    ["(1.000000) can0 123#00 ", "form"],
    ["(1.000000) sixteen-letters- 123#00", "form"],
    ["(1.000000) can0 800#", "identifier 800"],
    ["(1.000000) can0 1234#", "identifier 1234"],
    ["(1.000000) can0 40000000#", "identifier 40000000"],
    ["(1.000000) can0 123#0", "pairs"],
    ["(1.000000) can0 123#0..1", "pairs"],
    ["(1.000000) can0 123#0011223344556677_9", "pairs"],
    ["(1.000000) can0 123#001122334455667788", "9 bytes, which no classic"],
    ["(1.000000) can0 123##4001122334455667788", "9 bytes, which no FD"],
    [`(1.000000) can0 123##4${"00".repeat(65)}`, "65 bytes"],
    ["(1.000000) can0 123##", "flag"],
    ["(1.000000) can0 123##R", "flag"],
    ["(1.000000) can0 123#R9", "pairs"],
    ["(1.000000) can0 20000040#00", "eight"],
    ["(1.000000) can0 20000040##4", "FD"],
    ["(1.000000) can0 20000040#R", "remote"],
  ])("are refused with the line number: %s", (line, problem) => {
    const read = () => parseCandumpLine(line, 17);
    expect(read).toThrow(RigError);
    expect(read).toThrow(expect.objectContaining({ code: "input.malformed" }));
    expect(read).toThrow(/^line 17: /);
    expect(read).toThrow(problem);
  });
});

const CORPUS = "../shared/corpus/traces/own/captured";
const LOGS = ["mix.log", "mix_ns.log", "mix_x.log"].filter((name) =>
  existsSync(`${CORPUS}/${name}`),
);

describe.skipIf(LOGS.length === 0)("captures by candump", () => {
  it.each(LOGS)("are read and written again: %s", (name) => {
    for (const [i, line] of readFileSync(`${CORPUS}/${name}`, "latin1").split("\n").entries()) {
      if (line === "" || /_[9A-F]/.test(line)) continue;
      const { seconds, nanoseconds, channel, frame, direction } = parseCandumpLine(line, i + 1);
      const again = formatCandumpLine(nanoseconds, channel, frame, direction);
      expect(again.split(/\) +/)[1]).toBe(line.split(/\) +/)[1]);
      expect(seconds).toBeGreaterThan(0);
    }
  });
});
