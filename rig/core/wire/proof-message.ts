/**
 * Messages of the signed profile that prove something to others: two statements of one node that
 * contradict each other, and statements of nodes about the state before a slot.
 */

import { type Signed, STATEMENT_KINDS, type Statement } from "../auth/statement.ts";
import { type Digest, readDigest, writeDigest } from "./digest.ts";
import { SIGNATURE_LENGTH, SIGNED_FORMAT } from "./format.ts";
import { readSigned, writeSigned } from "./signed-list.ts";
import { readU16, readU32, writeU16 } from "./transaction.ts";

const { digestLength } = SIGNED_FORMAT;
/** Valid round u16, says-something u8, digest, signature. */
const HALF = 3 + digestLength + SIGNATURE_LENGTH;
const NO_ROUND = 0xffff;

export interface SignedStatement {
  readonly statement: Statement;
  readonly signature: Uint8Array;
}

/** Two statements of `voter` about one thing. */
export interface EvidenceMessage {
  readonly kind: "evidence";
  readonly slot: number;
  readonly round: number;
  readonly voter: number;
  readonly first: SignedStatement;
  readonly second: SignedStatement;
}

/** What the state before `slot` is, by those who signed it. */
export interface CheckpointMessage {
  readonly kind: "checkpoint";
  readonly slot: number;
  readonly digest: Digest;
  readonly signed: readonly Signed[];
}

/** Writes what follows slot and round; returns the length of the body. */
export function writeEvidence(body: Uint8Array, message: EvidenceMessage): number {
  body[6] = STATEMENT_KINDS.indexOf(message.first.statement.kind);
  body[7] = message.voter;
  let at = 8;
  for (const { statement, signature } of [message.first, message.second]) {
    const { validRound, digest } = statement;
    writeU16(body, at, validRound ?? NO_ROUND);
    body[at + 2] = digest === null ? 0 : 1;
    body.fill(0, at + 3, at + 3 + digestLength);
    if (digest !== null) writeDigest(body, at + 3, digest);
    body.set(signature, at + 3 + digestLength);
    at += HALF;
  }
  return at;
}

/** The evidence whose body starts at `at`; null when it is none. */
export function readEvidence(bytes: Uint8Array, at: number): EvidenceMessage | null {
  const kind = STATEMENT_KINDS[bytes[at + 6] as number];
  if (kind === undefined || at + 8 + 2 * HALF > bytes.length) return null;
  const slot = readU32(bytes, at);
  const round = readU16(bytes, at + 4);
  const voter = bytes[at + 7] as number;
  const half = (start: number): SignedStatement => {
    const validRound = readU16(bytes, start);
    const digest = bytes[start + 2] === 0 ? null : readDigest(bytes, start + 3, digestLength);
    const signatureAt = start + 3 + digestLength;
    return {
      statement: {
        kind,
        slot,
        round,
        validRound: validRound === NO_ROUND ? null : validRound,
        digest,
      },
      signature: bytes.slice(signatureAt, signatureAt + SIGNATURE_LENGTH),
    };
  };
  return { kind: "evidence", slot, round, voter, first: half(at + 8), second: half(at + 8 + HALF) };
}

/** Writes what follows the slot; returns the length of the body. */
export function writeCheckpoint(body: Uint8Array, { digest, signed }: CheckpointMessage): number {
  writeDigest(body, 4, digest);
  return writeSigned(body, 4 + digestLength, signed);
}

/** The checkpoint whose body starts at `at`; null when it is none. */
export function readCheckpoint(bytes: Uint8Array, at: number): CheckpointMessage | null {
  if (at + 4 + digestLength > bytes.length) return null;
  const signed = readSigned(bytes, at + 4 + digestLength);
  if (signed === null) return null;
  const digest = readDigest(bytes, at + 4, digestLength);
  return { kind: "checkpoint", slot: readU32(bytes, at), digest, signed };
}
