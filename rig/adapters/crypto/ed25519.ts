/**
 * Real signatures: Ed25519 (RFC 8032) by Node's own library. The private keys follow from the seed
 * of the run, so that a run can be repeated; Ed25519 itself needs no randomness.
 */

import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { Authority } from "../../core/auth/authority.ts";

/** What stands before the 32 bytes of a private key in its DER form (RFC 8410, section 7). */
const DER_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

export function ed25519Authority(seed: number, nodes: number): Authority {
  const keys = Array.from({ length: nodes }, (_, node) => keysOf(seed, node));
  return {
    sign: (node, bytes) => {
      const { secret } = keys[node] as KeyPair;
      return new Uint8Array(sign(null, bytes, secret));
    },
    verify: (node, bytes, signature) => {
      const pair = keys[node];
      return pair !== undefined && verify(null, bytes, pair.open, signature);
    },
  };
}

type KeyPair = ReturnType<typeof keysOf>;

function keysOf(seed: number, node: number) {
  const bytes = createHash("sha256").update(`rig/ed25519/${seed}/${node}`).digest();
  const der = Buffer.concat([DER_PREFIX, bytes]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { secret, open: createPublicKey(secret) };
}
