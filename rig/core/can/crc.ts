/**
 * The three check sequences of CAN (ISO 11898-1, 10.4.2.6): CRC-15 of classic frames, CRC-17 of FD
 * frames up to 16 bytes and CRC-21 of longer ones. Here is only the arithmetic; which bits of a
 * frame are covered is in `frame-crc.ts`.
 */

export interface Crc {
  readonly width: number;
  readonly polynomial: number;
  /** Start value: zero for classic frames; for FD ones a leading one, so that zeros count. */
  readonly initial: number;
}

export const CRC_15: Crc = { width: 15, polynomial: 0x4599, initial: 0 };
export const CRC_17: Crc = { width: 17, polynomial: 0x1685b, initial: 1 << 16 };
export const CRC_21: Crc = { width: 21, polynomial: 0x10_2899, initial: 1 << 20 };

/** Takes the low `count` bits of `bits` (up to 31), highest first. */
export function crcBits(kind: Crc, value: number, bits: number, count: number): number {
  const top = kind.width - 1;
  const mask = 2 ** kind.width - 1;
  let crc = value;
  for (let i = count - 1; i >= 0; i--) {
    const feedback = ((crc >>> top) ^ (bits >>> i)) & 1;
    crc = ((crc << 1) & mask) ^ (feedback === 1 ? kind.polynomial : 0);
  }
  return crc;
}

const CRC_15_BYTES = Uint16Array.from({ length: 256 }, (_, byte) => crcBits(CRC_15, 0, byte, 8));

/** CRC-15 of one more byte. */
export function crc15Byte(value: number, byte: number): number {
  return ((value << 8) & 0x7fff) ^ (CRC_15_BYTES[((value >>> 7) ^ byte) & 0xff] as number);
}
