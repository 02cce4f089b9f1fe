/**
 * The check sequence of a whole frame, and the stuff count that FD frames carry beside it
 * (ISO 11898-1:2015, 10.4.2.6). CRC-15 covers the bits without stuffing; CRC-17 and CRC-21 cover
 * the dynamic stuff bits and the stuff count as well, but no fixed stuff bit.
 */

import { CRC_17, CRC_21, type Crc, crc15Byte, crcBits } from "./crc.ts";
import type { CanFrame } from "./frame.ts";
import {
  baseClassicHead,
  baseFdHead,
  extendedClassicHeadRest,
  extendedFdHeadRest,
  extendedHeadStart,
  fdControl,
} from "./frame-head.ts";

/** Longest payload in bytes that CRC-17 guards; longer ones have CRC-21. */
export const CRC_17_MAX_LENGTH = 16;

/** CRC-15 of a classic frame, from start of frame to the last data bit. */
export function classicCrc(frame: CanFrame): number {
  // The start value is zero, so leading zeros, start of frame among them, change nothing.
  let crc = 0;
  if (frame.extended) {
    const start = extendedHeadStart(frame);
    const rest = extendedClassicHeadRest(frame);
    crc = crc15Byte(crc, start >>> 13);
    crc = crc15Byte(crc, (start >>> 5) & 0xff);
    crc = crc15Byte(crc, ((start & 0x1f) << 3) | (rest >>> 16));
    crc = crc15Byte(crc, (rest >>> 8) & 0xff);
    crc = crc15Byte(crc, rest & 0xff);
  } else {
    const head = baseClassicHead(frame);
    crc = crc15Byte(crc, head >>> 16);
    crc = crc15Byte(crc, (head >>> 8) & 0xff);
    crc = crc15Byte(crc, head & 0xff);
  }
  if (frame.remote) return crc;
  const data = frame.data;
  for (let i = 0; i < data.length; i++) crc = crc15Byte(crc, data[i] as number);
  return crc;
}

/** The stuff count field of a count of dynamic stuff bits: modulo 8 in Gray code, then parity. */
export function stuffCountField(stuffBits: number): number {
  const count = stuffBits & 7;
  const gray = count ^ (count >>> 1);
  const parity = (gray ^ (gray >>> 1) ^ (gray >>> 2)) & 1;
  return (gray << 1) | parity;
}

/** What an FD frame says about itself before its end. */
export interface FdCheck {
  /** CRC-17 up to 16 bytes, else CRC-21. */
  readonly crc: number;
  /** Dynamic stuff bits in the frame. */
  readonly stuffBits: number;
}

/** Check sequence and stuff bits of an FD frame. Bit by bit: not for the path of every frame. */
export function fdCheck(frame: CanFrame): FdCheck {
  const kind = frame.data.length <= CRC_17_MAX_LENGTH ? CRC_17 : CRC_21;
  const stream = new StuffedCrc(kind);
  stream.add(0, 1);
  if (frame.extended) {
    stream.add(extendedHeadStart(frame), 19);
    stream.add(extendedFdHeadRest(frame), 16);
  } else {
    stream.add(baseFdHead(frame), 16);
  }
  stream.add(fdControl(frame), 5);
  for (const byte of frame.data) stream.add(byte, 8);
  const crc = crcBits(kind, stream.crc, stuffCountField(stream.stuffBits), 4);
  return { crc, stuffBits: stream.stuffBits };
}

/** Puts stuff bits into a stream of bits and takes the check sequence over both. */
class StuffedCrc {
  stuffBits = 0;
  crc: number;
  private readonly polynomial: number;
  private readonly top: number;
  private readonly mask: number;
  private last = 1;
  private run = 0;

  constructor({ width, polynomial, initial }: Crc) {
    this.polynomial = polynomial;
    this.top = width - 1;
    this.mask = (1 << width) - 1;
    this.crc = initial;
  }

  add(bits: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.run === 5) {
        this.take(1 - this.last);
        this.stuffBits++;
      }
      this.take((bits >>> i) & 1);
    }
  }

  private take(bit: number): void {
    this.run = bit === this.last ? this.run + 1 : 1;
    this.last = bit;
    // As `crcBits` has it, for one bit.
    const feedback = ((this.crc >>> this.top) ^ bit) & 1;
    this.crc = ((this.crc << 1) & this.mask) ^ (feedback === 1 ? this.polynomial : 0);
  }
}
