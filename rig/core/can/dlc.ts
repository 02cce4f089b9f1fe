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

/** Code for each FD length in bytes, by index 0 to 64; 255 where no code says that length. */
const CODES = Uint8Array.from({ length: 65 }, (_, length) => dlcOfLength(length) & 0xff);

/** The length code that a frame carries: its bytes say it, also in a remote frame. */
export function dlcOfFrame(frame: { readonly fd: boolean; readonly data: Uint8Array }): number {
  return CODES[frame.data.length] as number;
}

/** Whether a frame of this format can carry so many bytes. */
export function isFrameLength(length: number, fd: boolean): boolean {
  return length <= (fd ? 64 : 8) && CODES[length] !== 255;
}
