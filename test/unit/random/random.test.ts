/** Seeded numbers: the same everywhere, in bounds, and independent of each other by name. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../rig/core/random/random.ts";

const seeds = fc.nat({ max: 0xffff_ffff });

function draws(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.u32());
}

describe("a stream of random numbers", () => {
  it("is the same for the same seed and labels", () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.string(), { maxLength: 3 }), (seed, labels) => {
        expect(draws(Random.of(seed, ...labels), 20)).toEqual(
          draws(Random.of(seed, ...labels), 20),
        );
      }),
    );
  });

  it("starts as it always did: seeds in reports stay good", () => {
    expect(draws(Random.of(7, "workload"), 3)).toMatchInlineSnapshot(`
      [
        1161955696,
        3413042506,
        2657957118,
      ]
    `);
  });

  it("differs for other seeds and other labels", () => {
    const streams = [
      Random.of(1),
      Random.of(2),
      Random.of(1, "a"),
      Random.of(1, "b"),
      Random.of(1, "a", "b"),
      Random.of(1, "ab"),
      Random.of(1, "a", 1),
      Random.of(1, "a1"),
    ].map((random) => draws(random, 4).join(" "));
    expect(new Set(streams).size).toBe(streams.length);
  });

  it("does not shift when another stream is drawn from", () => {
    const alone = draws(Random.of(1, "clients"), 10);
    const [clients, faults] = [Random.of(1, "clients"), Random.of(1, "faults")];
    const together = alone.map(() => {
      faults.u32();
      return clients.u32();
    });
    expect(together).toEqual(alone);
  });

  it("keeps within its bounds", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), fc.nat(), (seed, bound, low) => {
        const random = Random.of(seed);
        for (let count = 0; count < 20; count++) {
          const below = random.below(bound);
          expect(Number.isInteger(below) && below >= 0 && below < bound).toBe(true);
          const between = random.between(low, low + 3);
          expect(between >= low && between <= low + 3).toBe(true);
        }
      }),
    );
  });

  it("draws every value about equally often", () => {
    const random = Random.of(3, "even");
    const counts = new Array<number>(10).fill(0);
    for (let count = 0; count < 100_000; count++) {
      const value = random.below(10);
      counts[value] = (counts[value] as number) + 1;
    }
    // Five standard deviations of a binomial around 10,000.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });

  it("takes a chance as often as it says", () => {
    const random = Random.of(3, "chance");
    let taken = 0;
    for (let count = 0; count < 100_000; count++) if (random.chance(1, 20)) taken++;
    expect(Math.abs(taken - 5_000)).toBeLessThan(345);
    expect(random.chance(0, 10)).toBe(false);
    expect(random.chance(10, 10)).toBe(true);
  });
});
