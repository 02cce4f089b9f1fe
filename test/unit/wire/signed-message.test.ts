/** Messages of the signed profile: what goes in comes out, and rubbish is taken for none of them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STATEMENT_KINDS } from "../../../rig/core/auth/statement.ts";
import { SIGNATURE_LENGTH, SIGNED_FORMAT } from "../../../rig/core/wire/format.ts";
import { BODY_LENGTH_MAX, HEADER_LENGTH, readHeader } from "../../../rig/core/wire/header.ts";
import {
  type AnyRojMessage,
  decidedBatchMax,
  decodeRojMessage,
  RojEncoder,
} from "../../../rig/core/wire/roj-message.ts";
import { signedLength } from "../../../rig/core/wire/signed-list.ts";
import { makeBatch } from "../../../rig/core/wire/transaction.ts";
import {
  anyLongDigest,
  anyTransaction,
  framesOf,
  nodeNumber,
  reassemble,
} from "../../support/roj-messages.ts";

const signature = fc.uint8Array({ minLength: SIGNATURE_LENGTH, maxLength: SIGNATURE_LENGTH });
const signed = fc.array(fc.record({ voter: nodeNumber, signature }), { maxLength: 10 });
const place = { slot: fc.nat({ max: 0xffff_ffff }), round: fc.nat({ max: 0xfffe }) };
const voters = fc.nat({ max: 0x3fff });
const digest = fc.option(anyLongDigest, { nil: null });
const batch = fc
  .array(anyTransaction, { minLength: 1, maxLength: 4 })
  .map((transactions) => makeBatch(transactions, SIGNED_FORMAT.digestOf));
const validRound = fc.option(place.round, { nil: null });

const evidence = fc
  .record({ ...place, voter: nodeNumber, kind: fc.constantFrom(...STATEMENT_KINDS) })
  .chain(({ slot, round, voter, kind }) => {
    const statement = fc.record({
      kind: fc.constant(kind),
      slot: fc.constant(slot),
      round: fc.constant(round),
      validRound,
      digest,
    });
    return fc.record({
      kind: fc.constant("evidence" as const),
      slot: fc.constant(slot),
      round: fc.constant(round),
      voter: fc.constant(voter),
      first: fc.record({ statement, signature }),
      second: fc.record({ statement, signature }),
    });
  });

const MESSAGES: Record<string, fc.Arbitrary<AnyRojMessage>> = {
  propose: fc.record({
    kind: fc.constantFrom("propose" as const, "value" as const),
    ...place,
    validRound,
    batch,
    signature,
  }),
  vote: fc.record({
    kind: fc.constantFrom("vote" as const, "confirm" as const),
    ...place,
    digest,
    signature,
  }),
  commit: fc.record({
    kind: fc.constant("commit" as const),
    ...place,
    digest: anyLongDigest,
    voters,
  }),
  "vote-set": fc.record({
    kind: fc.constant("vote-set" as const),
    phase: fc.constantFrom("vote" as const, "confirm" as const),
    ...place,
    digest,
    voters,
    signed,
  }),
  decided: fc.record({ kind: fc.constant("decided" as const), ...place, voters, batch, signed }),
  evidence,
  checkpoint: fc.record({
    kind: fc.constant("checkpoint" as const),
    slot: place.slot,
    digest: anyLongDigest,
    signed,
  }),
};

function decoded(message: AnyRojMessage): AnyRojMessage | null {
  const frames = framesOf(message, 3, { format: SIGNED_FORMAT });
  const whole = reassemble(frames);
  const [first] = frames;
  if (whole === null || first === undefined) throw new Error("the message is not whole");
  return decodeRojMessage(readHeader(first.data), whole, SIGNED_FORMAT);
}

describe("a signed message", () => {
  it.each(Object.keys(MESSAGES))("%s is read back as it was written", (kind) => {
    fc.assert(
      fc.property(MESSAGES[kind] as fc.Arbitrary<AnyRojMessage>, (message) => {
        expect(decoded(message)).toEqual(message);
      }),
    );
  });

  it("is none in the crash profile, and the other way round", () => {
    const vote = { kind: "vote", slot: 1, round: 0, digest: null } as const;
    const own = framesOf({ ...vote, signature: new Uint8Array(64) }, 1, { format: SIGNED_FORMAT });
    const data = own[0]?.data as Uint8Array;
    expect(decodeRojMessage(readHeader(data), data)).toBeNull();
    const crash = framesOf(vote, 1)[0]?.data as Uint8Array;
    expect(decodeRojMessage(readHeader(crash), crash, SIGNED_FORMAT)).toBeNull();
  });

  it("is made of no random bytes by throwing", () => {
    const bytes = fc.uint8Array({ minLength: HEADER_LENGTH, maxLength: 400 });
    fc.assert(
      fc.property(bytes, fc.nat({ max: 17 }), (random, type) => {
        const header = { ...readHeader(random), protocol: SIGNED_FORMAT.protocol, type };
        const message = decodeRojMessage(header, random, SIGNED_FORMAT);
        expect(message === null || typeof message.kind === "string").toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("with the largest batch and a quorum of 14 nodes just fits", () => {
    const quorum = 10;
    expect(8 + decidedBatchMax(quorum) + signedLength(quorum)).toBe(BODY_LENGTH_MAX);
    const all = Array.from({ length: 14 }, (_, voter) => ({
      voter,
      signature: new Uint8Array(SIGNATURE_LENGTH),
    }));
    const set = { kind: "vote-set", phase: "vote", slot: 1, round: 1, digest: null } as const;
    const message = { ...set, voters: 0x3fff, signed: all };
    expect(new RojEncoder(SIGNED_FORMAT).encode(message, 1).length).toBe(BODY_LENGTH_MAX);
  });
});
