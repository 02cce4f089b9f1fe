/**
 * The order in which a Clojure hash set of integer lists hands out its members. Where two reads of
 * a key are equally long and disagree, Elle takes the last one of such a set for the truth; to name
 * the same anomalies we must take the same one. Any choice would be as right.
 */

const BITS_A_LEVEL = 5;
const LEVELS = 7;

/** Compares two lists of integers by their place in such a set. */
export function compareInSet(a: Iterable<number>, b: Iterable<number>): number {
  let first = listHash(a);
  let second = listHash(b);
  for (let level = 0; level < LEVELS; level++) {
    const difference = (first & 31) - (second & 31);
    if (difference !== 0) return difference;
    first >>>= BITS_A_LEVEL;
    second >>>= BITS_A_LEVEL;
  }
  return 0;
}

function listHash(list: Iterable<number>): number {
  let hash = 1;
  let count = 0;
  for (const value of list) {
    hash = (Math.imul(31, hash) + integerHash(value)) | 0;
    count++;
  }
  return finished(mixed(0, hash), count);
}

/** Murmur 3 of the value as 64 bits. */
function integerHash(value: number): number {
  if (value === 0) return 0;
  const high = Math.floor(value / 4294967296) | 0;
  return finished(mixed(mixed(0, value | 0), high), 8);
}

function mixed(hash: number, word: number): number {
  const scrambled = Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotated(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

function finished(hash: number, length: number): number {
  let h = hash ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
