/** A suite in Markdown, for the page of a job: the verdict, the table, and the failures. */

import { isAsExpected } from "./suite-json.ts";
import { type SuiteResult, totalsOf } from "./suite-result.ts";
import { type SuiteFailure, suiteTable } from "./suite-text.ts";
import { plural } from "./text.ts";

const FAILURES_SHOWN = 20;

export function suiteMarkdown(result: SuiteResult, failures: readonly SuiteFailure[]): string {
  const { head, rows, total } = suiteTable(result.entries);
  const { runs, notRun, failed } = totalsOf(result.entries);
  const words = failed > 0 ? "not as expected" : isAsExpected(result) ? "as expected" : "partial";
  const shown = failures.slice(0, FAILURES_SHOWN);
  const more = failures.length - shown.length;
  const lines = [
    `## canfd-rig suite: ${words}`,
    "",
    `${plural(result.entries.length, "scenario")}, ${plural(runs + notRun, "run")}.`,
    ...(result.partial === null ? [] : ["", `Partial: ${cell(result.partial)}.`]),
    "",
    row(head),
    row(head.map(() => "---")),
    ...rows.map(row),
    row(total.map((text) => `**${cell(text)}**`)),
    ...result.entries.flatMap(({ plan, skipped }) =>
      skipped === undefined ? [] : ["", `Skipped: ${plan.scenario}: ${cell(skipped)}.`],
    ),
    ...shown.flatMap(failureLines),
    ...(more > 0 ? ["", `And ${plural(more, "more failure")}: see suite.json.`] : []),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((text) => (text.startsWith("**") ? text : cell(text))).join(" | ")} |`;
}

function failureLines({ scenario, seed, outcome, why, repeat }: SuiteFailure): readonly string[] {
  const name = `${cell(scenario)}, seed ${seed}: ${outcome}`;
  return ["", `### ${name}`, "", cell(why), "", `    ${repeat}`];
}

/** What comes from outside stays text: neither ends a cell nor begins an element. */
function cell(text: string): string {
  return text.replace(/[\\`*_[\]<>|&]/g, "\\$&").replace(/\s+/g, " ");
}
