/**
 * Data length code (ISO 11898-1, table 5): 0 to 8 say themselves; in FD frames 9 to 15 say
 * 12 to 64 bytes, in classic frames they mean 8.
 */

const FD_LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64] as const;

/** Smallest FD length in bytes that holds `length`, by index 0 to 64. */
const PADDED = Uint8Array.from({ length: 65 }, (_, length) =>
  Math.min(...FD_LENGTHS.filter((candidate) => candidate >= length)),
);

/** Bytes that an FD frame with this code carries. */
export function fdLengthOfDlc(dlc: number): number {
  return FD_LENGTHS[dlc & 15] as number;
}

/** Code for a length in bytes; the length must be one that a code can say. */
export function dlcOfLength(length: number): number {
  return FD_LENGTHS.indexOf(length as (typeof FD_LENGTHS)[number]);
}

/** `length` (0 to 64) rounded up to the next one that an FD frame can have. */
export function padFdLength(length: number): number {
  return PADDED[length] as number;
}
