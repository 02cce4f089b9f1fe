/** What a suite says of runs that break, or that had to be detected: exit code, JUnit, table. */

import { describe, expect, it } from "vitest";
import { exitOfRun } from "../../rig/cli/exit.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { OutcomeCounts } from "../../rig/core/verdict/run-result.ts";
import { PLAIN_STYLE } from "../../rig/report/style.ts";
import { isAsExpected, suiteJson } from "../../rig/report/suite-json.ts";
import { suiteJunit } from "../../rig/report/suite-junit.ts";
import { brokenRun, type SuiteResult, type SuiteRun } from "../../rig/report/suite-result.ts";
import { suiteText } from "../../rig/report/suite-text.ts";
import { elementsOf } from "../support/xml.ts";

const { seed: _, ...PLAN } = makePlan({ scenario: "happy", seed: 0 });
const COUNTS: OutcomeCounts = { issued: 120, ok: 119, fail: 0, info: 1 };

function aRun(seed: number, change: Partial<SuiteRun> = {}): SuiteRun {
  const usual = { seed, outcome: "valid", asExpected: true, counts: COUNTS, reasons: [] } as const;
  return { ...usual, durationNs: 1e9, ...change };
}

function aResult(runs: readonly SuiteRun[], notRun: readonly number[] = []): SuiteResult {
  const partial = notRun.length === 0 ? null : "interrupted by SIGINT";
  return { schema: 1, partial, entries: [{ plan: PLAN, runs, notRun }] };
}

const junit = (result: SuiteResult) => suiteJunit(result, { repeat: () => "rig run <again>" });

describe("the exit code of a run", () => {
  const exit = (outcome: "valid" | "invalid" | "unknown", asExpected: boolean, must = false) =>
    exitOfRun({
      outcome,
      asExpected,
      expectation: { class: must ? "must-detect" : "tolerate" },
    });

  it("is 0 when it came out as expected, also when that is invalid", () => {
    expect([exit("valid", true), exit("invalid", true, true)]).toEqual([0, 0]);
  });

  it("is 1 when something had to be found and nothing fired", () => {
    expect([exit("valid", false, true), exit("unknown", false, true)]).toEqual([1, 1]);
  });

  it("is that of the outcome otherwise", () => {
    expect([exit("invalid", false), exit("unknown", false)]).toEqual([1, 2]);
  });
});

describe("the JUnit XML of a suite", () => {
  it("makes a run that broke an error, and one that was not run skipped", () => {
    const broken = brokenRun(2, "rig.internal", 'a "broken" <promise> & more');
    const elements = elementsOf(junit(aResult([aRun(1), broken], [3])));
    expect(elements[0]?.attributes).toMatchObject({ tests: "3", failures: "0", errors: "1" });
    expect(elements.find(({ name }) => name === "error")?.attributes).toEqual({
      message: 'a "broken" <promise> & more',
      type: "broken",
    });
    expect(elements.find(({ name }) => name === "skipped")?.attributes["message"]).toBe(
      "not run: interrupted by SIGINT",
    );
  });

  it("tells one scenario at two sizes apart", () => {
    const [entry] = aResult([aRun(1)]).entries;
    const twice = [entry, entry].flatMap((each) => each ?? []);
    const elements = elementsOf(junit({ schema: 1, partial: null, entries: twice }));
    const names = elements.filter(({ name }) => name === "testcase");
    expect(names.map(({ attributes }) => attributes["classname"])).toEqual([
      "canfd-rig.happy.3-nodes",
      "canfd-rig.happy.3-nodes.2",
    ]);
  });
});

describe("the result of a suite", () => {
  it("is as expected only when every run was done and came out so", () => {
    const failed = aRun(2, { outcome: "invalid", asExpected: false });
    expect(isAsExpected(aResult([aRun(1)]))).toBe(true);
    expect(isAsExpected(aResult([aRun(1), failed]))).toBe(false);
    expect(isAsExpected(aResult([aRun(1)], [2]))).toBe(false);
  });

  it("is JSON with a line for each run", () => {
    const text = suiteJson(aResult([aRun(1), aRun(2)], [3]));
    expect(JSON.parse(text)).toMatchObject({
      totals: { runs: 2, asExpected: 2, failed: 0, notRun: 1, operations: 240 },
      scenarios: [{ scenario: "happy", notRun: [3], runs: [{ seed: 1 }, { seed: 2 }] }],
    });
    expect(text.split("\n").filter((line) => line.includes('{"seed":'))).toHaveLength(2);
  });

  it("is shown as a table with sums, and with the first failures only", () => {
    const runs = Array.from({ length: 30 }, (_each, index) =>
      aRun(index + 1, index < 14 ? { outcome: "invalid", asExpected: false } : {}),
    );
    const failures = runs.slice(0, 14).map(({ seed, outcome }) => ({
      scenario: "happy",
      seed,
      outcome,
      why: "the history is not strict-serializable",
      repeat: `rig run --seed ${seed}`,
      record: null,
    }));
    const options = { folder: "f", width: 80, style: PLAIN_STYLE, failures };
    const lines = suiteText(aResult(runs), options).split("\n");
    expect(lines[0]).toBe("NOT AS EXPECTED   suite: 1 scenario, 30 runs");
    expect(lines[3]).toMatch(
      /^happy \(3\) +1 to 30 +16 of 30 +16 valid, 14 invalid +3,600 +30\.0 s/,
    );
    expect(lines[3]).toMatch(/ 1, 2, 3, 4 and 10 more$/);
    expect(lines[4]).toMatch(/^total +30 +16 of 30 .* 14$/);
    expect(lines.filter((line) => line.startsWith("INVALID"))).toHaveLength(10);
    expect(lines).toContain("and 4 more failures: see suite.json");
  });
});
