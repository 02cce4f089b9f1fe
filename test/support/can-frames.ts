/** Builders and arbitraries of CAN frames for the tests. */

import fc from "fast-check";
import {
  BASE_ID_MAX,
  type CanFrame,
  classicFrame,
  EXTENDED_ID_MAX,
} from "../../rig/core/can/frame.ts";

/** A classic base data frame with identifier 0x123 and no bytes, apart from what is given. */
export function aFrame(fields: Partial<CanFrame> = {}): CanFrame {
  return { ...classicFrame(0x123, new Uint8Array(0)), ...fields };
}

/** Bytes written as hexadecimal pairs, blanks between them allowed. */
export function hexBytes(text: string): Uint8Array {
  const pairs = text.replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** Bytes as protocols have them: random, or long runs of equal bits, which make stuff bits. */
export function payloads(length: number): fc.Arbitrary<Uint8Array> {
  const size = { minLength: length, maxLength: length };
  const runs = fc.constantFrom(0x00, 0xff, 0x1f, 0xf8, 0x07, 0xe0, 0x0f, 0xf0, 0x83, 0x7c);
  return fc.oneof(
    fc.uint8Array(size),
    fc.array(runs, size).map((array) => Uint8Array.from(array)),
  );
}

const ids = fc.oneof(
  fc.record({ extended: fc.constant(false), id: fc.integer({ min: 0, max: BASE_ID_MAX }) }),
  fc.record({ extended: fc.constant(true), id: fc.integer({ min: 0, max: EXTENDED_ID_MAX }) }),
  fc.record({ extended: fc.boolean(), id: fc.constantFrom(0, 1, 0x1f, 0x3e0, 0x7c1, 0x7ff) }),
);

const classicShapes = fc.record({
  remote: fc.boolean(),
  length: fc.integer({ min: 0, max: 8 }),
});

export const classicFrames: fc.Arbitrary<CanFrame> = fc
  .tuple(ids, classicShapes)
  .chain(([id, { remote, length }]) =>
    (remote ? fc.constant(new Uint8Array(length)) : payloads(length)).map((data) =>
      aFrame({ ...id, remote, data }),
    ),
  );

export const fdFrames: fc.Arbitrary<CanFrame> = fc
  .tuple(
    ids,
    fc.boolean(),
    fc.boolean(),
    fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64),
  )
  .chain(([id, brs, esi, length]) =>
    payloads(length).map((data) => aFrame({ ...id, fd: true, brs, esi, data })),
  );

/** Every kind of frame that a node can send. */
export const canFrames: fc.Arbitrary<CanFrame> = fc.oneof(classicFrames, fdFrames);
