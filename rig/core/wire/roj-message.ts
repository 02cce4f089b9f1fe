/**
 * The messages of ROJ: type numbers and body layouts. docs/reference/wire.md shows the same tables
 * to people, roj-dbc.ts to other tools.
 */

import type { Signed } from "../auth/statement.ts";
import { type Digest, readDigest, writeDigest } from "./digest.ts";
import { CRASH_FORMAT, SIGNATURE_LENGTH, type WireFormat } from "./format.ts";
import { BODY_LENGTH_MAX, type Envelope, HEADER_LENGTH, type Header, TO_ALL } from "./header.ts";
import { CLASS, makeId } from "./identifier.ts";
import {
  type CheckpointMessage,
  type EvidenceMessage,
  readCheckpoint,
  readEvidence,
  writeCheckpoint,
  writeEvidence,
} from "./proof-message.ts";
import { readSigned, signedLength, writeSigned } from "./signed-list.ts";
import {
  type ChunkMessage,
  type FetchChunksMessage,
  readChunk,
  writeChunk,
} from "./snapshot-chunk.ts";
import { type Batch, readBatch, readU16, readU32, writeU16, writeU32 } from "./transaction.ts";

export const TYPE = {
  propose: 1,
  vote: 2,
  confirm: 3,
  commit: 4,
  pull: 5,
  voteSet: 6,
  value: 7,
  fetch: 8,
  decided: 9,
  status: 10,
  chunk: 11,
  fetchChunks: 12,
  evidence: 13,
  checkpoint: 14,
  request: 16,
  reply: 17,
  marker: 18,
} as const;

/** On the wire a round of 0xffff says "none". */
const NO_ROUND = 0xffff;

export type Phase = "vote" | "confirm";

/** Signatures are there in the signed profile only. */
export type RojMessage =
  | {
      readonly kind: "propose" | "value";
      readonly slot: number;
      readonly round: number;
      /** Round in which the batch was found valid; null for a new one. */
      readonly validRound: number | null;
      readonly batch: Batch;
      /** The proposer's, also where another node passes the proposal on. */
      readonly signature?: Uint8Array;
    }
  /** A null digest is a vote for nil. */
  | {
      readonly kind: Phase;
      readonly slot: number;
      readonly round: number;
      readonly digest: Digest | null;
      readonly signature?: Uint8Array;
    }
  | {
      readonly kind: "commit";
      readonly slot: number;
      readonly round: number;
      readonly digest: Digest;
      readonly voters: number;
    }
  /** Asks for what is missing of a round: voters as bits, and the batch. */
  | {
      readonly kind: "pull";
      readonly slot: number;
      readonly round: number;
      readonly votes: number;
      readonly confirms: number;
      readonly wantsValue: boolean;
    }
  /** Votes (or confirmations) of several nodes that the sender holds. */
  | {
      readonly kind: "vote-set";
      readonly phase: Phase;
      readonly slot: number;
      readonly round: number;
      readonly digest: Digest | null;
      readonly voters: number;
      readonly signed?: readonly Signed[];
    }
  | { readonly kind: "fetch"; readonly slot: number }
  | {
      readonly kind: "decided";
      readonly slot: number;
      readonly round: number;
      readonly voters: number;
      readonly batch: Batch;
      /** A quorum of confirmations. */
      readonly signed?: readonly Signed[];
    }
  /** The first slot that the sender has not decided. */
  | { readonly kind: "status"; readonly slot: number }
  | ChunkMessage
  | FetchChunksMessage;

export type RojMessageKind = RojMessage["kind"];

/** Messages of the signed profile alone. */
export type ProofMessage = EvidenceMessage | CheckpointMessage;
export type AnyRojMessage = RojMessage | ProofMessage;

/** Class and kind of each message's identifier. */
const PLACE = {
  propose: { type: TYPE.propose, class: CLASS.proposal, kind: 0 },
  vote: { type: TYPE.vote, class: CLASS.ack, kind: 0 },
  confirm: { type: TYPE.confirm, class: CLASS.ack, kind: 1 },
  commit: { type: TYPE.commit, class: CLASS.ack, kind: 2 },
  pull: { type: TYPE.pull, class: CLASS.repair, kind: 0 },
  "vote-set": { type: TYPE.voteSet, class: CLASS.repair, kind: 1 },
  value: { type: TYPE.value, class: CLASS.repair, kind: 2 },
  fetch: { type: TYPE.fetch, class: CLASS.repair, kind: 3 },
  decided: { type: TYPE.decided, class: CLASS.repair, kind: 4 },
  status: { type: TYPE.status, class: CLASS.repair, kind: 5 },
  chunk: { type: TYPE.chunk, class: CLASS.repair, kind: 6 },
  "fetch-chunks": { type: TYPE.fetchChunks, class: CLASS.repair, kind: 7 },
  evidence: { type: TYPE.evidence, class: CLASS.repair, kind: 8 },
  checkpoint: { type: TYPE.checkpoint, class: CLASS.repair, kind: 9 },
} as const satisfies Record<AnyRojMessage["kind"], { type: number; class: number; kind: number }>;

/** Flags in the header's count. */
const COUNT_NIL = 0;
const COUNT_VALUE = 1;
const COUNT_CONFIRM = 2;

export interface EncodedMessage {
  readonly envelope: Envelope;
  /** Scratch memory: valid until the next message is encoded. */
  readonly body: Uint8Array;
  readonly length: number;
}

/** Encodes messages into one preallocated body. */
export class RojEncoder {
  readonly #body = new Uint8Array(BODY_LENGTH_MAX);
  readonly #format: WireFormat;

  constructor(format: WireFormat = CRASH_FORMAT) {
    this.#format = format;
  }

  encode(message: AnyRojMessage, source: number, destination: number = TO_ALL): EncodedMessage {
    const place = PLACE[message.kind];
    const length = this.#writeBody(message);
    const envelope = {
      id: makeId(place.class, place.kind, source),
      type: place.type,
      count: countOf(message),
      destination,
    };
    return { envelope, body: this.#body, length };
  }

  #writeBody(message: AnyRojMessage): number {
    const body = this.#body;
    writeU32(body, 0, message.slot);
    if (message.kind === "fetch" || message.kind === "status") return 4;
    if (message.kind === "chunk") return writeChunk(body, message);
    if (message.kind === "checkpoint") return writeCheckpoint(body, message);
    if (message.kind === "fetch-chunks") {
      writeU32(body, 4, message.offset);
      return 8;
    }
    writeU16(body, 4, message.round);
    switch (message.kind) {
      case "propose":
      case "value":
        writeU16(body, 6, message.validRound ?? NO_ROUND);
        return writeSignature(body, writeBatch(body, 8, message.batch), message.signature);
      case "decided":
        writeU16(body, 6, message.voters);
        return writeSigned(body, writeBatch(body, 8, message.batch), message.signed);
      case "pull":
        writeU16(body, 6, message.votes);
        writeU16(body, 8, message.confirms);
        return 10;
      case "vote":
      case "confirm":
        return writeSignature(body, this.#writeDigest(6, message.digest), message.signature);
      case "commit":
      case "vote-set": {
        const end = this.#writeDigest(6, message.digest);
        writeU16(body, end, message.voters);
        return message.kind === "commit" ? end + 2 : writeSigned(body, end + 2, message.signed);
      }
      case "evidence":
        return writeEvidence(body, message);
    }
  }

  /** Zeros for nil. */
  #writeDigest(offset: number, digest: Digest | null): number {
    const end = offset + this.#format.digestLength;
    if (digest === null) this.#body.fill(0, offset, end);
    else writeDigest(this.#body, offset, digest);
    return end;
  }
}

/** Bytes of the largest batch that fits one Decided message with so many signatures. */
export function decidedBatchMax(signatures: number): number {
  return BODY_LENGTH_MAX - 8 - signedLength(signatures);
}

function writeBatch(body: Uint8Array, offset: number, batch: Batch): number {
  body.set(batch.bytes, offset);
  return offset + batch.bytes.length;
}

function writeSignature(body: Uint8Array, offset: number, signature?: Uint8Array): number {
  if (signature === undefined) return offset;
  body.set(signature, offset);
  return offset + signature.length;
}

function countOf(message: AnyRojMessage): number {
  switch (message.kind) {
    case "propose":
    case "value":
    case "decided":
      return message.batch.transactions.length;
    case "vote":
    case "confirm":
      return message.digest === null ? COUNT_NIL : COUNT_VALUE;
    case "vote-set":
      return (
        (message.digest === null ? COUNT_NIL : COUNT_VALUE) |
        (message.phase === "confirm" ? COUNT_CONFIRM : 0)
      );
    case "pull":
      return message.wantsValue ? COUNT_VALUE : 0;
    default:
      return 0;
  }
}

/** Bytes that each type needs behind the header before any batch, digest or signature. */
const BODY_MIN: Readonly<Record<number, number>> = {
  [TYPE.propose]: 8,
  [TYPE.vote]: 6,
  [TYPE.confirm]: 6,
  [TYPE.commit]: 8,
  [TYPE.pull]: 10,
  [TYPE.voteSet]: 8,
  [TYPE.value]: 8,
  [TYPE.fetch]: 4,
  [TYPE.decided]: 8,
  [TYPE.status]: 4,
  [TYPE.chunk]: 12,
  [TYPE.fetchChunks]: 8,
  [TYPE.evidence]: 8,
  [TYPE.checkpoint]: 4,
};

const HAS_DIGEST: ReadonlySet<number> = new Set([
  TYPE.vote,
  TYPE.confirm,
  TYPE.commit,
  TYPE.voteSet,
  TYPE.chunk,
]);

/** The message whose body starts at `HEADER_LENGTH` of `bytes`; null when it is none of ROJ's. */
export function decodeRojMessage(header: Header, bytes: Uint8Array): RojMessage | null;
export function decodeRojMessage(
  header: Header,
  bytes: Uint8Array,
  format: WireFormat,
): AnyRojMessage | null;
export function decodeRojMessage(
  header: Header,
  bytes: Uint8Array,
  format: WireFormat = CRASH_FORMAT,
): AnyRojMessage | null {
  const { type } = header;
  const least = BODY_MIN[type];
  if (least === undefined || header.protocol !== format.protocol) return null;
  const digests = HAS_DIGEST.has(type) ? format.digestLength : 0;
  if (bytes.length < HEADER_LENGTH + least + digests) return null;
  const slot = readU32(bytes, HEADER_LENGTH);
  if (type === TYPE.fetch) return { kind: "fetch", slot };
  if (type === TYPE.status) return { kind: "status", slot };
  if (type === TYPE.chunk) return readChunk(bytes, HEADER_LENGTH, format.digestLength);
  if (type === TYPE.fetchChunks) {
    return { kind: "fetch-chunks", slot, offset: readU32(bytes, HEADER_LENGTH + 4) };
  }
  if (type === TYPE.evidence || type === TYPE.checkpoint) {
    if (!format.isSigned) return null;
    const read = type === TYPE.evidence ? readEvidence : readCheckpoint;
    return read(bytes, HEADER_LENGTH);
  }
  const round = readU16(bytes, HEADER_LENGTH + 4);
  if (type === TYPE.pull) {
    return {
      kind: "pull",
      slot,
      round,
      votes: readU16(bytes, HEADER_LENGTH + 6),
      confirms: readU16(bytes, HEADER_LENGTH + 8),
      wantsValue: header.count === COUNT_VALUE,
    };
  }
  const body = { header, bytes, format };
  return decodeBatchMessage(body, slot, round) ?? decodeTally(body, slot, round);
}

interface EncodedBody {
  readonly header: Header;
  readonly bytes: Uint8Array;
  readonly format: WireFormat;
}

function decodeBatchMessage(
  { header, bytes, format }: EncodedBody,
  slot: number,
  round: number,
): RojMessage | null {
  const { type, count } = header;
  if (type !== TYPE.propose && type !== TYPE.value && type !== TYPE.decided) return null;
  const at = HEADER_LENGTH + 8;
  const batch = readBatch(bytes, at, count, format.digestOf);
  if (batch === null || count === 0) return null;
  const second = readU16(bytes, HEADER_LENGTH + 6);
  const end = at + batch.bytes.length;
  if (type === TYPE.decided) {
    const message = { kind: "decided", slot, round, voters: second, batch } as const;
    return format.isSigned ? withSigned(message, bytes, end) : message;
  }
  const kind = type === TYPE.propose ? "propose" : "value";
  const validRound = second === NO_ROUND ? null : second;
  const message = { kind, slot, round, validRound, batch } as const;
  return format.isSigned ? withSignature(message, bytes, end) : message;
}

function withSigned<M extends RojMessage>(message: M, bytes: Uint8Array, at: number) {
  const signed = readSigned(bytes, at);
  return signed === null ? null : { ...message, signed };
}

function withSignature<M extends RojMessage>(message: M, bytes: Uint8Array, at: number) {
  const end = at + SIGNATURE_LENGTH;
  return end > bytes.length ? null : { ...message, signature: bytes.slice(at, end) };
}

function decodeTally(
  { header, bytes, format }: EncodedBody,
  slot: number,
  round: number,
): RojMessage | null {
  const at = HEADER_LENGTH + 6;
  const end = at + format.digestLength;
  const digest = readDigest(bytes, at, format.digestLength);
  const digestOrNil = (header.count & COUNT_VALUE) === 0 ? null : digest;
  switch (header.type) {
    case TYPE.vote:
    case TYPE.confirm: {
      const kind = header.type === TYPE.vote ? "vote" : "confirm";
      const message = { kind, slot, round, digest: digestOrNil } as const;
      return format.isSigned ? withSignature(message, bytes, end) : message;
    }
    case TYPE.commit:
      return { kind: "commit", slot, round, digest, voters: readU16(bytes, end) };
    case TYPE.voteSet: {
      const phase = (header.count & COUNT_CONFIRM) === 0 ? "vote" : "confirm";
      const voters = readU16(bytes, end);
      const message = {
        kind: "vote-set",
        phase,
        slot,
        round,
        digest: digestOrNil,
        voters,
      } as const;
      return format.isSigned ? withSigned(message, bytes, end + 2) : message;
    }
    default:
      return null;
  }
}
