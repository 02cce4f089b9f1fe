/**
 * Ideal signatures for the simulation: a keyed hash under a key that only this object holds, drawn
 * out to the size of a real signature. A node is given tokens for its own statements alone, so
 * that nothing but a guess of 64 bits makes one of another's. Costs a hundredth of a real check.
 */

import { Random } from "../random/random.ts";
import { SIGNATURE_LENGTH } from "../wire/format.ts";
import type { Authority } from "./authority.ts";
import { sipHash } from "./siphash.ts";

export function idealAuthority(seed: number, nodes: number): Authority {
  const keys = Array.from({ length: nodes }, (_, node) => keyOf(seed, node));
  const sign = (node: number, bytes: Uint8Array) => tokenOf(keys[node] as Uint8Array, bytes);
  return {
    sign,
    verify(node, bytes, signature) {
      return node < nodes && isEqual(sign(node, bytes), signature);
    },
  };
}

function keyOf(seed: number, node: number): Uint8Array {
  const random = Random.of(seed, "ideal-key", String(node));
  return Uint8Array.from({ length: 16 }, () => random.below(256));
}

/** The hash, then bytes that follow from it: as even as those of a signature, for bit stuffing. */
function tokenOf(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const hash = new Uint32Array(2);
  sipHash(key, bytes, hash);
  const token = new Uint8Array(SIGNATURE_LENGTH);
  let [high = 0, low = 0] = hash;
  for (let at = 0; at < SIGNATURE_LENGTH; at += 8) {
    for (let index = 0; index < 4; index++) {
      token[at + index] = high >>> (8 * index);
      token[at + 4 + index] = low >>> (8 * index);
    }
    // Multipliers of the finalizer of MurmurHash3 (public domain).
    high = Math.imul(high ^ (high >>> 15), 0x85ebca6b) ^ low;
    low = Math.imul(low ^ (low >>> 13), 0xc2b2ae35) ^ high;
  }
  return token;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
