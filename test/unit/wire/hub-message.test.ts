/** The stream between node processes and the hub: what goes in comes out, whatever the pieces. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeHubMessage,
  type HubMessage,
  HubMessageReader,
} from "../../../rig/core/wire/hub-message.ts";

const token = fc.integer({ min: 0, max: 0xffff_ffff });
const frame = fc
  .record({ extended: fc.boolean(), fd: fc.boolean(), flags: fc.tuple(fc.boolean(), fc.boolean()) })
  .chain(({ extended, fd, flags: [brs, esi] }) => {
    const lengths = fd ? [0, 1, 8, 12, 16, 20, 24, 32, 48, 64] : [0, 1, 7, 8];
    const id = fc.integer({ min: 0, max: extended ? 0x1fff_ffff : 0x7ff });
    const data = fc
      .constantFrom(...lengths)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    const rest = { extended, fd, brs: fd && brs, esi: fd && esi, remote: false, error: false };
    return fc.record({ id, data }).map((parts) => ({ ...rest, ...parts }));
  });
const message: fc.Arbitrary<HubMessage> = fc.oneof(
  fc.record({ kind: fc.constant("hello" as const), version: fc.nat(255), node: fc.nat(13) }),
  fc.record({ kind: fc.constant("send" as const), token, frame }),
  fc.record({ kind: fc.constant("frame" as const), frame }),
  fc.record({ kind: fc.constantFrom("transmitted" as const, "aborted" as const), token }),
);

function read(...pieces: readonly Uint8Array[]): HubMessage[] {
  const reader = new HubMessageReader();
  const messages: HubMessage[] = [];
  for (const piece of pieces) reader.feed(piece, (each) => messages.push(each));
  return messages;
}

describe("hub messages", () => {
  it("have the bytes of the reference", () => {
    const data = Uint8Array.of(0xaa, 0xbb);
    const fd = { extended: false, fd: true, brs: true, esi: false, remote: false, error: false };
    const bytes = encodeHubMessage({ kind: "send", token: 7, frame: { ...fd, id: 0x123, data } });
    expect([...bytes]).toEqual([12, 0, 2, 7, 0, 0, 0, 6, 0x23, 1, 0, 0, 0xaa, 0xbb]);
    expect([...encodeHubMessage({ kind: "hello", version: 1, node: 3 })]).toEqual([3, 0, 1, 1, 3]);
  });

  it("come out as they went in, cut anywhere", () => {
    fc.assert(
      fc.property(
        fc.array(message),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (all, cuts) => {
          const bytes = Uint8Array.from(all.flatMap((each) => [...encodeHubMessage(each)]));
          const pieces: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; ) {
            const length = cuts.next().value;
            pieces.push(bytes.subarray(at, at + length));
            at += length;
          }
          expect(read(...pieces)).toEqual(all);
        },
      ),
    );
  });

  it.each([
    [[0, 0, 1], "hub stream, byte 0: found a length of 0, expected 1 to 74"],
    [[3, 0, 1, 1, 3, 2, 0, 9, 0], "hub stream, byte 5: found type 9 with 1 bytes"],
    [[7, 0, 3, 2, 0, 8, 0, 0, 1], "found identifier 0x800, which has too many bits"],
    [[15, 0, 3, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "9 bytes of data, which no DLC can say"],
  ])("%j are refused", (bytes, text) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(text);
  });

  it("never fail in another way, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "input.malformed" });
        }
      }),
    );
  });
});
