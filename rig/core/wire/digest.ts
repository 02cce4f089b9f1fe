/**
 * The digest of a batch in the crash profile: FNV-1a with 64 bits, as 16 hexadecimal digits. It
 * tells batches apart; it is no defence against a node that looks for a collision, which the
 * signed profile's digest is for.
 */

export type Digest = string;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Parameters of FNV-1a, 64 bits: the offset basis, and the prime 2^40 + 0x1b3. */
const BASIS_HIGH = 0xcbf29ce4;
const BASIS_LOW = 0x84222325;
const PRIME_LOW = 0x1b3;

export function digestOf(bytes: Uint8Array): Digest {
  let high = BASIS_HIGH;
  let low = BASIS_LOW;
  for (let index = 0; index < bytes.length; index++) {
    low = (low ^ (bytes[index] as number)) >>> 0;
    // 41 bits at most: exact in a double, so the carry can be read off it.
    const product = low * PRIME_LOW;
    high = (high * PRIME_LOW + Math.floor(product / 0x1_0000_0000) + ((low << 8) >>> 0)) >>> 0;
    low = product >>> 0;
  }
  return hexOfWord(high) + hexOfWord(low);
}

/** So many bytes at `offset`, most significant first. */
export function readDigest(bytes: Uint8Array, offset: number, length = 8): Digest {
  let text = "";
  for (let index = 0; index < length; index++) text += HEX[bytes[offset + index] as number];
  return text;
}

export function writeDigest(bytes: Uint8Array, offset: number, digest: Digest): void {
  for (let index = 0; 2 * index < digest.length; index++) {
    bytes[offset + index] = Number.parseInt(digest.substring(2 * index, 2 * index + 2), 16);
  }
}

export function hexOfWord(word: number): string {
  return (
    (HEX[word >>> 24] as string) +
    (HEX[(word >>> 16) & 255] as string) +
    (HEX[(word >>> 8) & 255] as string) +
    (HEX[word & 255] as string)
  );
}
