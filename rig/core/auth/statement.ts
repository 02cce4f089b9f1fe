/**
 * What a node signs: that it proposed, voted, confirmed, or vouched for a state, in one place.
 * Messages carry the signature beside their own fields; the signed bytes are made from those
 * again, so that a signature fits one statement of one node and nothing else.
 */

import { type Digest, writeDigest } from "../wire/digest.ts";
import { writeU16, writeU32 } from "../wire/transaction.ts";

export const STATEMENT_KINDS = ["propose", "vote", "confirm", "checkpoint"] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

export interface Statement {
  readonly kind: StatementKind;
  readonly slot: number;
  /** 0 for a checkpoint. */
  readonly round: number;
  /** Of a proposal; null for a new batch, and for everything else. */
  readonly validRound: number | null;
  /** Null for nil. */
  readonly digest: Digest | null;
}

/** A node's signature, beside the number of the node. */
export interface Signed {
  readonly voter: number;
  readonly signature: Uint8Array;
}

/** `rig`, version 1: no signature made for anything else fits. */
const DOMAIN = [0x72, 0x69, 0x67, 1];
const DIGEST_LENGTH = 16;
const LENGTH = 15 + DIGEST_LENGTH;

/** Domain 4, node u8, kind u8, slot u32, round u16, valid round u16, says-something u8, digest. */
export function statementBytes(node: number, statement: Statement): Uint8Array {
  const bytes = new Uint8Array(LENGTH);
  const { kind, slot, round, validRound, digest } = statement;
  bytes.set(DOMAIN);
  bytes[4] = node;
  bytes[5] = STATEMENT_KINDS.indexOf(kind);
  writeU32(bytes, 6, slot);
  writeU16(bytes, 10, round);
  writeU16(bytes, 12, validRound ?? 0xffff);
  bytes[14] = digest === null ? 0 : 1;
  if (digest !== null) writeDigest(bytes, 15, digest);
  return bytes;
}

/** Whether two statements of one node are about one thing, of which it may say only one. */
export function isSamePlace(a: Statement, b: Statement): boolean {
  return a.kind === b.kind && a.slot === b.slot && a.round === b.round;
}

export function isSameStatement(a: Statement, b: Statement): boolean {
  return isSamePlace(a, b) && a.digest === b.digest && a.validRound === b.validRound;
}
