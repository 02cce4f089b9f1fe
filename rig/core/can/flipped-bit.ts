/**
 * What a receiver makes of one bit of a frame that it reads wrong: a stuff error where six equal
 * bits come together or a stuff bit is not what it has to be, a form error in a fixed bit, else a
 * check sequence that doesn't fit.
 *
 * Does not model: that a stuff bit taken for data, or a changed length, moves all bits behind it;
 * the receiver then mostly sees the error some bits earlier than here.
 */

import { RECESSIVE, type WireBits } from "./wire-bits.ts";

const RUN = 6;

export interface SeenError {
  /** Where it shows; no meaning for `crc`. */
  readonly bit: number;
  readonly kind: "stuff" | "form" | "crc";
}

/** Null where receivers don't mind: in the slot in which they acknowledge. */
export function errorOfFlip(wire: WireBits, bit: number): SeenError | null {
  const { crcDelimiter, dynamicBits, isStuff, levels } = wire;
  if (bit === crcDelimiter + 1) return null;
  if (bit >= crcDelimiter) return { bit, kind: "form" };
  if (isStuff[bit] === 1) return { bit, kind: "stuff" };
  if (bit >= dynamicBits) return { bit, kind: "crc" };
  const level = RECESSIVE - (levels[bit] as number);
  let run = 1;
  for (let before = bit - 1; before >= 0 && levels[before] === level; before--) run++;
  let at = bit;
  while (run < RUN && at + 1 < dynamicBits && levels[at + 1] === level) {
    run++;
    at++;
  }
  return run >= RUN ? { bit: at, kind: "stuff" } : { bit, kind: "crc" };
}
