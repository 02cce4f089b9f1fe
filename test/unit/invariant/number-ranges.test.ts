/** Ranges of numbers are what a set of them would be. */

import fc from "fast-check";
import { expect, it } from "vitest";
import { NumberRanges } from "../../../rig/core/invariant/number-ranges.ts";

it("is a set, in whatever order the numbers come", () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 });
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const [ranges, more, set] = [new NumberRanges(), new NumberRanges(), new Set<number>()];
      for (const number of some) {
        expect(ranges.add(number)).toBe(!set.has(number));
        set.add(number);
      }
      for (const number of others) more.add(number);
      ranges.addAll(more);
      for (const number of others) set.add(number);
      for (let number = 0; number <= 41; number++) {
        expect(ranges.has(number)).toBe(set.has(number));
      }
    }),
  );
});
