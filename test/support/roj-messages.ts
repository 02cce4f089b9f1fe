/**
 * Arbitrary messages, transactions and replies of the wire format, and frames made of them: what
 * tests of the format draw from.
 */

import fc from "fast-check";
import type { CanFrame } from "../../rig/core/can/frame.ts";
import { type ClientReply, STATUS } from "../../rig/core/wire/client-message.ts";
import type { Digest } from "../../rig/core/wire/digest.ts";
import { CRASH_FORMAT, type WireFormat } from "../../rig/core/wire/format.ts";
import { FrameMaker, readHeader } from "../../rig/core/wire/header.ts";
import { sourceOfId } from "../../rig/core/wire/identifier.ts";
import { Reassembler } from "../../rig/core/wire/reassembly.ts";
import {
  type AnyRojMessage,
  RojEncoder,
  type RojMessage,
  type RojMessageKind,
} from "../../rig/core/wire/roj-message.ts";
import { CHUNK_LENGTH, chunkAt } from "../../rig/core/wire/snapshot-chunk.ts";
import {
  BATCH_MAX,
  type Batch,
  KEY_MAX,
  MICRO_OPS_MAX,
  makeBatch,
  OPCODE,
  type Transaction,
} from "../../rig/core/wire/transaction.ts";

const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffff_ffff });
/** The highest round on the wire says "none". */
const round = fc.nat({ max: 0xfffe });
export const nodeNumber = fc.nat({ max: 13 });

const microOp = fc.oneof(
  fc.record({
    opcode: fc.constantFrom(OPCODE.append, OPCODE.write),
    key: fc.nat({ max: KEY_MAX }),
    value: u32,
  }),
  fc.record({
    opcode: fc.constant(OPCODE.read),
    key: fc.nat({ max: KEY_MAX }),
    value: fc.constant(0),
  }),
);

/** Owner and slot. */
const anyClient = fc.nat({ max: 0x1fff });

export const anyTransaction: fc.Arbitrary<Transaction> = fc.record({
  client: anyClient,
  request: u16,
  microOps: fc.array(microOp, { minLength: 1, maxLength: MICRO_OPS_MAX }),
});

export const anyBatch: fc.Arbitrary<Batch> = fc
  .array(anyTransaction, { minLength: 1, maxLength: BATCH_MAX })
  .map((transactions) => makeBatch(transactions));

export const anyDigest: fc.Arbitrary<Digest> = digestOfLength(8);
/** As the signed profile has them. */
export const anyLongDigest: fc.Arbitrary<Digest> = digestOfLength(16);

function digestOfLength(length: number): fc.Arbitrary<Digest> {
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}

const digestOrNil = fc.option(anyDigest, { nil: null });

/** Messages by kind, so that a test can go through all of them. */
export const MESSAGES = {
  propose: proposal("propose"),
  value: proposal("value"),
  vote: tally("vote"),
  confirm: tally("confirm"),
  commit: fc.record({
    kind: fc.constant("commit" as const),
    slot: u32,
    round,
    digest: anyDigest,
    voters: u16,
  }),
  pull: fc.record({
    kind: fc.constant("pull" as const),
    slot: u32,
    round,
    votes: u16,
    confirms: u16,
    wantsValue: fc.boolean(),
  }),
  "vote-set": fc.record({
    kind: fc.constant("vote-set" as const),
    phase: fc.constantFrom("vote" as const, "confirm" as const),
    slot: u32,
    round,
    digest: digestOrNil,
    voters: u16,
  }),
  fetch: fc.record({ kind: fc.constant("fetch" as const), slot: u32 }),
  decided: fc.record({
    kind: fc.constant("decided" as const),
    slot: u32,
    round,
    voters: u16,
    batch: anyBatch,
  }),
  status: fc.record({ kind: fc.constant("status" as const), slot: u32 }),
  chunk: fc
    .record({
      slot: u32,
      digest: anyDigest,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 3 * CHUNK_LENGTH }),
      index: fc.nat({ max: 2 }),
    })
    .map(({ index, ...snapshot }) => {
      const last = Math.floor((snapshot.bytes.length - 1) / CHUNK_LENGTH);
      return chunkAt(snapshot, CHUNK_LENGTH * Math.min(index, last));
    }),
  "fetch-chunks": fc.record({
    kind: fc.constant("fetch-chunks" as const),
    slot: u32,
    offset: u32,
  }),
} satisfies Record<RojMessageKind, fc.Arbitrary<RojMessage>>;

export const MESSAGE_KINDS = Object.keys(MESSAGES) as readonly RojMessageKind[];
export const anyMessage: fc.Arbitrary<RojMessage> = fc.oneof(...Object.values(MESSAGES));

function proposal(kind: "propose" | "value") {
  return fc.record({
    kind: fc.constant(kind),
    slot: u32,
    round,
    validRound: fc.option(round, { nil: null }),
    batch: anyBatch,
  });
}

function tally(kind: "vote" | "confirm") {
  return fc.record({ kind: fc.constant(kind), slot: u32, round, digest: digestOrNil });
}

/** Replies that applied something, with one list for each read. */
export const anyReply: fc.Arbitrary<ClientReply> = fc.record({
  client: anyClient,
  request: u16,
  status: fc.constant(STATUS.applied),
  reads: fc.array(fc.array(u16, { maxLength: 24 }), { maxLength: MICRO_OPS_MAX }),
});

/** A transaction that appends `value` to `key`. */
export function anAppend(client: number, request: number, key = 1, value = request): Transaction {
  return { client, request, microOps: [{ opcode: OPCODE.append, key, value }] };
}

/** A transaction that reads the keys. */
export function aRead(client: number, request: number, ...keys: readonly number[]): Transaction {
  const microOps = keys.map((key) => ({ opcode: OPCODE.read, key, value: 0 }));
  return { client, request, microOps };
}

/** The frames of one message, numbered from link sequence 0. */
export function framesOf(
  message: AnyRojMessage,
  source: number,
  options: {
    readonly destination?: number;
    readonly boot?: number;
    readonly format?: WireFormat;
  } = {},
): CanFrame[] {
  const { destination, boot = 1, format = CRASH_FORMAT } = options;
  const { envelope, body, length } = new RojEncoder(format).encode(message, source, destination);
  const frames: CanFrame[] = [];
  const maker = new FrameMaker(boot, format.protocol);
  maker.frames(envelope, body, length, (frame) => frames.push(frame));
  return frames;
}

/** What a receiver makes of the frames: the whole message's bytes, or null if it never has it. */
export function reassemble(
  frames: readonly CanFrame[],
  reassembler = new Reassembler(),
): Uint8Array | null {
  let whole: Uint8Array | null = null;
  for (const frame of frames) {
    whole ??= reassembler.add(sourceOfId(frame.id), readHeader(frame.data), frame.data);
  }
  return whole;
}
