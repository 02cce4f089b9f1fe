/** What a node makes durable is read back as it was, and rubbish is not taken for a record. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeRecord,
  encodeRecord,
  type JournalRecord,
} from "../../../rig/core/consensus/roj/journal.ts";
import { anyBatch, anyDigest } from "../../support/roj-messages.ts";

const place = { slot: fc.nat({ max: 0xffff_ffff }), round: fc.nat({ max: 0xfffe }) };

const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({
    kind: fc.constant("vote" as const),
    ...place,
    digest: fc.option(anyDigest, { nil: null }),
  }),
  fc.record({
    kind: fc.constant("confirm" as const),
    ...place,
    batch: fc.option(anyBatch, { nil: null }),
  }),
  fc.record({
    kind: fc.constant("decided" as const),
    ...place,
    voters: fc.nat({ max: 0xffff }),
    batch: anyBatch,
  }),
);

describe("a journal record", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeRecord(encodeRecord(record))).toEqual(record);
      }),
    );
  });

  it("is not made of random bytes by throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const record = decodeRecord(bytes);
        const kinds = ["vote", "confirm", "decided", "snapshot"];
        expect(record === null || kinds.includes(record.kind)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("cut short in its head is none", () => {
    const bytes = encodeRecord({ kind: "vote", slot: 1, round: 2, digest: null });
    expect(decodeRecord(bytes.slice(0, -1))).toBeNull();
  });

  it("of a kind that nobody wrote is none", () => {
    const bytes = encodeRecord({ kind: "vote", slot: 1, round: 2, digest: null });
    bytes[0] = 9;
    expect(decodeRecord(bytes)).toBeNull();
  });
});
