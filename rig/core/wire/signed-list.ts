/**
 * A list of signatures on the wire: how many (u8), the numbers of their nodes in four bits each,
 * low half first, and the signatures. Numbers and not a bit mask, so that a list in which one node
 * signs twice can be told from a sound one.
 */

import type { Signed } from "../auth/statement.ts";
import { SIGNATURE_LENGTH } from "./format.ts";

/** No group has more nodes. */
const SIGNED_MAX = 14;

/** Writes at `offset` and returns the offset behind it; nothing where there is no list. */
export function writeSigned(
  bytes: Uint8Array,
  offset: number,
  signed: readonly Signed[] | undefined,
): number {
  if (signed === undefined) return offset;
  bytes[offset] = signed.length;
  const numbers = offset + 1;
  let at = numbers + Math.ceil(signed.length / 2);
  bytes.fill(0, numbers, at);
  signed.forEach(({ voter, signature }, index) => {
    const byte = numbers + (index >> 1);
    bytes[byte] = (bytes[byte] as number) | (voter << (4 * (index & 1)));
    bytes.set(signature, at);
    at += SIGNATURE_LENGTH;
  });
  return at;
}

/** Null when the bytes are no such list. */
export function readSigned(bytes: Uint8Array, offset: number): readonly Signed[] | null {
  const count = bytes[offset];
  if (count === undefined || count > SIGNED_MAX) return null;
  const numbers = offset + 1;
  const start = numbers + Math.ceil(count / 2);
  if (start + count * SIGNATURE_LENGTH > bytes.length) return null;
  return Array.from({ length: count }, (_, index) => {
    const voter = ((bytes[numbers + (index >> 1)] as number) >> (4 * (index & 1))) & 15;
    const at = start + index * SIGNATURE_LENGTH;
    return { voter, signature: bytes.slice(at, at + SIGNATURE_LENGTH) };
  });
}

/** Bytes of a list of so many. */
export function signedLength(count: number): number {
  return 1 + Math.ceil(count / 2) + count * SIGNATURE_LENGTH;
}
