/**
 * The orders in which the hash sets under Elle hand out their members. Where two reads of a key
 * are equally long and disagree, Elle takes the last one of a set for the truth; its search for
 * cycles begins at the vertices in the order of a set, and stops at the first found. Any choice
 * would be as right, but to name the same anomalies we must make the same one.
 */

const BITS_A_LEVEL = 5;
const LEVELS = 7;
const SLOTS = 32;

/** Compares two lists of integers by their place in a Clojure set. */
export function compareInSet(a: Iterable<number>, b: Iterable<number>): number {
  let first = listHash(a);
  let second = listHash(b);
  for (let level = 0; level < LEVELS; level++) {
    const difference = (first & (SLOTS - 1)) - (second & (SLOTS - 1));
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

/**
 * Operation indexes in the order of the kind of set that graphs are kept in: a tree with 32
 * branches a level, where a lone member stays at its level. Members come before branches, levels
 * in breadth, branches from the last slot to the first. Gives positions in `indexes`.
 */
export function graphSetOrder(indexes: readonly number[]): number[] {
  const hashes = indexes.map(graphHash);
  const order: number[] = [];
  const groups: { positions: readonly number[]; level: number }[] = [
    { positions: indexes.map((_, position) => position), level: 0 },
  ];
  for (const { positions, level } of groups) {
    const slots: number[][] = [];
    for (const position of positions) {
      const slot = ((hashes[position] as number) >>> (BITS_A_LEVEL * level)) & (SLOTS - 1);
      slots[slot] ??= [];
      slots[slot].push(position);
    }
    const isDeepest = level === LEVELS - 1;
    for (const members of slots) {
      if (members !== undefined && (isDeepest || members.length === 1)) order.push(...members);
    }
    for (const members of slots.reverse()) {
      if (members === undefined || isDeepest || members.length === 1) continue;
      groups.push({ positions: members, level: level + 1 });
    }
  }
  return order;
}

/** The hash of an index as a number of 64 bits, folded, its higher bits mixed into the lower. */
function graphHash(index: number): number {
  const hash = integerHash(index);
  const folded = hash < 0 ? ~hash : hash;
  const mixedOnce = folded ^ (folded >>> 20) ^ (folded >>> 12);
  return mixedOnce ^ (mixedOnce >>> 7) ^ (mixedOnce >>> 4);
}
