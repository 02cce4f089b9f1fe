/**
 * Splitting messages into frames and putting them together again: in any order, with duplicates,
 * with several messages under way, and with fragments that never come.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import {
  BODY_LENGTH_MAX,
  FRAGMENT_LENGTH,
  FrameMaker,
  HEADER_LENGTH,
  readHeader,
  TO_ALL,
} from "../../../rig/core/wire/header.ts";
import { Reassembler } from "../../../rig/core/wire/reassembly.ts";

const ENVELOPE = { id: 0x301, type: 1, count: 3, destination: TO_ALL };
const SOURCE = 1;

function bodyOf(length: number, salt = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + salt) & 255);
}

function split(body: Uint8Array, maker = new FrameMaker(5)): CanFrame[] {
  const frames: CanFrame[] = [];
  maker.frames(ENVELOPE, body, body.length, (frame) => frames.push(frame));
  return frames;
}

/** Bodies that come out whole, without their padding. */
function join(frames: readonly CanFrame[], length: number): Uint8Array[] {
  const reassembler = new Reassembler();
  return frames
    .map((frame) => reassembler.add(SOURCE, readHeader(frame.data), frame.data))
    .filter((whole) => whole !== null)
    .map((whole) => whole.slice(HEADER_LENGTH, HEADER_LENGTH + length));
}

const anyBody = fc.integer({ min: 1, max: BODY_LENGTH_MAX }).map((length) => bodyOf(length));
const longBody = fc
  .integer({ min: FRAGMENT_LENGTH + 1, max: BODY_LENGTH_MAX })
  .map((length) => bodyOf(length));

describe("fragments", () => {
  it("carry the header of the message, their number and a running sequence", () => {
    const headers = split(bodyOf(130)).map(({ data }) => readHeader(data));
    expect(headers).toHaveLength(3);
    headers.forEach((header, index) => {
      expect(header).toEqual({
        protocol: 1,
        type: 1,
        count: 3,
        destination: TO_ALL,
        fragment: index,
        lastFragment: 2,
        boot: 5,
        sequence: index,
      });
    });
  });

  it("of one message come out as the message", () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        expect(join(split(body), body.length)).toEqual([body]);
      }),
    );
  });

  it("come out as the message whatever order they arrive in", () => {
    fc.assert(
      fc.property(
        longBody.chain((body) => {
          const frames = split(body);
          return fc.record({
            body: fc.constant(body),
            frames: fc.shuffledSubarray(frames, { minLength: frames.length }),
          });
        }),
        ({ body, frames }) => {
          expect(join(frames, body.length)).toEqual([body]);
        },
      ),
    );
  });

  it("come out once although some arrive twice before the message is whole", () => {
    const body = bodyOf(200);
    const frames = split(body);
    const [first, second] = frames as [CanFrame, CanFrame];
    expect(join([first, first, second, first, ...frames.slice(2)], 200)).toEqual([body]);
  });

  it("stay silent while one is lost", () => {
    fc.assert(
      fc.property(longBody, fc.nat(), (body, which) => {
        const frames = split(body);
        frames.splice(which % frames.length, 1);
        expect(join(frames, body.length)).toEqual([]);
      }),
    );
  });

  it("of several messages may come mixed", () => {
    const maker = new FrameMaker(5);
    const bodies = [bodyOf(150, 1), bodyOf(150, 2), bodyOf(150, 3)];
    const messages = bodies.map((body) => split(body, maker));
    const mixed = [0, 1, 2].flatMap((fragment) => messages.map((each) => each[fragment]));
    expect(join(mixed as CanFrame[], 150)).toEqual(bodies);
  });

  it("of different boots are never joined", () => {
    const old = split(bodyOf(100, 1), new FrameMaker(5));
    const fresh = split(bodyOf(100, 2), new FrameMaker(6));
    expect(join([old[0], fresh[1]] as CanFrame[], 100)).toEqual([]);
  });

  it("of different sources are never joined", () => {
    const [first, second] = split(bodyOf(100)) as [CanFrame, CanFrame];
    const reassembler = new Reassembler();
    expect(reassembler.add(1, readHeader(first.data), first.data)).toBeNull();
    expect(reassembler.add(2, readHeader(second.data), second.data)).toBeNull();
  });

  it("that wait for ever give way to later messages", () => {
    const maker = new FrameMaker(5);
    const reassembler = new Reassembler();
    const add = (frame: CanFrame) => reassembler.add(SOURCE, readHeader(frame.data), frame.data);
    const [oldest, missing] = split(bodyOf(100), maker) as [CanFrame, CanFrame];
    add(oldest);
    for (let count = 0; count < 8; count++) add(split(bodyOf(100), maker)[0] as CanFrame);
    expect(add(missing)).toBeNull();
    const [first, second] = split(bodyOf(100, 9), maker) as [CanFrame, CanFrame];
    expect(add(first)).toBeNull();
    expect(add(second)?.slice(HEADER_LENGTH, HEADER_LENGTH + 100)).toEqual(bodyOf(100, 9));
  });

  it("keep together when the link sequence wraps", () => {
    const maker = new FrameMaker(5);
    const short = bodyOf(4);
    for (let count = 0; count < 0xffff; count++) split(short, maker);
    const body = bodyOf(170);
    const frames = split(body, maker);
    expect(frames.map(({ data }) => readHeader(data).sequence)).toEqual([0xffff, 0, 1]);
    expect(join(frames.toReversed(), 170)).toEqual([body]);
  });

  it("that say nonsense are left alone", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: HEADER_LENGTH, maxLength: 64 }), { maxLength: 40 }),
        (all) => {
          const reassembler = new Reassembler();
          for (const bytes of all) {
            const whole = reassembler.add(SOURCE, readHeader(bytes), bytes);
            expect(whole === null || whole.length >= HEADER_LENGTH).toBe(true);
          }
        },
      ),
    );
  });

  it("beyond sixteen are refused", () => {
    expect(() => split(bodyOf(BODY_LENGTH_MAX + 1))).toThrow("does not fit 16 fragments");
  });
});
