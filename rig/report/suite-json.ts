/**
 * `suite.json`, with a line for each run so that two can be compared by their lines, and the JSON
 * lines that a suite prints with `--json`.
 */

import { type SuiteEntry, type SuiteResult, type SuiteRun, totalsOf } from "./suite-result.ts";

export function suiteJson(result: SuiteResult): string {
  const { schema, partial, entries } = result;
  const totals = totalsOf(entries);
  return [
    "{",
    `  "schema": ${schema},`,
    `  "asExpected": ${isAsExpected(result)},`,
    `  "partial": ${JSON.stringify(partial)},`,
    `  "totals": ${JSON.stringify(totals)},`,
    '  "scenarios": [',
    entries.map(entryJson).join(",\n"),
    "  ]",
    "}",
    "",
  ].join("\n");
}

/** Every run was done, and came out as its scenario expects. */
export function isAsExpected({ partial, entries }: SuiteResult): boolean {
  return partial === null && totalsOf(entries).failed === 0;
}

function entryJson(entry: SuiteEntry): string {
  const { plan, runs, notRun, skipped } = entry;
  const lines = runs.map((run) => `        ${JSON.stringify(run)}`);
  return [
    "    {",
    `      "scenario": ${JSON.stringify(plan.scenario)},`,
    `      "plan": ${JSON.stringify(plan)},`,
    `      "totals": ${JSON.stringify(totalsOf([entry]))},`,
    `      "notRun": ${JSON.stringify(notRun)},`,
    ...(skipped === undefined ? [] : [`      "skipped": ${JSON.stringify(skipped)},`]),
    lines.length === 0 ? '      "runs": []' : `      "runs": [\n${lines.join(",\n")}\n      ]`,
    "    }",
  ].join("\n");
}

export function runLine({ plan }: Pick<SuiteEntry, "plan">, run: SuiteRun): string {
  const { scenario, nodes } = plan;
  return JSON.stringify({ type: "run", scenario, nodes, ...run });
}

export function summaryLine(result: SuiteResult, folder: string): string {
  const { schema, partial, entries } = result;
  const asExpected = isAsExpected(result);
  const totals = totalsOf(entries);
  return JSON.stringify({ type: "summary", schema, asExpected, partial, totals, folder });
}
