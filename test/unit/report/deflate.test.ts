/** What is deflated here comes back by Node's own zlib. */

import { inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflateRaw } from "../../../rig/report/deflate.ts";

function comesBack(bytes: Uint8Array): void {
  expect(Buffer.from(inflateRawSync(deflateRaw(bytes))).equals(bytes)).toBe(true);
}

describe("deflate", () => {
  it("brings back whatever bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), comesBack));
  });

  it("brings back what repeats itself, near and far, long and short", () => {
    const parts = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 700 })),
    );
    fc.assert(
      fc.property(parts, (pieces) => {
        comesBack(Uint8Array.from(pieces.flatMap(([of, length]) => Array(length).fill(of + 120))));
      }),
      { numRuns: 50 },
    );
    comesBack(Buffer.from(`${"abcdefgh".repeat(20)}${"x".repeat(40_000)}abcdefgh`));
  });

  it("makes a history a fifth of its size", () => {
    const rows = Array.from({ length: 5_000 }, (_, at) => [
      1,
      at % 2,
      at % 10,
      at * 977,
      "append 1",
    ]);
    const bytes = Buffer.from(JSON.stringify(rows));
    expect(deflateRaw(bytes).length).toBeLessThan(bytes.length / 4);
  });
});
