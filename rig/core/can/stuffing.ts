/**
 * Dynamic bit stuffing as a table (ISO 11898-1, 10.5): after five equal bits the sender puts in one
 * opposite bit, which is the first of the next run. The table takes up to eight bits in one step.
 *
 * A stuff bit counts when the bit after it is sent: one that would follow the last bit is left
 * open, because classic frames send it and FD frames don't (a fixed stuff bit stands there).
 */

/**
 * A state is the last bit sent (bit 3) and how often it was sent in a row, 1 to 5 (bits 0 to 2).
 * This one is that after start of frame, which is one dominant bit.
 */
export const AFTER_START_OF_FRAME = 1;

const RUN_MASK = 7;
const LAST_BIT_SHIFT = 3;
const STATE_MASK = 15;
const STUFF_RUN = 5;

/** Where in an entry the number of stuff bits stands; the state stands below. */
export const STUFF_SHIFT = 4;

/** Takes one bit: the next state, plus `1 << STUFF_SHIFT` if a stuff bit went out before it. */
function stepOneBit(state: number, bit: number): number {
  let last = state >>> LAST_BIT_SHIFT;
  let run = state & RUN_MASK;
  let stuffed = 0;
  if (run === STUFF_RUN) {
    last ^= 1;
    run = 1;
    stuffed = 1;
  }
  run = bit === last ? run + 1 : 1;
  return (stuffed << STUFF_SHIFT) | (bit << LAST_BIT_SHIFT) | run;
}

/**
 * Entry at `(1 << n | bits) << 4 | state`, for `n` bits (1 to 8), first bit highest: the state
 * after them, plus the number of stuff bits before and among them `<< STUFF_SHIFT`.
 */
export const STUFF_TABLE: Uint8Array = buildTable();

function buildTable(): Uint8Array {
  const table = new Uint8Array(512 << STUFF_SHIFT);
  for (let state = 0; state <= STATE_MASK; state++) {
    const run = state & RUN_MASK;
    if (run === 0 || run > STUFF_RUN) continue;
    // `1` stands for no bits at all; each further entry extends that without its last bit.
    table[(1 << STUFF_SHIFT) | state] = state;
    for (let bits = 2; bits < 512; bits++) {
      const before = table[((bits >>> 1) << STUFF_SHIFT) | state] as number;
      const after = stepOneBit(before & STATE_MASK, bits & 1);
      table[(bits << STUFF_SHIFT) | state] = (before & ~STATE_MASK) + after;
    }
  }
  return table;
}

/** Adds `count` bits (1 to 8) to `sum`, an entry that also collects the stuff bits so far. */
export function stuffBits(sum: number, bits: number, count: number): number {
  const index = (((1 << count) | bits) << STUFF_SHIFT) | (sum & STATE_MASK);
  return (sum & ~STATE_MASK) + (STUFF_TABLE[index] as number);
}

/** Adds whole bytes; see `stuffBits`. */
export function stuffBytes(sum: number, bytes: Uint8Array): number {
  let state = sum & STATE_MASK;
  let stuffed = sum >>> STUFF_SHIFT;
  for (let i = 0; i < bytes.length; i++) {
    const entry = STUFF_TABLE[((256 | (bytes[i] as number)) << STUFF_SHIFT) | state] as number;
    state = entry & STATE_MASK;
    stuffed += entry >>> STUFF_SHIFT;
  }
  return (stuffed << STUFF_SHIFT) | state;
}

/** Stuff bits counted so far. */
export function stuffedBits(sum: number): number {
  return sum >>> STUFF_SHIFT;
}

/** One if the last five bits are equal, so that a stuff bit is due; else zero. */
export function openStuffBit(sum: number): number {
  return (sum & RUN_MASK) === STUFF_RUN ? 1 : 0;
}
