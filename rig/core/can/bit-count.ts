/**
 * How many bits a frame has on the wire, exactly: stuff bits counted over its real content (for
 * classic frames the check sequence too), with the three bits of intermission behind it. From that
 * follows how long it keeps the bus. Fields and formulas: ISO 11898-1:2015, 10.4 and 10.5. A count
 * is one number, nominal and data bits packed together, so that counting allocates nothing.
 *
 * Does not model: classic frames whose length code says more than 8 (they count as 8), error and
 * overload frames, clocks that differ between nodes.
 */

import type { CanFrame } from "./frame.ts";
import { CRC_17_MAX_LENGTH, classicCrc } from "./frame-crc.ts";
import {
  baseClassicHead,
  baseFdHead,
  extendedClassicHeadRest,
  extendedFdHeadRest,
  extendedHeadStart,
  fdControl,
} from "./frame-head.ts";
import {
  AFTER_START_OF_FRAME,
  openStuffBit,
  stuffBits,
  stuffBytes,
  stuffedBits,
} from "./stuffing.ts";

/** Bit rates of a bus; a frame without BRS runs at the nominal one throughout. */
export interface BitRates {
  readonly nominalBitrateBps: number;
  readonly dataBitrateBps: number;
}

/** Bits between two frames in which nobody may start (ISO 11898-1, 10.4.6.2). */
export const INTERMISSION_BITS = 3;

const DATA_BITS_WIDTH = 10;
const DATA_BITS_MASK = 2 ** DATA_BITS_WIDTH - 1;

/** Acknowledge slot and its delimiter, end of frame, intermission. */
const TRAILER_BITS = 1 + 1 + 7 + INTERMISSION_BITS;
const CRC_DELIMITER_BITS = 1;
const BASE_CLASSIC_BITS = 1 + 18 + 15 + CRC_DELIMITER_BITS + TRAILER_BITS;
const EXTENDED_CLASSIC_BITS = 1 + 38 + 15 + CRC_DELIMITER_BITS + TRAILER_BITS;
const BASE_FD_NOMINAL_BITS = 1 + 16 + TRAILER_BITS;
const EXTENDED_FD_NOMINAL_BITS = 1 + 35 + TRAILER_BITS;
/** ESI and length code, stuff count, CRC-17 or CRC-21, fixed stuff bits, delimiter. */
const SHORT_FD_DATA_BITS = 5 + 4 + 17 + 6 + CRC_DELIMITER_BITS;
const LONG_FD_DATA_BITS = 5 + 4 + 21 + 7 + CRC_DELIMITER_BITS;

/** Exact bits of `frame` with intermission, packed; the three functions below read it. */
export function frameBits(frame: CanFrame): number {
  return frame.fd ? fdBits(frame) : classicBits(frame) << DATA_BITS_WIDTH;
}

/** Bits at the nominal rate, of a packed count. */
export function nominalBits(bits: number): number {
  return bits >>> DATA_BITS_WIDTH;
}

/** Bits at the data rate, of a packed count. */
export function dataBits(bits: number): number {
  return bits & DATA_BITS_MASK;
}

/** All bits of a packed count. */
export function totalBits(bits: number): number {
  return (bits >>> DATA_BITS_WIDTH) + (bits & DATA_BITS_MASK);
}

/**
 * Time of a packed count in nanoseconds, rounded to whole ones, halves upwards: one rounding per
 * frame, never one per bit. The bits in which the rate changes (BRS and the delimiter of the check
 * sequence) are each partly slow and partly fast; together they are one of each, wherever the
 * sample points are.
 */
export function bitsDurationNs(bits: number, rates: BitRates): number {
  const nominalNs = ((bits >>> DATA_BITS_WIDTH) * 1e9) / rates.nominalBitrateBps;
  const dataNs = ((bits & DATA_BITS_MASK) * 1e9) / rates.dataBitrateBps;
  return Math.round(nominalNs + dataNs);
}

/** How long `frame` keeps the bus, intermission included, in whole nanoseconds. */
export function frameDurationNs(frame: CanFrame, rates: BitRates): number {
  return bitsDurationNs(frameBits(frame), rates);
}

function classicBits(frame: CanFrame): number {
  let sum = AFTER_START_OF_FRAME;
  let fixed: number;
  if (frame.extended) {
    sum = stuffBits19(sum, extendedHeadStart(frame));
    sum = stuffBits19(sum, extendedClassicHeadRest(frame));
    fixed = EXTENDED_CLASSIC_BITS;
  } else {
    const head = baseClassicHead(frame);
    sum = stuffBits(stuffBits16(sum, head >>> 2), head & 3, 2);
    fixed = BASE_CLASSIC_BITS;
  }
  if (!frame.remote) {
    sum = stuffBytes(sum, frame.data);
    fixed += 8 * frame.data.length;
  }
  const crc = classicCrc(frame);
  sum = stuffBits(stuffBits(sum, crc >>> 7, 8), crc & 0x7f, 7);
  return fixed + stuffedBits(sum) + openStuffBit(sum);
}

function fdBits(frame: CanFrame): number {
  let sum = AFTER_START_OF_FRAME;
  let fixed: number;
  if (frame.extended) {
    sum = stuffBits19(sum, extendedHeadStart(frame));
    sum = stuffBits16(sum, extendedFdHeadRest(frame));
    fixed = EXTENDED_FD_NOMINAL_BITS;
  } else {
    sum = stuffBits16(sum, baseFdHead(frame));
    fixed = BASE_FD_NOMINAL_BITS;
  }
  // A stuff bit due after BRS is sent before the next bit, already at the data rate.
  const stuffedUpToBrs = stuffedBits(sum);
  const data = frame.data;
  sum = stuffBytes(stuffBits(sum, fdControl(frame), 5), data);
  const fastFields = data.length <= CRC_17_MAX_LENGTH ? SHORT_FD_DATA_BITS : LONG_FD_DATA_BITS;
  const slow = fixed + stuffedUpToBrs;
  const fast = fastFields + 8 * data.length + stuffedBits(sum) - stuffedUpToBrs;
  return frame.brs ? (slow << DATA_BITS_WIDTH) | fast : (slow + fast) << DATA_BITS_WIDTH;
}

function stuffBits16(sum: number, bits: number): number {
  return stuffBits(stuffBits(sum, bits >>> 8, 8), bits & 0xff, 8);
}

function stuffBits19(sum: number, bits: number): number {
  return stuffBits(stuffBits16(sum, bits >>> 3), bits & 7, 3);
}
