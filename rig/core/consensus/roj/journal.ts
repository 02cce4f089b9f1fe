/**
 * The records that a ROJ node makes durable: its votes and confirmations (a confirmation of a
 * batch carries the batch, for it is the lock), what was decided, and snapshots of the state,
 * before which everything else may go. Restoring reads them back.
 */

import type { Signed } from "../../auth/statement.ts";
import { type Digest, readDigest, writeDigest } from "../../wire/digest.ts";
import { CRASH_FORMAT, type WireFormat } from "../../wire/format.ts";
import { readSigned, signedLength, writeSigned } from "../../wire/signed-list.ts";
import {
  type Batch,
  readBatch,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from "../../wire/transaction.ts";

export type JournalRecord =
  | {
      readonly kind: "vote";
      readonly slot: number;
      readonly round: number;
      readonly digest: Digest | null;
    }
  /** A confirmation; with a batch it is the lock, with the votes for it where they are signed. */
  | {
      readonly kind: "confirm";
      readonly slot: number;
      readonly round: number;
      readonly batch: Batch | null;
      readonly signed?: readonly Signed[];
    }
  | {
      readonly kind: "decided";
      readonly slot: number;
      readonly round: number;
      readonly voters: number;
      readonly batch: Batch;
      readonly signed?: readonly Signed[];
    }
  /** The state after all slots below `slot`. */
  | { readonly kind: "snapshot"; readonly slot: number; readonly state: Uint8Array };

const CODE = { vote: 1, confirm: 2, decided: 3, snapshot: 4 } as const;

/** code u8, transactions u8, slot u32, round u16, voters u16. */
const PREFIX = 10;

export function encodeRecord(record: JournalRecord): Uint8Array {
  if (record.kind === "snapshot") return encodeSnapshot(record.slot, record.state);
  const batch = record.kind === "vote" ? null : record.batch;
  const bytes = new Uint8Array(PREFIX + tailLength(record));
  bytes[0] = CODE[record.kind];
  bytes[1] = batch?.transactions.length ?? 0;
  writeU32(bytes, 2, record.slot);
  writeU16(bytes, 6, record.round);
  writeU16(bytes, 8, record.kind === "decided" ? record.voters : 0);
  if (batch !== null) {
    bytes.set(batch.bytes, PREFIX);
    if (record.kind !== "vote") writeSigned(bytes, PREFIX + batch.bytes.length, record.signed);
  } else if (record.kind === "vote" && record.digest !== null) {
    writeDigest(bytes, PREFIX, record.digest);
  }
  return bytes;
}

function tailLength(record: Exclude<JournalRecord, { kind: "snapshot" }>): number {
  if (record.kind === "vote") return (record.digest?.length ?? 0) / 2;
  const { batch, signed } = record;
  if (batch === null) return 0;
  if (signed === undefined) return batch.bytes.length;
  return batch.bytes.length + signedLength(signed.length);
}

function encodeSnapshot(slot: number, state: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX + state.length);
  bytes[0] = CODE.snapshot;
  writeU32(bytes, 2, slot);
  bytes.set(state, PREFIX);
  return bytes;
}

/** Null when the bytes are no record of this node's. */
export function decodeRecord(
  bytes: Uint8Array,
  format: WireFormat = CRASH_FORMAT,
): JournalRecord | null {
  if (bytes.length < PREFIX) return null;
  const slot = readU32(bytes, 2);
  const round = readU16(bytes, 6);
  if (bytes[0] === CODE.vote) {
    const { digestLength } = format;
    const digest = bytes.length === PREFIX ? null : readDigest(bytes, PREFIX, digestLength);
    return { kind: "vote", slot, round, digest };
  }
  if (bytes[0] === CODE.snapshot) return { kind: "snapshot", slot, state: bytes.subarray(PREFIX) };
  const count = bytes[1] as number;
  const batch = count === 0 ? null : readBatch(bytes, PREFIX, count, format.digestOf);
  const signed = format.isSigned && batch !== null ? readSigned(bytes, endOf(batch)) : null;
  const proof = signed === null ? {} : { signed };
  if (bytes[0] === CODE.confirm) return { kind: "confirm", slot, round, batch, ...proof };
  if (bytes[0] !== CODE.decided || batch === null) return null;
  return { kind: "decided", slot, round, voters: readU16(bytes, 8), batch, ...proof };
}

function endOf(batch: Batch): number {
  return PREFIX + batch.bytes.length;
}
