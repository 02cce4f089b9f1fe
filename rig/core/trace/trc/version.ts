/**
 * The versions of PEAK's TRC files and the columns of each. Letters are those of `$COLUMNS`: N
 * number, O offset, T type, B bus, I identifier, d direction, R reserved, l length in bytes, L
 * length code, D data. Versions 1.x have no such line, and direction and status share a column, t.
 */

export const TRC_VERSIONS = ["2.1", "2.0", "1.3", "1.2", "1.1", "1.0"] as const;
export type TrcVersion = (typeof TRC_VERSIONS)[number];

export const TRC_COLUMNS: Readonly<Record<TrcVersion, readonly string[]>> = {
  "1.0": ["N", "O", "I", "l", "D"],
  "1.1": ["N", "O", "t", "I", "l", "D"],
  "1.2": ["N", "O", "B", "t", "I", "l", "D"],
  "1.3": ["N", "O", "B", "t", "I", "R", "l", "D"],
  "2.0": ["N", "O", "T", "I", "d", "l", "D"],
  "2.1": ["N", "O", "T", "B", "I", "d", "R", "L", "D"],
};

/** Digits of the offset behind the millisecond. */
export const TRC_PLACES: Readonly<Record<TrcVersion, number>> = {
  "1.0": 0,
  "1.1": 1,
  "1.2": 3,
  "1.3": 3,
  "2.0": 3,
  "2.1": 3,
};

/** Day 0 of the start time, 1899-12-30, before 1970. */
export const TRC_EPOCH_DAYS = 25_569;

export function trcVersionOf(text: string): TrcVersion | null {
  return TRC_VERSIONS.find((version) => version === text) ?? null;
}
