/** Results of assertions, as text for people and as JUnit for CI servers. */

import type { AssertionResult } from "../../core/assert/asserter.ts";
import type { Place } from "../../core/assert/assertion.ts";
import { type Problem, suitesXml, type TestCase } from "../junit.ts";
import { durationText, plural, printable } from "../text.ts";

export interface AssertReport {
  /** Of the file of assertions. */
  readonly name: string;
  /** What was looked at: a file, or interfaces. */
  readonly subject: string;
  readonly results: readonly AssertionResult[];
  readonly frames: number;
  /** `line` or `offset`; null on a live bus. */
  readonly unit: string | null;
}

const WORDS = { valid: "ok", invalid: "FAILED", unknown: "unknown" } as const;

export function assertText({ results, subject, frames, unit }: AssertReport): string {
  const lines = results.map((result) => {
    const { outcome, name, pattern, text } = result;
    const where = placeText(result.first, unit);
    return `${WORDS[outcome].padEnd(8)}${printable(name)}: ${pattern}: ${text}${where}\n`;
  });
  const count = (outcome: AssertionResult["outcome"]) =>
    results.filter((result) => result.outcome === outcome).length;
  const sums = `${count("valid")} hold, ${count("invalid")} failed, ${count("unknown")} unknown`;
  return `${lines.join("")}\n${subject}: ${plural(frames, "frame")}: ${sums}\n`;
}

function placeText(first: Place | null, unit: string | null): string {
  if (first === null) return "";
  const time = first.timeNs === null ? "" : `at ${durationText(first.timeNs)}`;
  const at = unit === null || first.at === 0 ? "" : `${unit} ${first.at}`;
  return ` (first ${[time, at].filter((part) => part !== "").join(", ")})`;
}

/** A test case for each assertion; unknown is a failure of type `unknown`. */
export function assertJunit({ name, subject, results, unit }: AssertReport): string {
  const cases = results.map((result): TestCase => {
    const text = `${result.pattern}: ${result.text}`;
    if (result.outcome === "valid") return { name: result.name, output: text };
    const message = `${text}${placeText(result.first, unit)}`;
    const problem: Problem = { element: "failure", type: result.outcome, message };
    return { name: result.name, problem };
  });
  const className = `canfd-rig.assert.${name.replace(/[^\w.-]+/g, "-")}`;
  return suitesXml([{ name, className, seconds: "0.000", properties: { subject }, cases }]);
}
