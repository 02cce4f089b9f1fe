/**
 * JUnit XML of a suite: a test suite for each scenario, a test case for each seed. What was not
 * run is skipped; a run that the rig broke off is an error. Times are simulated and there is no
 * date, so that the same seeds give the same file.
 */

import { NS_PER_S } from "../core/time/time.ts";
import { escapeAttribute, escapeText } from "./escape.ts";
import {
  entryNames,
  type SuiteEntry,
  type SuitePlan,
  type SuiteResult,
  type SuiteRun,
  totalsOf,
} from "./suite-result.ts";
import { plural } from "./text.ts";

export interface SuiteJunitOptions {
  /** The command that repeats a run, without paths. */
  readonly repeat: (plan: SuitePlan, seed: number) => string;
}

export function suiteJunit(result: SuiteResult, options: SuiteJunitOptions): string {
  const { entries, partial } = result;
  const names = entryNames(entries);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "canfd-rig suite", ...figures(entries) })}>`,
    ...entries.flatMap((entry, index) => [
      `  <testsuite${attributes({ name: nameOf(entry), ...figures([entry]) })}>`,
      "    <properties>",
      ...propertiesOf(entry),
      "    </properties>",
      ...entry.runs.flatMap((run) => caseOf(entry, run, { name: names[index] ?? "", ...options })),
      ...entry.notRun.flatMap((seed) =>
        skippedCase(names[index] ?? "", seed, entry.skipped ?? partial),
      ),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function nameOf({ plan }: SuiteEntry): string {
  const { scenario, nodes, workload } = plan;
  return [scenario, plural(nodes, "node"), workload.kind ?? []].flat().join(", ");
}

function figures(entries: readonly SuiteEntry[]): Readonly<Record<string, string | number>> {
  const { runs, failed, notRun, outcomes, simulatedNs } = totalsOf(entries);
  const errors = outcomes.broken ?? 0;
  return {
    tests: runs + notRun,
    failures: failed - errors,
    errors,
    skipped: notRun,
    time: (simulatedNs / NS_PER_S).toFixed(3),
  };
}

function propertiesOf({ plan }: SuiteEntry): readonly string[] {
  const { scenario, nodes, protocol, level, workload, expectation } = plan;
  const { kind, operations } = workload;
  const work = kind === undefined ? { operations } : { workload: kind, operations };
  const values = { scenario, nodes, protocol, level, ...work };
  return Object.entries({ ...values, expectation: expectation.class }).map(
    ([name, value]) => `      <property${attributes({ name, value })}/>`,
  );
}

function caseOf(
  { plan }: SuiteEntry,
  run: SuiteRun,
  { name, repeat }: SuiteJunitOptions & { readonly name: string },
): readonly string[] {
  const head = `    <testcase${attributes({
    name: `seed ${run.seed}`,
    classname: `canfd-rig.${name}`,
    time: (run.durationNs / NS_PER_S).toFixed(3),
  })}`;
  if (run.asExpected) return [`${head}/>`];
  const element = run.outcome === "broken" ? "error" : "failure";
  const [first] = run.reasons.filter(({ outcome }) => outcome !== "valid");
  const type = run.outcome === "valid" ? "not-detected" : run.outcome;
  const message = first?.text ?? `the outcome is ${run.outcome}, not the expected one`;
  const text = [
    `expected: ${plan.expectation.class}: ${plan.expectation.why}`,
    ...run.reasons.map((reason) => `${reason.outcome}: ${reason.code}: ${reason.text}`),
    `repeat: ${repeat(plan, run.seed)}`,
  ].join("\n");
  return [
    `${head}>`,
    `      <${element}${attributes({ message, type })}>${escapeText(text)}</${element}>`,
    "    </testcase>",
  ];
}

function skippedCase(name: string, seed: number, partial: string | null): readonly string[] {
  const head = { name: `seed ${seed}`, classname: `canfd-rig.${name}`, time: "0.000" };
  return [
    `    <testcase${attributes(head)}>`,
    `      <skipped${attributes({ message: `not run: ${partial ?? "left out"}` })}/>`,
    "    </testcase>",
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(values);
  return pairs.map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`).join("");
}
