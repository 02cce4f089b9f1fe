/** Transactions, batches and their digest, as bytes and back. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf, readDigest, writeDigest } from "../../../rig/core/wire/digest.ts";
import {
  MICRO_OPS_MAX,
  makeBatch,
  OPCODE,
  readBatch,
  readTransaction,
  transactionLength,
  writeTransaction,
} from "../../../rig/core/wire/transaction.ts";
import { anAppend, anyBatch, anyDigest, anyTransaction } from "../../support/roj-messages.ts";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("a transaction", () => {
  it("is read as it was written, at any place", () => {
    fc.assert(
      fc.property(anyTransaction, fc.nat({ max: 10 }), (transaction, offset) => {
        const bytes = new Uint8Array(64).fill(0xee);
        const end = writeTransaction(bytes, offset, transaction);
        expect(end).toBe(offset + transactionLength(transaction));
        expect(bytes[end]).toBe(0xee);
        expect(readTransaction(bytes, offset)).toEqual(transaction);
      }),
    );
  });

  it("cut short is none", () => {
    fc.assert(
      fc.property(anyTransaction, fc.nat(), (transaction, cut) => {
        const bytes = new Uint8Array(transactionLength(transaction));
        writeTransaction(bytes, 0, transaction);
        expect(readTransaction(bytes.slice(0, cut % bytes.length), 0)).toBeNull();
      }),
    );
  });

  it("of an unknown operation or too many is none", () => {
    const bytes = new Uint8Array(64);
    writeTransaction(bytes, 0, {
      client: 1,
      request: 1,
      microOps: [{ opcode: OPCODE.write + 1, key: 1, value: 0 }],
    });
    expect(readTransaction(bytes, 0)).toBeNull();
    const many = anAppend(1, 1);
    bytes.fill(0);
    writeTransaction(bytes, 0, many);
    bytes[3] = MICRO_OPS_MAX + 1;
    expect(readTransaction(bytes, 0)).toBeNull();
  });
});

describe("a batch", () => {
  it("is read as it was made, with the same digest, whatever padding follows", () => {
    fc.assert(
      fc.property(anyBatch, fc.nat({ max: 20 }), (batch, padding) => {
        const bytes = new Uint8Array(batch.bytes.length + padding);
        bytes.set(batch.bytes);
        expect(readBatch(bytes, 0, batch.transactions.length)).toEqual(batch);
      }),
    );
  });

  it("with more transactions than bytes is none", () => {
    const batch = makeBatch([anAppend(1, 1)]);
    expect(readBatch(batch.bytes, 0, 2)).toBeNull();
  });

  it("has another digest when anything in it changes", () => {
    const digests = [
      makeBatch([anAppend(1, 1)]),
      makeBatch([anAppend(2, 1)]),
      makeBatch([anAppend(1, 2)]),
      makeBatch([anAppend(1, 1), anAppend(2, 1)]),
      makeBatch([anAppend(2, 1), anAppend(1, 1)]),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe("a digest", () => {
  // Published test vectors of FNV-1a with 64 bits.
  it.each([
    ["", "cbf29ce484222325"],
    ["a", "af63dc4c8601ec8c"],
    ["foobar", "85944171f73967e8"],
  ])("of %j is %s", (text, digest) => {
    expect(digestOf(bytesOf(text))).toBe(digest);
  });

  it("equals what big integers come to", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        let hash = 0xcbf29ce484222325n;
        for (const byte of bytes) {
          hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
        }
        expect(digestOf(bytes)).toBe(hash.toString(16).padStart(16, "0"));
      }),
    );
  });

  it("is read as it was written", () => {
    fc.assert(
      fc.property(anyDigest, (digest) => {
        const bytes = new Uint8Array(12);
        writeDigest(bytes, 2, digest);
        expect(readDigest(bytes, 2)).toBe(digest);
      }),
    );
  });
});
