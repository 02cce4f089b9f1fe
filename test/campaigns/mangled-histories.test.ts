/**
 * A few hundred mangled histories; RIG_MANGLED_FILES says how many, RIG_MANGLED_SEED which ones.
 */

import { describe, expect, it } from "vitest";
import { mangleHistories } from "./mangled-histories.ts";

const FILES = Number(process.env["RIG_MANGLED_FILES"] ?? 400);
const SEED = Number(process.env["RIG_MANGLED_SEED"] ?? 1);
const MOST_MIB = 512;

describe("mangled histories", () => {
  it(`get an answer or an error of one line, in ${FILES} tries`, async () => {
    const report = await mangleHistories({ seed: SEED, files: FILES });
    expect(report.failures).toEqual([]);
    expect(report.grownMiB).toBeLessThan(MOST_MIB);
    // The files are spoilt, but not so that nothing is left to check.
    for (const answer of ["valid", "invalid", "unknown", "linted", "input.malformed"]) {
      expect(report.answers[answer], answer).toBeGreaterThan(0);
    }
    expect(report.answers["input.unreadable"]).toBeGreaterThan(0);
    if (FILES > 1000) process.stdout.write(`${JSON.stringify(report)}\n`);
  }, 3_600_000);
});
