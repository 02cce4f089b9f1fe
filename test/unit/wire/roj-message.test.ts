/**
 * The messages of ROJ survive the wire: what was encoded is decoded, also across fragments, and
 * bytes that are no message are refused instead of believed or thrown at.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { padFdLength } from "../../../rig/core/can/dlc.ts";
import { HEADER_LENGTH, readHeader } from "../../../rig/core/wire/header.ts";
import { messageName } from "../../../rig/core/wire/message-name.ts";
import { decodeRojMessage, type RojMessage, TYPE } from "../../../rig/core/wire/roj-message.ts";
import {
  anyBatch,
  anyMessage,
  framesOf,
  MESSAGE_KINDS,
  MESSAGES,
  nodeNumber,
  reassemble,
} from "../../support/roj-messages.ts";

/** What a node makes of the message after it has crossed the bus. */
function acrossTheBus(message: RojMessage, source: number): RojMessage | null {
  const frames = framesOf(message, source);
  const whole = reassemble(frames);
  const [first] = frames;
  if (whole === null || first === undefined) return null;
  return decodeRojMessage(readHeader(first.data), whole);
}

describe("a ROJ message", () => {
  it.each(MESSAGE_KINDS)("of kind %s is the same on the other side of the bus", (kind) => {
    fc.assert(
      fc.property(MESSAGES[kind] as fc.Arbitrary<RojMessage>, nodeNumber, (message, source) => {
        expect(acrossTheBus(message, source)).toEqual(message);
      }),
    );
  });

  it("fits sixteen fragments even with the largest batch", () => {
    const largest = fc.sample(anyBatch, { numRuns: 200, seed: 1 });
    for (const batch of largest) {
      const message = { kind: "decided", slot: 1, round: 2, voters: 7, batch } as const;
      expect(framesOf(message, 0).length).toBeLessThanOrEqual(16);
    }
  });

  it("cut short anywhere is none, or one that says less than it did", () => {
    fc.assert(
      fc.property(anyMessage, fc.nat({ max: 63 }), (message, cut) => {
        const [frame] = framesOf(message, 1);
        if (frame === undefined) throw new Error("a message has a frame at least");
        const header = readHeader(frame.data);
        const bytes = frame.data.slice(0, Math.max(HEADER_LENGTH, cut));
        const decoded = decodeRojMessage(header, bytes);
        // Padding may go without harm; nothing else may.
        if (decoded !== null && header.lastFragment === 0) expect(decoded).toEqual(message);
      }),
    );
  });

  it("is never thrown at by random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: HEADER_LENGTH, maxLength: 64 }), (bytes) => {
        const decoded = decodeRojMessage(readHeader(bytes), bytes);
        expect(decoded === null || MESSAGE_KINDS.includes(decoded.kind)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["propose", "value", "decided"] as const)("of kind %s needs a transaction", (kind) => {
    const [message] = fc.sample(MESSAGES[kind] as fc.Arbitrary<RojMessage>, {
      numRuns: 1,
      seed: 2,
    });
    const [frame] = framesOf(message as RojMessage, 1);
    const header = readHeader((frame as { data: Uint8Array }).data);
    const bytes = reassemble(framesOf(message as RojMessage, 1)) as Uint8Array;
    expect(decodeRojMessage({ ...header, count: 0 }, bytes)).toBeNull();
  });

  it("of an unknown type is none of ours", () => {
    const bytes = new Uint8Array(64);
    const known: readonly number[] = Object.values(TYPE);
    for (let type = 0; type < 32; type++) {
      if (known.includes(type)) continue;
      const header = { ...readHeader(bytes), type };
      expect(decodeRojMessage(header, bytes)).toBeNull();
    }
  });

  it("tells nil from a digest of zeros", () => {
    const base = { kind: "vote", slot: 1, round: 0 } as const;
    const zeros = { ...base, digest: "0".repeat(16) };
    expect(acrossTheBus({ ...base, digest: null }, 0)).toEqual({ ...base, digest: null });
    expect(acrossTheBus(zeros, 0)).toEqual(zeros);
  });

  it("keeps to lengths that a frame can have", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        for (const { data } of framesOf(message, 2)) {
          expect(padFdLength(data.length)).toBe(data.length);
        }
      }),
    );
  });
});

describe("a message type", () => {
  it("has a name that reports can show, and an unknown one its number", () => {
    const names = Object.values(TYPE).map(messageName);
    expect(new Set(names).size).toBe(names.length);
    expect(messageName(TYPE.propose)).toBe("Propose");
    expect(messageName(30)).toBe("Type30");
  });
});
