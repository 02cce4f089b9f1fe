/**
 * The end of a run on one screen: verdict first, then why, then the figures, and last where the
 * evidence lies and how to repeat the run. Plain text for any width from 72 columns; colour is
 * the business of the style that is passed in.
 */

import { recordedNs } from "../core/metrics/metrics.ts";
import { spansOf } from "../core/metrics/spans.ts";
import { RECOVERY_RUNGS } from "../core/run/bench-record.ts";
import { mainOperations, type RunEvidence } from "../core/run/evidence.ts";
import type { OutcomeCounts, RunResult } from "../core/verdict/run-result.ts";
import { gap, LABEL_WIDTH, LIMITS, more, paragraph, row, type Screen } from "./console-screen.ts";
import { inCharactersOf, PLAIN_STYLE, type Style, type Tone } from "./style.ts";
import {
  countText,
  cutTo,
  durationText,
  microsecondsText,
  percentText,
  plural,
  printable,
} from "./text.ts";
import { faultBar, sparkline } from "./timeline.ts";
import {
  checkWords,
  effectWords,
  expectationWords,
  intervalWords,
  nodesHistoryWords,
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

/** Lines of a screen; what is written grows beyond them only where even the least is more. */
const LINES_MAX = 40;

/** Lines for the screen, with a newline at the end. */
export function consoleReport(
  result: RunResult,
  evidence: RunEvidence,
  { folder, repeat, width = 80, style = PLAIN_STYLE }: ConsoleOptions = {},
): string {
  const columns = Math.min(100, Math.max(72, width));
  let lines: readonly string[] = [];
  for (const limits of LIMITS) {
    const screen: Screen = { width: columns, style, limits, lines: [] };
    write(screen, result, evidence);
    gap(screen);
    if (folder !== undefined) row(screen, "Evidence", printable(folder));
    if (repeat !== undefined) row(screen, "Repeat", printable(repeat));
    lines = screen.lines;
    if (lines.length <= LINES_MAX) break;
  }
  return inCharactersOf(style, `${lines.join("\n").trimEnd()}\n`);
}

function write(screen: Screen, result: RunResult, evidence: RunEvidence): void {
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
  nodes(screen, result);
  checks(screen, result);
  bench(screen, result);
  teardown(screen, result);
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
  result.reasons.slice(0, screen.limits.reasons).forEach((reason, at) => {
    const tone = { valid: "good", invalid: "bad", unknown: "warn", "not-run": "warn" } as const;
    const mark = `${reason.outcome}: `;
    const { failureLines, reasonLines } = screen.limits;
    const text = {
      text: reason.text,
      mark,
      tone: tone[reason.outcome],
      linesMax: reason.code.startsWith("failed-") ? failureLines : reasonLines,
    };
    paragraph(screen, at === 0 ? "Why" : "", text);
  });
  more(screen, result.reasons.length - screen.limits.reasons, "reason");
}

function verdictTone({ outcome, asExpected }: RunResult): Tone {
  if (asExpected) return "good";
  return outcome === "unknown" || outcome === "not-run" ? "warn" : "bad";
}

function anomalies(screen: Screen, { check }: RunResult): void {
  check.anomalies.slice(0, screen.limits.anomalies).forEach(({ type, text }, at) => {
    const mark = `${type}: `;
    paragraph(screen, at === 0 ? "Anomalies" : "", {
      text,
      mark,
      tone: "bad",
      linesMax: screen.limits.anomalyLines,
    });
  });
  more(screen, check.anomalies.length - screen.limits.anomalies, "finding");
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
  const spans = spansOf(mainOperations(evidence));
  const { text, most } = sparkline(spans, { durationNs, width, style });
  if (most === 0) return;
  row(screen, "Course", style.paint("good", text));
  const struck = faults.filter(({ startNs }) => startNs !== null);
  const bars = struck.length <= screen.limits.bars ? struck.map((fault) => [fault]) : [struck];
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
  const shown = result.faults.slice(0, screen.limits.faults).map((fault) => ({
    what: printable(`${fault.kind} ${fault.target}`),
    interval: intervalWords(fault),
    effect: effectWords(fault),
    tone: fault.effects === 0 ? ("warn" as const) : null,
  }));
  const longest = (texts: readonly string[]) =>
    texts.reduce((most, text) => Math.max(most, text.length), 0);
  const intervalWidth = longest(shown.map(({ interval }) => interval));
  const effectWidth = longest(shown.map(({ effect }) => effect));
  const room = screen.width - LABEL_WIDTH - intervalWidth - effectWidth - 4;
  const width = Math.min(room, longest(shown.map(({ what }) => what)));
  shown.forEach(({ what, interval, effect, tone }, at) => {
    const start = `${cutTo(what, width).padEnd(width)}  ${interval.padEnd(intervalWidth)}  `;
    const painted = tone === null ? effect : style.paint(tone, effect);
    row(screen, at === 0 ? "Faults" : "", start + painted);
  });
  more(screen, result.faults.length - screen.limits.faults, "fault");
}

function bus(screen: Screen, { bus, messages }: RunResult): void {
  const crossed = [
    plural(bus.frames, "frame"),
    `load ${bus.loadPercent.toFixed(1)} %`,
    `${countText(bus.withheld)} deliveries withheld`,
    ...(bus.dropped === 0 ? ["none dropped"] : []),
    ...(bus.errorFrames === 0 ? [] : [plural(bus.errorFrames, "error frame")]),
    ...(bus.duplicates === 0 ? [] : [`${countText(bus.duplicates)} received twice`]),
    ...(bus.busOffs === 0 ? [] : [`${countText(bus.busOffs)} times bus-off`]),
  ];
  paragraph(screen, "Bus", { text: crossed.join(", "), linesMax: 2 });
  if (bus.dropped > 0) {
    const text = `${plural(bus.dropped, "frame")} for want of room`;
    paragraph(screen, "", { text, mark: "dropped: ", tone: "bad" });
  }
  const sent = Object.entries(messages).map(([name, count]) => `${name} ${countText(count)}`);
  if (sent.length > 0) {
    paragraph(screen, "Messages", { text: sent.join(", "), linesMax: 2 });
  }
}

function nodes(screen: Screen, { nodeStatistics }: RunResult): void {
  if (nodeStatistics.length === 0 || !screen.limits.hasNodes) return;
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
  paragraph(screen, "Nodes", { text: `in all ${text.join(", ")}`, linesMax: 2 });
}

function checks(screen: Screen, result: RunResult): void {
  const { check, nodesHistory, invariants, assertions } = result;
  const tone = check.valid === true ? "good" : check.valid === "unknown" ? "warn" : "bad";
  const { style } = screen;
  row(screen, "Checked", style.paint(tone, cutTo(checkWords(check), screen.width - LABEL_WIDTH)));
  if (nodesHistory !== undefined) {
    paragraph(screen, "", { text: nodesHistoryWords(nodesHistory), linesMax: 2 });
  }
  const held = invariants.filter(({ violations }) => violations.length === 0);
  const names = held.map(({ name, checked }) => `${name} ${countText(checked)}`);
  if (names.length > 0) {
    const text = `${plural(names.length, "invariant")} held (times checked): ${names.join(", ")}`;
    paragraph(screen, "", { text, linesMax: screen.limits.invariantLines });
  }
  const broken = invariants.flatMap(({ name, violations }) =>
    violations.map((violation) => ({ name, violation })),
  );
  for (const { name, violation } of broken.slice(0, screen.limits.violations)) {
    paragraph(screen, "", { text: violation, mark: `${name}: `, tone: "bad", linesMax: 2 });
  }
  more(screen, broken.length - screen.limits.violations, "violation");
  for (const { text, holds } of assertions) {
    const mark = holds ? "holds: " : "fails: ";
    paragraph(screen, "", { text, mark, tone: holds ? "good" : "bad", linesMax: 2 });
  }
}

/** Only where something had to be done about a board. */
function bench(screen: Screen, { bench }: RunResult): void {
  const taken = RECOVERY_RUNGS.filter((rung) => (bench?.recoveries[rung] ?? 0) > 0);
  if (taken.length === 0) return;
  const text = taken.map((rung) => `${rung} ${bench?.recoveries[rung]}`).join(", ");
  paragraph(screen, "Bench", { text: `recovered by ${text}`, tone: "warn", linesMax: 2 });
}

function teardown(screen: Screen, { teardown }: RunResult): void {
  const failed = teardown.filter(({ ok }) => !ok);
  for (const { step, detail } of failed) {
    const text = detail === undefined ? "failed" : `failed: ${detail}`;
    paragraph(screen, "Teardown", { text, mark: `${step}: `, tone: "bad", linesMax: 2 });
  }
}
