/** Requests and replies, and who hears which identifiers. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AcceptanceTable } from "../../../rig/core/can/acceptance.ts";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import {
  decodeReply,
  encodeReply,
  LIST_LENGTH_MAX,
  replyEnvelope,
  requestEnvelope,
  STATUS,
  writeRequest,
} from "../../../rig/core/wire/client-message.ts";
import { FRAGMENT_LENGTH, HEADER_LENGTH } from "../../../rig/core/wire/header.ts";
import {
  CLASS,
  classOfId,
  HOST_FILTERS,
  makeId,
  NODE_FILTERS,
  RESIDENT_FILTERS,
  sourceOfId,
} from "../../../rig/core/wire/identifier.ts";
import { readTransaction } from "../../../rig/core/wire/transaction.ts";
import { anyReply, anyTransaction, framesOf, MESSAGES } from "../../support/roj-messages.ts";

const HOST = 14;

function framed(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + body.length);
  bytes.set(body, HEADER_LENGTH);
  return bytes;
}

describe("a request", () => {
  it("is read as it was written and fits one frame", () => {
    fc.assert(
      fc.property(anyTransaction, (transaction) => {
        const body = new Uint8Array(64);
        const length = writeRequest(body, transaction);
        expect(length).toBeLessThanOrEqual(FRAGMENT_LENGTH);
        expect(readTransaction(body, 0)).toEqual(transaction);
      }),
    );
  });
});

describe("a reply", () => {
  it("is read as it was written by whoever knows how many reads it answers", () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const bytes = framed(encodeReply(reply));
        const asked: [number, number][] = [];
        const decoded = decodeReply(bytes, (client, request) => {
          asked.push([client, request]);
          return reply.reads.length;
        });
        expect(decoded).toEqual(reply);
        expect(asked).toEqual([[reply.client, reply.request]]);
      }),
    );
  });

  it("that refuses has no lists", () => {
    const refusal = { client: 3, request: 9, status: STATUS.refused, reads: [] };
    expect(decodeReply(framed(encodeReply(refusal)), () => 4)).toEqual(refusal);
  });

  it("to a request that nobody waits for is none", () => {
    const reply = { client: 3, request: 9, status: STATUS.applied, reads: [[1]] };
    expect(decodeReply(framed(encodeReply(reply)), () => null)).toBeNull();
  });

  it("cut short in a list is none", () => {
    const reply = { client: 3, request: 9, status: STATUS.applied, reads: [[1, 2, 3]] };
    const bytes = framed(encodeReply(reply));
    expect(decodeReply(bytes.slice(0, -1), () => 1)).toBeNull();
    expect(decodeReply(bytes.slice(0, HEADER_LENGTH + 2), () => 1)).toBeNull();
    expect(decodeReply(bytes, () => 2)).toBeNull();
  });

  it("is never thrown at by random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 4 }), (bytes, reads) => {
        const decoded = decodeReply(bytes, () => reads);
        expect(decoded === null || decoded.reads.length <= reads).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("with the longest list fits one frame", () => {
    const list = Array.from({ length: LIST_LENGTH_MAX }, () => 0xffff);
    const body = encodeReply({ client: 1, request: 1, status: STATUS.applied, reads: [list] });
    expect(body.length).toBeLessThanOrEqual(FRAGMENT_LENGTH);
  });
});

describe("identifiers", () => {
  it("hold class and source", () => {
    const id = makeId(CLASS.repair, 3, 13);
    expect(id).toBe(0x63d);
    expect([classOfId(id), sourceOfId(id)]).toEqual([CLASS.repair, 13]);
  });

  it("are never shared by two kinds of message or two sources", () => {
    const ids = Array.from({ length: 14 }, (_, source) => source).flatMap((source) => [
      ...Object.values(MESSAGES).map((kind) => {
        const [message] = fc.sample<Parameters<typeof framesOf>[0]>(kind, { numRuns: 1, seed: 1 });
        return framesOf(message as Parameters<typeof framesOf>[0], source)[0]?.id;
      }),
      replyEnvelope(source, HOST).id,
    ]);
    const all = [...ids, requestEnvelope(HOST, 15).id];
    expect(new Set(all).size).toBe(all.length);
  });

  it("let votes win over proposals, and replies over requests and repair", () => {
    const [vote, proposal] = [makeId(CLASS.ack, 15, 15), makeId(CLASS.proposal, 0, 0)];
    expect(vote).toBeLessThan(proposal);
    expect(proposal).toBeLessThan(replyEnvelope(0, HOST).id);
    expect(replyEnvelope(13, HOST).id).toBeLessThan(requestEnvelope(HOST, 15).id);
    expect(requestEnvelope(HOST, 15).id).toBeLessThan(makeId(CLASS.repair, 0, 0));
  });

  it("of replies and markers reach the host, all others the nodes", () => {
    const table = new AcceptanceTable();
    table.set(0, NODE_FILTERS);
    table.set(1, RESIDENT_FILTERS);
    table.set(HOST, HOST_FILTERS);
    for (const each of Object.values(CLASS)) {
      const isForHost = each === CLASS.reply || each === CLASS.telemetry;
      const takers = table.acceptors(fdFrame(makeId(each, 0, 2), new Uint8Array(8)));
      expect((takers & 1) !== 0).toBe(!isForHost);
      expect((takers & 2) !== 0).toBe(each !== CLASS.telemetry);
      expect((takers & (1 << HOST)) !== 0).toBe(isForHost);
    }
  });
});
