/**
 * Keys of the MAC profile: one for each pair of stations, so that an insider can't speak for
 * anybody but itself. A station is handed its own keys alone.
 */

import { Random } from "../random/random.ts";

const KEY_LENGTH = 16;

/** By the other station, 0 to 15; keys follow from the seed of the run. */
export type MacKeys = readonly Uint8Array[];

export function macKeys(seed: number, station: number): MacKeys {
  return Array.from({ length: 16 }, (_, other) => {
    const pair = `${Math.min(station, other)}-${Math.max(station, other)}`;
    const random = Random.of(seed, "mac-key", pair);
    return Uint8Array.from({ length: KEY_LENGTH }, () => random.below(256));
  });
}
