/**
 * Places in a frame as it is on the wire, counted in bits from start of frame, which is bit 0,
 * stuff bits included. The trailer has a fixed length, so its bits are found from the end
 * (ISO 11898-1, 10.4.2.6 to 10.4.2.8); which bits are fast follows from the packed count of
 * `bit-count.ts`.
 */

import { type BitRates, bitsDurationNs, dataBits, nominalBits, totalBits } from "./bit-count.ts";

/** Acknowledge slot and delimiter, end of frame, intermission: all at the nominal rate. */
const TRAILER_BITS = 1 + 1 + 7 + 3;
const DATA_BITS_WIDTH = 10;

/** The bits that run at the data rate; none without bit rate switch. */
export function dataPhase(bits: number): { readonly first: number; readonly count: number } {
  return { first: nominalBits(bits) - TRAILER_BITS, count: dataBits(bits) };
}

/** The slot in which receivers acknowledge. */
export function ackSlotBit(bits: number): number {
  return totalBits(bits) - TRAILER_BITS;
}

/** The last-but-one bit of end of frame: after it a receiver takes the frame as valid. */
export function lastButOneBit(bits: number): number {
  return totalBits(bits) - 5;
}

/** The last bit of end of frame: after it the transmitter takes its frame as sent. */
export function lastBit(bits: number): number {
  return totalBits(bits) - 4;
}

/**
 * Nanoseconds from the start of a frame to the end of its bit, rounded once. Bits behind the frame
 * are nominal ones.
 */
export function bitEndNs(bits: number, bit: number, rates: BitRates): number {
  const fastBits = dataBits(bits);
  const slowHead = nominalBits(bits) - TRAILER_BITS;
  const fast = Math.min(Math.max(bit + 1 - slowHead, 0), fastBits);
  return bitsDurationNs(((bit + 1 - fast) << DATA_BITS_WIDTH) | fast, rates);
}
