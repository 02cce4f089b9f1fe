/** Which frame is which: the fewest left over, found fast, and never a pair out of order. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignFrames } from "../../../rig/core/trace-diff/align-frames.ts";

function align(a: string, b: string) {
  return alignFrames(a.length, b.length, (x, y) => a[x] === b[y]);
}

/** Pairs as letters, equal ones once; what only one has is in brackets. */
function shown(a: string, b: string): string {
  const { pairs, missing, extra } = align(a, b);
  const changed = pairs.filter(({ isEqual }) => !isEqual);
  const words = changed.map(({ a: x, b: y }) => `${a[x]}>${b[y]}`);
  const lost = missing.map((x) => `-${a[x]}`);
  return [...words, ...lost, ...extra.map((y) => `+${b[y]}`)].join(" ");
}

describe("aligned frames", () => {
  it.each([
    ["abcd", "abcd", ""],
    ["abcd", "acd", "-b"],
    ["abcd", "abxcd", "+x"],
    ["abcd", "abxd", "c>x"],
    ["", "ab", "+a +b"],
    ["ab", "", "-a -b"],
    ["abcabcabc", "abcbcabxc", "-a +x"],
    ["abcdef", "xbcdyf", "a>x e>y"],
    ["aab", "aaab", "+a"],
  ])("of %s and %s", (a, b, expected) => {
    expect(shown(a, b)).toBe(expected);
  });

  it("leave out as few as a longest common subsequence does", () => {
    const words = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const { pairs, missing, extra, isByPosition } = align(a, b);
        const equal = pairs.filter(({ isEqual }) => isEqual);
        expect(isByPosition).toBe(false);
        expect(equal).toHaveLength(commonLength(a, b));
        expect(pairs.length + missing.length).toBe(a.length);
        expect(pairs.length + extra.length).toBe(b.length);
        const places = pairs.map((pair) => [pair.a, pair.b] as const);
        expect(places).toEqual([...places].sort(([x], [y]) => x - y));
        expect(places).toEqual([...places].sort(([, x], [, y]) => x - y));
        for (const pair of pairs) expect(a[pair.a] === b[pair.b]).toBe(pair.isEqual);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it("are paired by position where they have little in common", () => {
    const { pairs, missing, isByPosition } = alignFrames(
      5000,
      4000,
      (a, b) => a === 17 && b === 17,
    );
    expect([isByPosition, pairs.length, missing.length]).toEqual([true, 4000, 1000]);
    expect(pairs.filter(({ isEqual }) => isEqual)).toEqual([{ a: 17, b: 17, isEqual: true }]);
  });

  it("take no search where one has the beginning of the other", () => {
    let asked = 0;
    const { missing, isByPosition } = alignFrames(10_000, 5000, () => {
      asked++;
      return true;
    });
    expect([missing.length, isByPosition, asked]).toEqual([5000, false, 5000]);
  });
});

function commonLength(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let y = 0; y < b.length; y++) {
      const best = Math.max(next[y] ?? 0, row[y + 1] ?? 0);
      next.push(letter === b[y] ? (row[y] ?? 0) + 1 : best);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
