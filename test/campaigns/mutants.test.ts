/**
 * Each planted bug is seen by its own detector: in its scenario within 500 seeds, in the swarm
 * within 2,000. RIG_MUTANT_TRIALS says how often each is looked for, from seed to seed; without
 * it, only the seeds that are known to show it are run.
 */

import { describe, expect, it } from "vitest";
import { isCaught, MUTANTS, type Mutant, scenarioPlan, swarmCatches } from "../support/mutants.ts";

const TRIALS = Number(process.env["RIG_MUTANT_TRIALS"] ?? 0);
const ONLY = process.env["RIG_MUTANT"];
const chosen = MUTANTS.filter(({ name }) => ONLY === undefined || ONLY === name);

/** Seeds that it took, one trial after the other; a trial that takes more than `most` is the last. */
function seedsTaken(catches: (seed: number) => boolean, most: number): readonly number[] {
  const taken: number[] = [];
  let seed = 1;
  while (taken.length < TRIALS) {
    const from = seed;
    while (!catches(seed++)) if (seed - from > most) return [...taken, Number.POSITIVE_INFINITY];
    taken.push(seed - from);
  }
  return taken;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function trials(): void {
  it.each(chosen)(
    "$name",
    (mutant: Mutant) => {
      const scenario = seedsTaken((seed) => isCaught(mutant, scenarioPlan(mutant, seed)), 500);
      const swarm = seedsTaken((seed) => swarmCatches(mutant, seed), 2_000);
      const { name, detector, scenario: where } = mutant;
      const row = [
        name,
        detector,
        where,
        medianOf(scenario),
        scenario[0],
        medianOf(swarm),
        swarm[0],
      ];
      process.stdout.write(`| ${row.join(" | ")} |\n`);
      expect(Math.max(...scenario)).toBeLessThanOrEqual(500);
      expect(Math.max(...swarm)).toBeLessThanOrEqual(2_000);
    },
    36_000_000,
  );
}

if (TRIALS > 0) describe(`${TRIALS} trials for each planted bug`, trials);

describe("a planted bug", () => {
  it.each(MUTANTS)("is seen in a scenario and in the swarm: $name", (mutant: Mutant) => {
    const { known } = mutant;
    expect(isCaught(mutant, scenarioPlan(mutant, known.scenario))).toBe(true);
    expect(swarmCatches(mutant, known.swarm)).toBe(true);
  });

  it.each(MUTANTS)("is all that its detector sees: $name", (mutant: Mutant) => {
    const { rules: _rules, wrap: _wrap, write: _write, ...sound } = mutant;
    expect(isCaught(sound, scenarioPlan(mutant, mutant.known.scenario))).toBe(false);
  });
});
