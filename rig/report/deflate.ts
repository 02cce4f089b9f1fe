/**
 * DEFLATE with fixed Huffman codes (RFC 1951, 3.2.6), since the bytes of a report have to be the
 * same with every version of Node, and those of its own zlib are not. Greedy matches out of short
 * chains: a third more than zlib makes of histories, in less code than it would take to do better.
 */

const MATCH_MIN = 3;
const MATCH_MAX = 258;
const WINDOW = 1 << 15;
const HASH_BITS = 15;
/** Earlier places with the same three bytes that are tried. */
const TRIES = 12;
const END_OF_BLOCK = 256;

/** Bases and extra bits of lengths from code 257 on, and of distances from code 0 on. */
const LENGTHS = basesOf(28, 4, MATCH_MIN);
const DISTANCES = basesOf(30, 2, 1);

function basesOf(
  codes: number,
  alike: number,
  from: number,
): readonly (readonly [number, number])[] {
  const bases: (readonly [number, number])[] = [];
  let base = from;
  for (let code = 0; code < codes; code++) {
    const extra = Math.max(0, Math.floor(code / alike) - 1);
    bases.push([base, extra]);
    base += 1 << extra;
  }
  return bases;
}

/** The code of a length or distance. */
function codeOf(bases: readonly (readonly [number, number])[], value: number): number {
  let [low, high] = [0, bases.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((bases[middle]?.[0] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

class Bits {
  #bytes: Uint8Array;
  #length = 0;
  #held = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** From the lowest bit on; at most 16 of them. */
  put(value: number, count: number): void {
    this.#held |= value << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#byte(this.#held & 255);
      this.#held >>>= 8;
      this.#count -= 8;
    }
  }

  /** From the highest bit on, as Huffman codes are written. */
  putCode(code: number, count: number): void {
    let reversed = 0;
    for (let bit = 0; bit < count; bit++) reversed |= ((code >> bit) & 1) << (count - 1 - bit);
    this.put(reversed, count);
  }

  end(): Uint8Array {
    if (this.#count > 0) this.#byte(this.#held & 255);
    return this.#bytes.subarray(0, this.#length);
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }
}

/** Raw DEFLATE, one block. */
export function deflateRaw(bytes: Uint8Array): Uint8Array {
  const bits = new Bits(64 + (bytes.length >> 2));
  const head = new Int32Array(1 << HASH_BITS).fill(-1);
  const before = new Int32Array(bytes.length);
  // The last block, and with fixed codes.
  bits.put(0b011, 3);
  for (let at = 0; at < bytes.length; ) {
    const { length, distance } = longest(bytes, at, head, before);
    const used = length >= MATCH_MIN ? length : 1;
    if (used === 1) symbol(bits, bytes[at] as number);
    else match(bits, length, distance);
    for (let end = at + used; at < end; at++) remember(bytes, at, head, before);
  }
  symbol(bits, END_OF_BLOCK);
  return bits.end();
}

function hashAt(bytes: Uint8Array, at: number): number {
  const three = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8);
  return Math.imul(three | (bytes[at + 2] as number), 0x9e3779b1) >>> (32 - HASH_BITS);
}

function remember(bytes: Uint8Array, at: number, head: Int32Array, before: Int32Array): void {
  if (at + MATCH_MIN > bytes.length) return;
  const hash = hashAt(bytes, at);
  before[at] = head[hash] as number;
  head[hash] = at;
}

function longest(bytes: Uint8Array, at: number, head: Int32Array, before: Int32Array) {
  let [length, distance] = [0, 0];
  if (at + MATCH_MIN > bytes.length) return { length, distance };
  const most = Math.min(MATCH_MAX, bytes.length - at);
  let place = head[hashAt(bytes, at)] as number;
  for (let tries = TRIES; tries > 0 && place >= 0 && at - place <= WINDOW; tries--) {
    let same = 0;
    while (same < most && bytes[place + same] === bytes[at + same]) same++;
    if (same > length) [length, distance] = [same, at - place];
    if (length === most) break;
    place = before[place] as number;
  }
  return { length, distance };
}

/** A literal, a length or the end, by the fixed code. */
function symbol(bits: Bits, value: number): void {
  if (value < 144) bits.putCode(0x30 + value, 8);
  else if (value < 256) bits.putCode(0x190 + value - 144, 9);
  else if (value < 280) bits.putCode(value - 256, 7);
  else bits.putCode(0xc0 + value - 280, 8);
}

function match(bits: Bits, length: number, distance: number): void {
  // The longest has a code of its own, without extra bits.
  const lengthCode = length === MATCH_MAX ? 28 : codeOf(LENGTHS, length);
  symbol(bits, 257 + lengthCode);
  if (length < MATCH_MAX) extra(bits, LENGTHS, lengthCode, length);
  const distanceCode = codeOf(DISTANCES, distance);
  bits.putCode(distanceCode, 5);
  extra(bits, DISTANCES, distanceCode, distance);
}

function extra(
  bits: Bits,
  bases: readonly (readonly [number, number])[],
  code: number,
  value: number,
): void {
  const [base, count] = bases[code] ?? [0, 0];
  bits.put(value - base, count);
}
