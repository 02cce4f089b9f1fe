/**
 * The end of a run on one screen: verdict first, then why, then the figures, and last where the
 * evidence lies and how to repeat the run. Plain text for any width from 72 columns; colour is
 * the business of the style that is passed in.
 */

import { recordedNs } from "../core/metrics/metrics.ts";
import { spansOf } from "../core/metrics/spans.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import type { OutcomeCounts, RunResult } from "../core/verdict/run-result.ts";
import { inCharactersOf, PLAIN_STYLE, type Style, type Tone } from "./style.ts";
import {
  countText,
  cutTo,
  durationText,
  microsecondsText,
  percentText,
  plural,
  printable,
  wrap,
} from "./text.ts";
import { faultBar, sparkline } from "./timeline.ts";
import {
  checkWords,
  effectWords,
  expectationWords,
  intervalWords,
  runWords,
  verdictRemark,
  verdictWords,
} from "./words.ts";

export interface ConsoleOptions {
  /** Where the evidence lies; left out when nothing was kept. */
  readonly folder?: string;
  /** The command that repeats the run. */
  readonly repeat?: string;
  /** Columns of the terminal; 72 to 100 of them are used. */
  readonly width?: number;
  readonly style?: Style;
}

const LABEL_WIDTH = 12;
/** Longer marks than this would push the text below them too far to the right. */
const HANGING_MAX = 12;
const REASONS_MAX = 6;
const ANOMALIES_MAX = 3;
const VIOLATIONS_MAX = 3;
const FAULTS_MAX = 5;
/** Faults that get a bar of their own in the time line; more of them share one. */
const BARS_MAX = 3;

interface Screen {
  readonly width: number;
  readonly style: Style;
  readonly lines: string[];
}

/** Lines for the screen, with a newline at the end. */
export function consoleReport(
  result: RunResult,
  evidence: RunEvidence,
  { folder, repeat, width = 80, style = PLAIN_STYLE }: ConsoleOptions = {},
): string {
  const screen = { width: Math.min(100, Math.max(72, width)), style, lines: [] };
  verdict(screen, result);
  anomalies(screen, result);
  gap(screen);
  operations(screen, result);
  latency(screen, result);
  gap(screen);
  course(screen, result, evidence);
  gap(screen);
  faultList(screen, result);
  bus(screen, result);
  invariants(screen, result);
  teardown(screen, result);
  gap(screen);
  if (folder !== undefined) row(screen, "Evidence", printable(folder));
  if (repeat !== undefined) row(screen, "Repeat", printable(repeat));
  while (screen.lines.at(-1) === "") screen.lines.pop();
  return inCharactersOf(style, `${screen.lines.join("\n")}\n`);
}

function gap({ lines }: Screen): void {
  if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
}

/** A line with a label; without one, under the text of the line above. */
function row({ lines, style }: Screen, label: string, text: string): void {
  const padded = label.padEnd(LABEL_WIDTH);
  lines.push(`${label === "" ? padded : style.paint("label", padded)}${text}`.trimEnd());
}

/** Wrapped text, each line of it painted. */
function paragraph(
  screen: Screen,
  label: string,
  { text, mark = "", tone, linesMax }: ParagraphText,
): void {
  const { style, width } = screen;
  const lines = wrap(text, width - LABEL_WIDTH - mark.length, linesMax);
  const indent = mark.length > HANGING_MAX ? 2 : mark.length;
  lines.forEach((line, at) => {
    const lead = at === 0 ? mark : " ".repeat(indent);
    const painted = tone === undefined ? lead + line : style.paint(tone, lead) + line;
    row(screen, at === 0 ? label : "", painted);
  });
}

interface ParagraphText {
  readonly text: string;
  /** Before the first line, in the tone; the other lines are indented by its length. */
  readonly mark?: string;
  readonly tone?: Tone;
  readonly linesMax?: number;
}

function verdict(screen: Screen, result: RunResult): void {
  const { style, lines, width } = screen;
  const tone = verdictTone(result);
  const partial = result.partial === null ? "" : "PARTIAL RECORD: ";
  const head = partial + verdictWords(result);
  const run = runWords(result);
  if (head.length + run.length + 3 <= width) {
    lines.push(`${style.paint(tone, head)}   ${style.paint("strong", run)}`);
  } else {
    lines.push(style.paint(tone, head), style.paint("strong", cutTo(run, width)));
  }
  lines.push(style.paint("faint", (style.unicode ? "─" : "-").repeat(width)));
  if (result.partial !== null) {
    paragraph(screen, "Record", { text: `breaks off: ${result.partial}`, linesMax: 2 });
  }
  const { why } = result.expectation;
  paragraph(screen, "Expected", { text: `${expectationWords(result)}: ${why}`, linesMax: 3 });
  const remark = verdictRemark(result);
  if (remark !== null) {
    paragraph(screen, "", { text: remark, ...(result.asExpected ? {} : { tone: "bad" }) });
  }
  result.reasons.slice(0, REASONS_MAX).forEach((reason, at) => {
    const tone = { valid: "good", invalid: "bad", unknown: "warn", "not-run": "warn" } as const;
    const mark = `${reason.outcome}: `;
    const text = { text: reason.text, mark, tone: tone[reason.outcome], linesMax: 2 };
    paragraph(screen, at === 0 ? "Why" : "", text);
  });
  more(screen, result.reasons.length - REASONS_MAX, "reason");
}

function verdictTone({ outcome, asExpected }: RunResult): Tone {
  if (asExpected) return "good";
  return outcome === "unknown" || outcome === "not-run" ? "warn" : "bad";
}

function more(screen: Screen, count: number, noun: string): void {
  if (count > 0) row(screen, "", screen.style.paint("faint", `and ${plural(count, noun)} more`));
}

function anomalies(screen: Screen, { check }: RunResult): void {
  check.anomalies.slice(0, ANOMALIES_MAX).forEach(({ type, text }, at) => {
    const mark = `${type}: `;
    paragraph(screen, at === 0 ? "Anomalies" : "", { text, mark, tone: "bad", linesMax: 3 });
  });
  more(screen, check.anomalies.length - ANOMALIES_MAX, "anomaly explained");
}

function operations(screen: Screen, { counts, windows }: RunResult): void {
  const { style } = screen;
  const columns = (cells: readonly string[]) => cells.map((cell) => cell.padStart(9)).join("");
  const head = columns(["issued", "ok", "fail", "info", "ok %"]);
  row(screen, "Operations", style.paint("faint", "".padEnd(16) + head));
  const line = (name: string, { issued, ok, fail, info }: OutcomeCounts) => {
    const bad = (count: number, tone: Tone) => {
      const cell = countText(count).padStart(9);
      return count > 0 ? style.paint(tone, cell) : cell;
    };
    const start = name.padEnd(16) + columns([countText(issued), countText(ok)]);
    const end = bad(fail, "bad") + bad(info, "warn");
    row(screen, "", start + end + percentText(ok, issued).replace(" %", "").padStart(9));
  };
  line("all", counts);
  const parts = {
    "outside faults": windows.outsideFaults,
    "during faults": windows.duringFaults,
    "after heal": windows.afterHeal,
    "final reads": windows.finalReads,
  };
  for (const [name, part] of Object.entries(parts)) if (part.issued > 0) line(name, part);
}

function latency(screen: Screen, { latency }: RunResult): void {
  const { count, minUs, meanUs, p50Us, p95Us, p99Us, maxUs } = latency;
  if (count === 0) {
    row(screen, "Latency", "nothing was acknowledged");
    return;
  }
  const all = { min: minUs, p50: p50Us, mean: meanUs, p95: p95Us, p99: p99Us, max: maxUs };
  const figures = Object.entries(all).map(([name, us]) => ({ name, text: microsecondsText(us) }));
  const isTooLong = () =>
    figures.reduce((sum, { name, text }) => sum + name.length + text.length + 4, LABEL_WIDTH - 3) >
    screen.width;
  while (isTooLong() && figures.length > 4) {
    figures.splice(figures.length === 6 ? 2 : 0, 1);
  }
  const painted = figures.map(({ name, text }) => `${screen.style.paint("faint", name)} ${text}`);
  row(screen, "Latency", painted.join("   "));
}

/** Acknowledgements over time, and under them when which fault was in force. */
function course(screen: Screen, { faults }: RunResult, evidence: RunEvidence): void {
  const { style } = screen;
  const durationNs = recordedNs(evidence);
  const width = screen.width - LABEL_WIDTH;
  const { text, most } = sparkline(spansOf(evidence.operations), { durationNs, width, style });
  if (most === 0) return;
  row(screen, "Course", style.paint("good", text));
  const struck = faults.filter(({ startNs }) => startNs !== null);
  const bars = struck.length <= BARS_MAX ? struck.map((fault) => [fault]) : [struck];
  for (const bar of bars) {
    row(screen, "", style.paint("bad", faultBar(bar, { durationNs, width, style })));
  }
  const legend = `acknowledged, at most ${most} in ${durationText(durationNs / width)}`;
  const foot = `0 s${legend.padStart(Math.floor((width + legend.length) / 2) - 3)}`;
  const end = durationText(durationNs).padStart(width - foot.length);
  row(screen, "", style.paint("faint", foot + end));
}

function faultList(screen: Screen, result: RunResult): void {
  const { style } = screen;
  if (result.faults.length === 0) row(screen, "Faults", "none");
  result.faults.slice(0, FAULTS_MAX).forEach((fault, at) => {
    const effect = effectWords(fault);
    const interval = intervalWords(fault);
    const what = cutTo(printable(`${fault.kind} ${fault.target}`), 34).padEnd(24);
    const painted = fault.effects === 0 ? style.paint("warn", effect) : effect;
    row(screen, at === 0 ? "Faults" : "", `${what}  ${interval.padEnd(18)}  ${painted}`);
  });
  more(screen, result.faults.length - FAULTS_MAX, "fault");
}

function bus(screen: Screen, { bus, messages, nodeStatistics }: RunResult): void {
  const { style } = screen;
  const dropped = `${countText(bus.dropped)} dropped`;
  row(
    screen,
    "Bus",
    [
      plural(bus.frames, "frame"),
      `load ${bus.loadPercent.toFixed(1)} %`,
      `${countText(bus.delivered)} delivered`,
      `${countText(bus.withheld)} withheld`,
      bus.dropped === 0 ? dropped : style.paint("bad", dropped),
    ].join(", "),
  );
  const sent = Object.entries(messages).map(([name, count]) => `${name} ${countText(count)}`);
  if (sent.length > 0) {
    paragraph(screen, "Messages", { text: sent.join(", "), linesMax: 2 });
  }
  if (nodeStatistics.length === 0) return;
  const sum = (of: (statistics: (typeof nodeStatistics)[number]) => number) =>
    nodeStatistics.reduce((total, statistics) => total + of(statistics), 0);
  const text = [
    `${countText(sum(({ decided }) => decided))} decided`,
    `${countText(sum(({ applied }) => applied))} applied`,
    `${plural(
      sum(({ expired }) => expired),
      "round",
    )} expired`,
    plural(
      sum(({ boots }) => boots),
      "boot",
    ),
  ];
  row(screen, "Nodes", `${text.join(", ")} (sums over ${plural(nodeStatistics.length, "node")})`);
}

function invariants(screen: Screen, { check, invariants, assertions }: RunResult): void {
  const tone = check.valid === true ? "good" : check.valid === "unknown" ? "warn" : "bad";
  const { style } = screen;
  row(screen, "Checked", style.paint(tone, cutTo(checkWords(check), screen.width - LABEL_WIDTH)));
  const held = invariants.filter(({ violations }) => violations.length === 0);
  const names = held.map(({ name, checked }) => `${name} ${countText(checked)}`);
  if (names.length > 0) {
    const text = `${plural(names.length, "invariant")} held (times checked): ${names.join(", ")}`;
    paragraph(screen, "", { text, linesMax: 3 });
  }
  const broken = invariants.flatMap(({ name, violations }) =>
    violations.map((violation) => ({ name, violation })),
  );
  for (const { name, violation } of broken.slice(0, VIOLATIONS_MAX)) {
    paragraph(screen, "", { text: violation, mark: `${name}: `, tone: "bad", linesMax: 2 });
  }
  more(screen, broken.length - VIOLATIONS_MAX, "violation");
  for (const { text, holds } of assertions) {
    const mark = holds ? "holds: " : "fails: ";
    paragraph(screen, "", { text, mark, tone: holds ? "good" : "bad", linesMax: 2 });
  }
}

function teardown(screen: Screen, { teardown }: RunResult): void {
  const failed = teardown.filter(({ ok }) => !ok);
  for (const { step, detail } of failed) {
    const text = detail === undefined ? "failed" : `failed: ${detail}`;
    paragraph(screen, "Teardown", { text, mark: `${step}: `, tone: "bad", linesMax: 2 });
  }
}
