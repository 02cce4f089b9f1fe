import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeNote } from "../../firmware-bridge/protocol/agent-history.ts";
import {
  type ClientRecord,
  decodeClientRecord,
  encodeClientRecord,
  isClientRecord,
} from "../../firmware-bridge/protocol/client-record.ts";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** The lines of docs/reference/control-line.md. */
const VECTORS: readonly (readonly [text: string, record: ClientRecord])[] = [
  [
    "80 00 00000000 00000000 e803000000000000",
    { kind: "boot", number: 0, process: 0, localNs: 1_000_000, value: null },
  ],
  [
    "81 02 01000000 01000000 d007000000000000 0103 0100 0020 1101 0160 ff",
    {
      kind: "invoke",
      number: 1,
      process: 1,
      localNs: 2_000_000,
      value: [
        ["append", 8192, 273],
        ["r", 8193, null],
      ],
      request: [769, 1],
    },
  ],
  [
    "82 02 02000000 01000000 b80b000000000000 0020 1101 0160 02 1101 2101",
    {
      kind: "ok",
      number: 2,
      process: 1,
      localNs: 3_000_000,
      value: [
        ["append", 8192, 273],
        ["r", 8193, [273, 289]],
      ],
    },
  ],
  [
    "84 11 04000000 01000000 a00f000000000000 02a0 1101",
    {
      kind: "info",
      number: 4,
      process: 1,
      localNs: 4_000_000,
      value: [["w", 8194, 273]],
      error: "timeout",
    },
  ],
];

describe("a record of the clients on a board", () => {
  it.each(VECTORS)("is %s", (text, record) => {
    expect(Buffer.from(encodeClientRecord(record))).toEqual(Buffer.from(bytes(text)));
    expect(decodeClientRecord(bytes(text))).toEqual(record);
    expect(decodeNote(bytes(text))).toBeNull();
  });

  it("reads as it was written, a register as one value", () => {
    for (const value of [7, []] as const) {
      const record = { kind: "ok", number: 1, process: 0, localNs: 0 } as const;
      const whole: ClientRecord = { ...record, value: [["r", 8192, value]] };
      expect(decodeClientRecord(encodeClientRecord(whole))).toEqual(whole);
    }
  });

  it("is none where bytes are missing or too many, whatever they are", () => {
    for (const [text] of VECTORS) {
      const whole = bytes(text);
      expect(decodeClientRecord(Uint8Array.of(...whole, 0))).toBeNull();
      for (let length = 0; length < whole.length; length++) {
        expect(decodeClientRecord(whole.slice(0, length))).toBeNull();
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 255 }), (body) => {
        const read = decodeClientRecord(body);
        expect(read === null || isClientRecord(body)).toBe(true);
      }),
    );
  });
});
