/**
 * The DBC of our own frames against the encoder: frames decoded by the file, with a reader that
 * knows nothing of our layouts, give back the fields that went in.
 */

import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import {
  encodeReply,
  replyEnvelope,
  requestEnvelope,
  writeRequest,
} from "../../../rig/core/wire/client-message.ts";
import { FrameMaker } from "../../../rig/core/wire/header.ts";
import { markerEnvelope, writeMarker } from "../../../rig/core/wire/marker.ts";
import { rojDbc } from "../../../rig/core/wire/roj-dbc.ts";
import { type RojMessage, TYPE } from "../../../rig/core/wire/roj-message.ts";
import type { Transaction } from "../../../rig/core/wire/transaction.ts";
import { type DbcMessage, decodeSignals, readDbc } from "../../support/dbc.ts";
import {
  anyReply,
  anyTransaction,
  framesOf,
  MESSAGE_KINDS,
  MESSAGES,
  nodeNumber,
} from "../../support/roj-messages.ts";

const FILE = path.join(import.meta.dirname, "../../../docs/reference/roj.dbc");
const TEXT = rojDbc();
const DBC = readDbc(TEXT);
const HOST = 14;

function messageOf(frame: CanFrame): DbcMessage {
  const message = DBC.get(frame.id);
  if (message === undefined) throw new Error(`no message for identifier ${frame.id}`);
  return message;
}

function decode(frame: CanFrame): Record<string, number> {
  return decodeSignals(messageOf(frame), frame.data);
}

function digestSignals(digest: string | null): Record<string, number> {
  const text = digest ?? "0".repeat(16);
  return {
    DigestHigh: Number.parseInt(text.slice(0, 8), 16),
    DigestLow: Number.parseInt(text.slice(8), 16),
  };
}

function transactionSignals(transaction: Transaction): Record<string, number> {
  const { client, request, microOps } = transaction;
  const first = microOps[0] as Transaction["microOps"][number];
  return {
    Client: client & 255,
    Owner: client >>> 8,
    Request: request,
    MicroOps: microOps.length,
    FirstOpcode: first.opcode,
    FirstKey: first.key,
    FirstValue: first.value,
  };
}

/** The signals of the body that a message should decode to. */
function signalsOf(message: RojMessage): Record<string, number> {
  const { slot: Slot } = message;
  if (message.kind === "fetch" || message.kind === "status") return { Slot };
  if (message.kind === "fetch-chunks") return { Slot, Offset: message.offset };
  if (message.kind === "chunk") {
    const { total: Total, offset: Offset, digest } = message;
    return { Slot, Total, Offset, ...digestSignals(digest) };
  }
  const base = { Slot, Round: message.round };
  switch (message.kind) {
    case "vote":
    case "confirm":
      return { ...base, ...digestSignals(message.digest) };
    case "commit":
    case "vote-set":
      return { ...base, ...digestSignals(message.digest), Voters: message.voters };
    case "pull":
      return { ...base, Votes: message.votes, Confirms: message.confirms };
    case "decided":
      return {
        ...base,
        Voters: message.voters,
        ...transactionSignals(message.batch.transactions[0] as Transaction),
      };
    default:
      return {
        ...base,
        ValidRound: message.validRound ?? 0xffff,
        ...transactionSignals(message.batch.transactions[0] as Transaction),
      };
  }
}

describe("the DBC of our frames", () => {
  it("is what stands in the reference", async () => {
    await expect(TEXT).toMatchFileSnapshot(FILE);
  });

  it.each(MESSAGE_KINDS)("decodes %s frames to the fields that went in", (kind) => {
    fc.assert(
      fc.property(
        MESSAGES[kind] as fc.Arbitrary<RojMessage>,
        nodeNumber,
        fc.nat({ max: 15 }),
        fc.nat({ max: 255 }),
        (message, source, destination, boot) => {
          const frames = framesOf(message, source, { destination, boot });
          const decoded = frames.map(decode);
          const [first] = decoded;
          expect(first).toMatchObject({ Protocol: 1, ...signalsOf(message) });
          decoded.forEach((signals, index) => {
            expect(signals).toMatchObject({
              Destination: destination,
              Boot: boot,
              Sequence: index,
              Fragment: index,
              LastFragment: frames.length - 1,
            });
          });
        },
      ),
    );
  });

  it("decodes requests", () => {
    fc.assert(
      fc.property(anyTransaction, (transaction) => {
        const body = new Uint8Array(64);
        const length = writeRequest(body, transaction);
        const frames: CanFrame[] = [];
        new FrameMaker(1).frames(requestEnvelope(HOST, 15), body, length, (f) => frames.push(f));
        expect(decode(frames[0] as CanFrame)).toMatchObject({
          Type: TYPE.request,
          ...transactionSignals(transaction),
        });
      }),
    );
  });

  it("decodes replies", () => {
    fc.assert(
      fc.property(anyReply, nodeNumber, (reply, source) => {
        const body = encodeReply(reply);
        const frames: CanFrame[] = [];
        const envelope = replyEnvelope(source, HOST);
        new FrameMaker(1).frames(envelope, body, body.length, (frame) => frames.push(frame));
        const { client, request: Request, status: Status } = reply;
        const fields = { Client: client & 255, Owner: client >>> 8, Request, Status };
        expect(decode(frames[0] as CanFrame)).toMatchObject(fields);
      }),
    );
  });

  it("decodes markers", () => {
    const body = new Uint8Array(8);
    const frames: CanFrame[] = [];
    const length = writeMarker(body, 3, 70_000);
    const maker = new FrameMaker(258);
    maker.frames(markerEnvelope(5, "ok"), body, length, (frame) => frames.push(frame));
    const fields = { Type: TYPE.marker, Boot: 2, Count: 2, Process: 3, Record: 70_000 };
    expect(decode(frames[0] as CanFrame)).toMatchObject(fields);
  });

  it("says of continuations what the header says and no more", () => {
    const [message] = fc.sample(
      MESSAGES.propose.filter(({ batch }) => batch.bytes.length > 58),
      { numRuns: 1, seed: 1 },
    );
    const [, second] = framesOf(message as RojMessage, 3);
    expect(decode(second as CanFrame)).not.toHaveProperty("Slot");
  });

  it("has a message for each kind and node, and one for the host's requests", () => {
    expect(DBC.size).toBe(15 * 14 + 1);
    for (const { id, sender } of DBC.values()) {
      expect(sender).toBe((id & 15) === HOST ? "Host" : `Node${id & 15}`);
    }
  });

  it("has no signals that overlap or go beyond the message", () => {
    for (const message of DBC.values()) {
      const used = new Set<number>();
      for (const { start, length, isBigEndian } of message.signals) {
        const low = isBigEndian ? start - 7 : start;
        for (let bit = low; bit < low + length; bit++) {
          expect(used.has(bit)).toBe(false);
          used.add(bit);
          expect(bit).toBeLessThan(8 * message.length);
        }
      }
    }
  });

  it("declares every message as CAN FD with a base identifier", () => {
    const declared = [...TEXT.matchAll(/^BA_ "VFrameFormat" BO_ (\d+) 14;$/gm)];
    expect(declared.map(([, id]) => Number(id)).sort()).toEqual([...DBC.keys()].sort());
    const formats = /BA_DEF_ BO_ "VFrameFormat" ENUM (.*);/.exec(TEXT)?.[1]?.split(",") ?? [];
    expect(formats[14]).toBe('"StandardCAN_FD"');
  });
});
