/**
 * JUnit XML as CI servers accept it: a test suite for each run, a test case for the verdict and
 * for each thing that it rests on. What a must-detect run found is what it was made to find, and
 * so no failure; that it found nothing is one. Unknown is a failure of type `unknown`. Times are
 * of the run itself and there is no date, so that the same run gives the same file.
 */

import { NS_PER_S } from "../core/time/time.ts";
import type { Outcome, Reason } from "../core/verdict/outcome.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { escapeAttribute, escapeText } from "./escape.ts";
import { plural } from "./text.ts";
import {
  checkWords,
  expectationWords,
  unusualWorkload,
  verdictRemark,
  verdictWords,
} from "./words.ts";

/** A run that came to a result, or one that broke before it had one. */
export type JunitRun =
  | { readonly result: RunResult }
  | {
      readonly scenario: string;
      readonly seed: number;
      /** Code and text of the error. */
      readonly code: string;
      readonly message: string;
    };

export interface Problem {
  readonly element: "failure" | "error" | "skipped";
  readonly type: string;
  readonly message: string;
  readonly text?: string;
}

export interface TestCase {
  readonly name: string;
  readonly problem?: Problem;
  /** What was found, of a case that passed. */
  readonly output?: string;
}

export interface Suite {
  readonly name: string;
  readonly className: string;
  readonly seconds: string;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly cases: readonly TestCase[];
}

export function junitXml(runs: readonly JunitRun[]): string {
  return suitesXml(runs.map((run) => ("result" in run ? suiteOf(run.result) : brokenSuite(run))));
}

/** Of whatever was tested. */
export function suitesXml(suites: readonly Suite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  const seconds = suites.reduce((sum, suite) => sum + Number(suite.seconds), 0).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "canfd-rig", ...totals(cases), time: seconds })}>`,
    ...suites.flatMap(suiteLines),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(result: RunResult): Suite {
  const { scenario, seed, nodes, protocol, level } = result;
  const work = unusualWorkload(result);
  return {
    name: `${scenario}, ${plural(nodes, "node")}, seed ${seed}`,
    // Unique in a batch of many seeds and sizes: CI servers tell cases apart by it.
    className: ["canfd-rig", scenario, `${nodes}-nodes`, ...work, `seed-${seed}`].join("."),
    seconds: (result.durationNs / NS_PER_S).toFixed(3),
    properties: {
      scenario,
      seed,
      nodes,
      protocol,
      level,
      ...Object.fromEntries(work.map((name) => ["workload", name])),
      outcome: result.outcome,
      expectation: result.expectation.class,
    },
    cases: [
      verdictCase(result),
      ...reasonCases(result),
      checkCase(result),
      ...invariantCases(result),
      ...result.assertions.map(({ name, text, holds }) =>
        holds
          ? passed(`assertion: ${name}`, text)
          : failed(`assertion: ${name}`, "assertion", text),
      ),
      ...teardownCase(result),
    ],
  };
}

function brokenSuite({ scenario, seed, code, message }: Exclude<JunitRun, { result: RunResult }>) {
  const problem: Problem = { element: "error", type: code, message };
  return {
    name: `${scenario}, seed ${seed}`,
    className: `canfd-rig.${scenario}.seed-${seed}`,
    seconds: "0.000",
    properties: { scenario, seed },
    cases: [{ name: "verdict", problem }],
  };
}

function passed(name: string, output: string): TestCase {
  return { name, output };
}

function failed(name: string, type: string, message: string, text?: string): TestCase {
  return {
    name,
    problem: { element: "failure", type, message, ...(text === undefined ? {} : { text }) },
  };
}

function verdictCase(result: RunResult): TestCase {
  const { outcome, asExpected, partial, expectation, reasons } = result;
  const words = verdictWords(result);
  const details = [
    `expected: ${expectationWords(result)}: ${expectation.why}`,
    ...(partial === null ? [] : [`partial record: ${partial}`]),
    ...reasons.map((reason) => `${reason.outcome}: ${reason.text}`),
  ].join("\n");
  if (asExpected) return passed("verdict", `${words}\n${details}`);
  if (outcome === "not-run") {
    return { name: "verdict", problem: { element: "skipped", type: "not-run", message: words } };
  }
  const type = outcome === "valid" ? "not-detected" : outcome;
  return failed("verdict", type, verdictRemark(result) ?? words, details);
}

/** One case for each code, so that the names stay the same from run to run. */
function reasonCases(result: RunResult): readonly TestCase[] {
  const byCode = new Map<string, Reason[]>();
  for (const reason of result.reasons) {
    byCode.set(reason.code, [...(byCode.get(reason.code) ?? []), reason]);
  }
  return [...byCode].map(([code, reasons]) => {
    const text = reasons.map((reason) => reason.text).join("\n");
    const worst = reasons.find(({ outcome }) => outcome !== "valid");
    return finding(result, { name: `reason: ${code}`, outcome: worst?.outcome ?? "valid", text });
  });
}

/**
 * Of a run that came out as expected nothing fails: what is wrong had to be found, and what could
 * not be decided did not matter.
 */
function finding(
  { asExpected }: RunResult,
  { name, outcome, text }: { name: string; outcome: Outcome; text: string },
): TestCase {
  if (outcome === "valid") return passed(name, text);
  if (asExpected && outcome === "invalid") return passed(name, `found, as expected:\n${text}`);
  if (asExpected || outcome === "not-run") {
    return { name, problem: { element: "skipped", type: outcome, message: firstLine(text) } };
  }
  return failed(name, outcome, firstLine(text), text);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function checkCase(result: RunResult): TestCase {
  const { check } = result;
  const outcome = check.valid === true ? "valid" : check.valid === false ? "invalid" : "unknown";
  const text = [
    checkWords(check),
    ...check.anomalies.map((anomaly) => `${anomaly.type}: ${anomaly.text}`),
  ].join("\n");
  return finding(result, { name: `consistency: ${check.consistency}`, outcome, text });
}

function invariantCases(result: RunResult): readonly TestCase[] {
  return result.invariants.map(({ name, checked, violations }) => {
    const title = `invariant: ${name}`;
    if (violations.length > 0) {
      return finding(result, { name: title, outcome: "invalid", text: violations.join("\n") });
    }
    if (checked === 0) {
      return finding(result, { name: title, outcome: "not-run", text: "checked nothing" });
    }
    return passed(title, `held, checked ${checked} times`);
  });
}

function teardownCase({ teardown }: RunResult): readonly TestCase[] {
  if (teardown.length === 0) return [];
  const broken = teardown.filter(({ ok }) => !ok);
  const text = (broken.length > 0 ? broken : teardown)
    .map(({ step, detail }) => (detail === undefined ? step : `${step}: ${detail}`))
    .join("\n");
  if (broken.length === 0) return [passed("teardown", text)];
  return [failed("teardown", "teardown", `${broken.length} of ${teardown.length} failed`, text)];
}

function totals(cases: readonly TestCase[]) {
  const count = (element: Problem["element"]) =>
    cases.filter(({ problem }) => problem?.element === element).length;
  return {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  };
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(values);
  return pairs.map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`).join("");
}

function suiteLines({ name, className, seconds, properties, cases }: Suite): readonly string[] {
  return [
    `  <testsuite${attributes({ name, ...totals(cases), time: seconds })}>`,
    "    <properties>",
    ...Object.entries(properties).map(
      ([property, value]) => `      <property${attributes({ name: property, value })}/>`,
    ),
    "    </properties>",
    ...cases.flatMap((testCase, at) =>
      // A run is one stretch of time; its first case has it all, so that sums come out right.
      caseLines(testCase, { classname: className, time: at === 0 ? seconds : "0.000" }),
    ),
    "  </testsuite>",
  ];
}

function caseLines(
  { name, problem, output }: TestCase,
  common: { readonly classname: string; readonly time: string },
): readonly string[] {
  const head = `    <testcase${attributes({ name, ...common })}`;
  if (problem !== undefined) {
    const { element, type, message, text } = problem;
    const isSkipped = element === "skipped";
    const values = attributes(isSkipped ? { message } : { message, type });
    const body = text === undefined ? "/>" : `>${escapeText(text)}</${element}>`;
    return [`${head}>`, `      <${element}${values}${body}`, "    </testcase>"];
  }
  if (output === undefined) return [`${head}/>`];
  return [`${head}>`, `      <system-out>${escapeText(output)}</system-out>`, "    </testcase>"];
}
