/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed 64-bit hash whose values can't be foretold
 * without the key. 64-bit words are kept as two 32-bit halves, high and low.
 */

/** Words of the state: v0 high, v0 low, v1 high, and so on. */
const STATE = 8;

/** The hash of `bytes` under a 16-byte key, written to `out` in two words: high, low. */
export function sipHash(key: Uint8Array, bytes: Uint8Array, out: Uint32Array): void {
  const v = new Int32Array(STATE);
  const [k0l, k0h, k1l, k1h] = [word(key, 0), word(key, 4), word(key, 8), word(key, 12)];
  v[0] = k0h ^ 0x736f6d65;
  v[1] = k0l ^ 0x70736575;
  v[2] = k1h ^ 0x646f7261;
  v[3] = k1l ^ 0x6e646f6d;
  v[4] = k0h ^ 0x6c796765;
  v[5] = k0l ^ 0x6e657261;
  v[6] = k1h ^ 0x74656462;
  v[7] = k1l ^ 0x79746573;
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) absorb(v, word(bytes, at + 4), word(bytes, at));
  let high = bytes.length << 24;
  let low = 0;
  for (let at = whole; at < bytes.length; at++) {
    const shift = 8 * (at - whole);
    if (shift < 32) low |= (bytes[at] as number) << shift;
    else high |= (bytes[at] as number) << (shift - 32);
  }
  absorb(v, high, low);
  v[5] = (v[5] as number) ^ 0xff;
  for (let round = 0; round < 4; round++) sipRound(v);
  out[0] = (v[0] as number) ^ (v[2] as number) ^ (v[4] as number) ^ (v[6] as number);
  out[1] = (v[1] as number) ^ (v[3] as number) ^ (v[5] as number) ^ (v[7] as number);
}

function absorb(v: Int32Array, high: number, low: number): void {
  v[6] = (v[6] as number) ^ high;
  v[7] = (v[7] as number) ^ low;
  sipRound(v);
  sipRound(v);
  v[0] = (v[0] as number) ^ high;
  v[1] = (v[1] as number) ^ low;
}

function sipRound(v: Int32Array): void {
  addTo(v, 0, 2);
  addTo(v, 4, 6);
  turn(v, 2, 13, 0);
  turn(v, 6, 16, 4);
  swap(v, 0);
  addTo(v, 4, 2);
  addTo(v, 0, 6);
  turn(v, 2, 17, 4);
  turn(v, 6, 21, 0);
  swap(v, 4);
}

/** v[a] += v[b], with 64 bits. */
function addTo(v: Int32Array, a: number, b: number): void {
  const low = ((v[a + 1] as number) >>> 0) + ((v[b + 1] as number) >>> 0);
  v[a + 1] = low;
  v[a] = (v[a] as number) + (v[b] as number) + (low > 0xffff_ffff ? 1 : 0);
}

/** v[a] = rotate(v[a], by) ^ v[b]; `by` is below 32. */
function turn(v: Int32Array, a: number, by: number, b: number): void {
  const high = v[a] as number;
  const low = v[a + 1] as number;
  v[a] = ((high << by) | (low >>> (32 - by))) ^ (v[b] as number);
  v[a + 1] = ((low << by) | (high >>> (32 - by))) ^ (v[b + 1] as number);
}

/** Rotates by 32. */
function swap(v: Int32Array, a: number): void {
  const high = v[a] as number;
  v[a] = v[a + 1] as number;
  v[a + 1] = high;
}

/** Four bytes, little-endian. */
function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
