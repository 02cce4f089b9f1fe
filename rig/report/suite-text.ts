/**
 * What a suite prints: the verdict over all, a table of the scenarios with a line of sums, and the
 * first failures, each with why, where its record is and the command that repeats it.
 */

import { inCharactersOf, type Style } from "./style.ts";
import { isAsExpected } from "./suite-json.ts";
import {
  SUITE_OUTCOMES,
  type SuiteEntry,
  type SuiteResult,
  type SuiteTotals,
  totalsOf,
} from "./suite-result.ts";
import { countText, durationText, plural, printable, wrap } from "./text.ts";

/** A run that did not come out as expected, and where its evidence is. */
export interface SuiteFailure {
  readonly scenario: string;
  readonly seed: number;
  readonly outcome: string;
  readonly why: string;
  readonly repeat: string;
  /** Null when it could not be recorded, or was not recorded in time. */
  readonly record: string | null;
}

export interface SuiteTextOptions {
  readonly folder: string;
  readonly width: number;
  readonly style: Style;
  readonly failures: readonly SuiteFailure[];
}

const FAILURES_SHOWN = 10;

export function suiteText(result: SuiteResult, options: SuiteTextOptions): string {
  const { folder, width, style, failures } = options;
  const shown = failures.slice(0, FAILURES_SHOWN);
  const lines = [
    ...headLines(result, options),
    "",
    ...tableLines(result, options),
    ...skippedLines(result, options),
    ...shown.flatMap((failure) => ["", ...failureLines(failure, { width, style })]),
    ...(failures.length > shown.length
      ? ["", `and ${plural(failures.length - shown.length, "more failure")}: see suite.json`]
      : []),
    "",
    `Folder      ${printable(folder)}`,
    ...(failures.length > 0
      ? [`Repeat all  rig suite --rerun ${printable(folder)}/suite.json`]
      : []),
  ];
  return `${lines.map((line) => inCharactersOf(style, line)).join("\n")}\n`;
}

function headLines(result: SuiteResult, { style, width }: SuiteTextOptions): readonly string[] {
  const { entries, partial } = result;
  const { runs, failed, notRun } = totalsOf(entries);
  const asked = runs + notRun;
  const subject = `suite: ${plural(entries.length, "scenario")}, ${plural(asked, "run")}`;
  const isGood = isAsExpected(result);
  const words = failed > 0 ? "NOT AS EXPECTED" : isGood ? "AS EXPECTED" : "PARTIAL";
  const tone = failed > 0 ? "bad" : isGood ? "good" : "warn";
  const head = `${style.paint(tone, words)}   ${subject}`;
  if (partial === null) return [head];
  const rest = notRun === 0 ? "" : `: ${countText(notRun)} of ${plural(asked, "run")} not run`;
  return [head, ...wrap(`partial: ${partial}${rest}`, width)];
}

type Row = readonly string[];

const HEAD: Row = [
  "scenario (nodes)",
  "seeds",
  "expected",
  "outcomes",
  "ops",
  "run time",
  "failed seeds",
];
/** Columns of numbers, which stand to the right. */
const RIGHT: ReadonlySet<number> = new Set([2, 4, 5]);

function nameOf({ plan: { scenario, nodes, workload } }: SuiteEntry): string {
  return `${scenario} (${[nodes, workload.kind ?? []].flat().join(", ")})`;
}

/** A row for each entry, and one of sums. */
export function suiteTable(entries: readonly SuiteEntry[]) {
  const rows = entries.map((entry) => rowOf(nameOf(entry), [entry], entry));
  return { head: HEAD, rows, total: rowOf("total", entries, null) };
}

function tableLines({ entries }: SuiteResult, { style }: SuiteTextOptions): readonly string[] {
  const { rows, total } = suiteTable(entries);
  const widths = HEAD.map((title, column) =>
    Math.max(...[HEAD, ...rows, total].map((row) => row[column]?.length ?? 0), title.length),
  );
  // Never cut: the seeds that failed stand last, and are what one looks for.
  const line = (row: Row) => {
    const cells = row.map((cell, column) => {
      const wide = widths[column] ?? 0;
      return RIGHT.has(column) ? cell.padStart(wide) : cell.padEnd(wide);
    });
    return cells.join("  ").trimEnd();
  };
  return [
    style.paint("faint", line(HEAD)),
    ...rows.map((row, index) => {
      const isBad = totalsOf(entries.slice(index, index + 1)).failed > 0;
      return isBad ? style.paint("bad", line(row)) : line(row);
    }),
    style.paint("strong", line(total)),
  ];
}

/** `only` is the one entry that the row is of; null in the row of sums. */
function rowOf(name: string, entries: readonly SuiteEntry[], only: SuiteEntry | null): Row {
  const totals = totalsOf(entries);
  const failed = entries.flatMap(({ runs }) => runs.filter((run) => !run.asExpected));
  return [
    printable(name),
    only === null ? countText(totals.runs + totals.notRun) : seedsText(only),
    `${countText(totals.asExpected)} of ${countText(totals.runs + totals.notRun)}`,
    outcomesText(totals),
    countText(totals.operations),
    durationText(totals.simulatedNs),
    only === null ? countOrNone(failed.length) : listText(failed.map(({ seed }) => seed)),
  ];
}

function countOrNone(count: number): string {
  return count === 0 ? "none" : countText(count);
}

/** `1 to 20`; seeds that do not follow each other one by one. */
function seedsText({ runs, notRun }: SuiteEntry): string {
  const seeds = [...runs.map(({ seed }) => seed), ...notRun].sort((a, b) => a - b);
  const [first = 0] = seeds;
  const last = seeds.at(-1) ?? first;
  if (seeds.length === 1) return String(first);
  return last - first === seeds.length - 1 ? `${first} to ${last}` : listText(seeds);
}

const LISTED = 4;

function listText(seeds: readonly number[]): string {
  if (seeds.length === 0) return "none";
  const listed = seeds.slice(0, LISTED).join(", ");
  const more = seeds.length - LISTED;
  return more > 0 ? `${listed} and ${countText(more)} more` : listed;
}

function outcomesText({ outcomes, notRun }: SuiteTotals): string {
  const counted = SUITE_OUTCOMES.flatMap((outcome) => {
    const count = (outcomes[outcome] ?? 0) + (outcome === "not-run" ? notRun : 0);
    return count === 0 ? [] : [`${countText(count)} ${outcome}`];
  });
  return counted.join(", ");
}

function skippedLines({ entries }: SuiteResult, { style, width }: SuiteTextOptions) {
  const skipped = entries.filter((entry) => entry.skipped !== undefined);
  if (skipped.length === 0) return [];
  return [
    "",
    ...skipped.flatMap((entry) =>
      wrap(`skipped ${printable(nameOf(entry))}: ${printable(entry.skipped ?? "")}`, width).map(
        (line) => style.paint("faint", line),
      ),
    ),
  ];
}

function failureLines(
  failure: SuiteFailure,
  { width, style }: Pick<SuiteTextOptions, "width" | "style">,
): readonly string[] {
  const { scenario, seed, outcome, why, repeat, record } = failure;
  return [
    `${style.paint("bad", outcome.toUpperCase())}  ${printable(scenario)}, seed ${seed}`,
    ...wrap(why, Math.max(40, width - 10), 4).map((line, index) =>
      index === 0 ? `  why     ${line}` : `          ${line}`,
    ),
    `  repeat  ${printable(repeat)}`,
    ...(record === null ? [] : [`  record  ${printable(record)}`]),
  ];
}
