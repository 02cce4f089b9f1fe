/**
 * The messages of ROJ: type numbers and body layouts. docs/reference/wire.md shows the same tables
 * to people, roj-dbc.ts to other tools.
 */

import { type Digest, readDigest, writeDigest } from "./digest.ts";
import { BODY_LENGTH_MAX, type Envelope, HEADER_LENGTH, type Header, TO_ALL } from "./header.ts";
import { CLASS, makeId } from "./identifier.ts";
import {
  CHUNK_PREFIX,
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
  request: 16,
  reply: 17,
  marker: 18,
} as const;

/** On the wire a round of 0xffff says "none". */
const NO_ROUND = 0xffff;

export type Phase = "vote" | "confirm";

export type RojMessage =
  | {
      readonly kind: "propose" | "value";
      readonly slot: number;
      readonly round: number;
      /** Round in which the batch was found valid; null for a new one. */
      readonly validRound: number | null;
      readonly batch: Batch;
    }
  /** A null digest is a vote for nil. */
  | {
      readonly kind: Phase;
      readonly slot: number;
      readonly round: number;
      readonly digest: Digest | null;
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
    }
  | { readonly kind: "fetch"; readonly slot: number }
  | {
      readonly kind: "decided";
      readonly slot: number;
      readonly round: number;
      readonly voters: number;
      readonly batch: Batch;
    }
  /** The first slot that the sender has not decided. */
  | { readonly kind: "status"; readonly slot: number }
  | ChunkMessage
  | FetchChunksMessage;

export type RojMessageKind = RojMessage["kind"];

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
} as const satisfies Record<RojMessageKind, { type: number; class: number; kind: number }>;

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

  encode(message: RojMessage, source: number, destination: number = TO_ALL): EncodedMessage {
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

  #writeBody(message: RojMessage): number {
    const body = this.#body;
    writeU32(body, 0, message.slot);
    if (message.kind === "fetch" || message.kind === "status") return 4;
    if (message.kind === "chunk") return writeChunk(body, message);
    if (message.kind === "fetch-chunks") {
      writeU32(body, 4, message.offset);
      return 8;
    }
    writeU16(body, 4, message.round);
    switch (message.kind) {
      case "propose":
      case "value":
        writeU16(body, 6, message.validRound ?? NO_ROUND);
        return writeBatch(body, 8, message.batch);
      case "decided":
        writeU16(body, 6, message.voters);
        return writeBatch(body, 8, message.batch);
      case "pull":
        writeU16(body, 6, message.votes);
        writeU16(body, 8, message.confirms);
        return 10;
      case "vote":
      case "confirm":
        return writeDigestOrNil(body, 6, message.digest);
      case "commit":
      case "vote-set": {
        const end = writeDigestOrNil(body, 6, message.digest);
        writeU16(body, end, message.voters);
        return end + 2;
      }
    }
  }
}

function writeBatch(body: Uint8Array, offset: number, batch: Batch): number {
  body.set(batch.bytes, offset);
  return offset + batch.bytes.length;
}

function writeDigestOrNil(body: Uint8Array, offset: number, digest: Digest | null): number {
  if (digest === null) body.fill(0, offset, offset + 8);
  else writeDigest(body, offset, digest);
  return offset + 8;
}

function countOf(message: RojMessage): number {
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

/** Bytes that each type needs behind the header before any batch. */
const BODY_MIN: Readonly<Record<number, number>> = {
  [TYPE.propose]: 8,
  [TYPE.vote]: 14,
  [TYPE.confirm]: 14,
  [TYPE.commit]: 16,
  [TYPE.pull]: 10,
  [TYPE.voteSet]: 16,
  [TYPE.value]: 8,
  [TYPE.fetch]: 4,
  [TYPE.decided]: 8,
  [TYPE.status]: 4,
  [TYPE.chunk]: CHUNK_PREFIX,
  [TYPE.fetchChunks]: 8,
};

/** The message whose body starts at `HEADER_LENGTH` of `bytes`; null when it is none of ROJ's. */
export function decodeRojMessage(header: Header, bytes: Uint8Array): RojMessage | null {
  const least = BODY_MIN[header.type];
  if (least === undefined || bytes.length < HEADER_LENGTH + least) return null;
  const slot = readU32(bytes, HEADER_LENGTH);
  if (header.type === TYPE.fetch) return { kind: "fetch", slot };
  if (header.type === TYPE.status) return { kind: "status", slot };
  if (header.type === TYPE.chunk) return readChunk(bytes, HEADER_LENGTH);
  if (header.type === TYPE.fetchChunks) {
    return { kind: "fetch-chunks", slot, offset: readU32(bytes, HEADER_LENGTH + 4) };
  }
  const round = readU16(bytes, HEADER_LENGTH + 4);
  if (header.type === TYPE.pull) {
    return {
      kind: "pull",
      slot,
      round,
      votes: readU16(bytes, HEADER_LENGTH + 6),
      confirms: readU16(bytes, HEADER_LENGTH + 8),
      wantsValue: header.count === COUNT_VALUE,
    };
  }
  return decodeBatchMessage(header, bytes, slot, round) ?? decodeTally(header, bytes, slot, round);
}

function decodeBatchMessage(
  header: Header,
  bytes: Uint8Array,
  slot: number,
  round: number,
): RojMessage | null {
  const { type, count } = header;
  if (type !== TYPE.propose && type !== TYPE.value && type !== TYPE.decided) return null;
  const batch = readBatch(bytes, HEADER_LENGTH + 8, count);
  if (batch === null || count === 0) return null;
  const second = readU16(bytes, HEADER_LENGTH + 6);
  if (type === TYPE.decided) return { kind: "decided", slot, round, voters: second, batch };
  const kind = type === TYPE.propose ? "propose" : "value";
  return { kind, slot, round, validRound: second === NO_ROUND ? null : second, batch };
}

function decodeTally(
  header: Header,
  bytes: Uint8Array,
  slot: number,
  round: number,
): RojMessage | null {
  const digest = readDigest(bytes, HEADER_LENGTH + 6);
  const digestOrNil = (header.count & COUNT_VALUE) === 0 ? null : digest;
  switch (header.type) {
    case TYPE.vote:
      return { kind: "vote", slot, round, digest: digestOrNil };
    case TYPE.confirm:
      return { kind: "confirm", slot, round, digest: digestOrNil };
    case TYPE.commit:
      return { kind: "commit", slot, round, digest, voters: readU16(bytes, HEADER_LENGTH + 14) };
    case TYPE.voteSet: {
      const phase = (header.count & COUNT_CONFIRM) === 0 ? "vote" : "confirm";
      const voters = readU16(bytes, HEADER_LENGTH + 14);
      return { kind: "vote-set", phase, slot, round, digest: digestOrNil, voters };
    }
    default:
      return null;
  }
}
