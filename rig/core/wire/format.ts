/**
 * The formats of ROJ on the wire. In the crash profile messages carry short digests and no
 * signatures; in the signed profile digests resist a search for collisions, and what a node says
 * carries its signature. The protocol number in the header tells them apart.
 */

import { type Digest, digestOf, hexOfWord } from "./digest.ts";
import { PROTOCOL_ROJ, PROTOCOL_ROJ_A, PROTOCOL_ROJ_SIGNED } from "./header.ts";
import { sha256 } from "./sha256.ts";

export const SIGNATURE_LENGTH = 64;

export interface WireFormat {
  /** In the header of every frame. */
  readonly protocol: number;
  /** Bytes of a digest. */
  readonly digestLength: number;
  readonly isSigned: boolean;
  readonly digestOf: (bytes: Uint8Array) => Digest;
}

export const CRASH_FORMAT: WireFormat = {
  protocol: PROTOCOL_ROJ,
  digestLength: 8,
  isSigned: false,
  digestOf,
};

/** ROJ-A: the messages of the crash profile, but for the number. */
export const ONE_PHASE_FORMAT: WireFormat = { ...CRASH_FORMAT, protocol: PROTOCOL_ROJ_A };

export const SIGNED_FORMAT: WireFormat = {
  protocol: PROTOCOL_ROJ_SIGNED,
  digestLength: 16,
  isSigned: true,
  digestOf: longDigestOf,
};

/** The first half of SHA-256. */
function longDigestOf(bytes: Uint8Array): Digest {
  const hash = sha256(bytes);
  let text = "";
  for (let word = 0; word < 4; word++) text += hexOfWord(hash[word] as number);
  return text;
}
