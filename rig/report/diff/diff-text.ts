/** Two traces compared, for people: what differs by identifier, examples of it, and the times. */

import { labelOf, physicalText, type SignalValue } from "../../core/dbc/index.ts";
import { formatBytes } from "../../core/trace/text/hex.ts";
import {
  type FrameSample,
  flagsText,
  isKeyDifferent,
  type KeyDiff,
  type Period,
  type SignalDiff,
  type TimeDiff,
  type TraceDiff,
} from "../../core/trace-diff/index.ts";
import { cutTo, durationText, plural, printable } from "../text.ts";
import { type ComparedTrace, keyText } from "./compared-trace.ts";

export interface DiffTextOptions {
  /** Identifiers that don't differ, too. */
  readonly isAll: boolean;
}

type Sides = readonly [a: ComparedTrace, b: ComparedTrace];

/** Identifiers of which examples are shown, and signals of each. */
const EXAMPLES_MAX = 20;
const SIGNALS_MAX = 12;
const NAME_MAX = 24;

export function diffText(diff: TraceDiff, sides: Sides, { isAll }: DiffTextOptions): string {
  const different = diff.keys.filter(isKeyDifferent);
  const parts = [
    sides.map((side, at) => sideText(side, at === 0 ? "A" : "B")),
    channelLines(diff),
    tableLines(isAll ? diff.keys : different),
    exampleLines(different),
    timeLines(diff),
    [verdictText(diff, different)],
  ];
  const shown = parts.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function sideText({ name, format, content }: ComparedTrace, letter: string): string {
  const { frames, lastNs, first, holes } = content;
  const span = first === null ? "without stamps" : `in ${durationText(lastNs)}`;
  const lost = holes === 0 ? "" : `, with ${plural(holes, "hole")} where frames were lost`;
  return `${letter}  ${printable(name)}  (${format}): ${plural(frames, "frame")} ${span}${lost}`;
}

function channelLines({ channels }: TraceDiff): string[] {
  if (channels === null) return ["Channels are not told apart: one of the files names none"];
  if (channels.every(({ a, b }) => a === b)) return [];
  const shown = (channel: string | null) => (channel === null ? "none" : `"${printable(channel)}"`);
  const pairs = channels.map(({ a, b }) => `${shown(a)} with ${shown(b)}`);
  return [`Channels compared, of A with those of B: ${pairs.join(", ")}`];
}

const HEADINGS = [
  "id",
  "channel",
  "message",
  "A",
  "B",
  "missing",
  "extra",
  "changed",
  "period A",
  "period B",
  "jitter A",
  "jitter B",
] as const;
const LEFT: ReadonlySet<string> = new Set(["channel", "message"]);

function tableLines(keys: readonly KeyDiff[]): string[] {
  if (keys.length === 0) return [];
  const rows = keys.map((key) => cellsOf(key));
  const all: readonly (readonly string[])[] = [HEADINGS, ...rows];
  const hasNames = keys.some(({ name }) => name !== null);
  const columns = HEADINGS.flatMap((heading, at) => {
    if (heading === "message" && !hasNames) return [];
    const width = all.reduce((most, row) => Math.max(most, [...(row[at] ?? "")].length), 0);
    return [{ at, width, isLeft: LEFT.has(heading) }];
  });
  return all.map((row) =>
    columns
      .map(({ at, width, isLeft }) => {
        const cell = row[at] ?? "";
        return isLeft ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

function cellsOf(key: KeyDiff): string[] {
  const { channels, name, countA, countB, missing, extra, changed, periodA, periodB } = key;
  return [
    keyText(key),
    printable(channels.a ?? channels.b ?? ""),
    cutTo(printable(name ?? ""), NAME_MAX),
    String(countA),
    String(countB),
    ...[missing, extra, changed].map((count) => (count === 0 ? "-" : String(count))),
    periodText(periodA, "medianNs"),
    periodText(periodB, "medianNs"),
    periodText(periodA, "jitterNs"),
    periodText(periodB, "jitterNs"),
  ];
}

function periodText(period: Period | null, figure: "medianNs" | "jitterNs"): string {
  if (period === null) return "-";
  const ns = period[figure];
  return ns < 0 ? `-${durationText(-ns)}` : durationText(ns);
}

/** Of identifiers that both have: what only one has is in the table. */
function exampleLines(different: readonly KeyDiff[]): string[] {
  const keys = different.filter(({ countA, countB }) => countA > 0 && countB > 0);
  const lines = keys.slice(0, EXAMPLES_MAX).flatMap((key) => keyLines(key));
  const rest = keys.length - EXAMPLES_MAX;
  return rest > 0
    ? [...lines, `and ${plural(rest, "more identifier")} (all of them: --json)`]
    : lines;
}

function keyLines(key: KeyDiff): string[] {
  const { firstMissing, firstExtra, firstChange, isByPosition, signals } = key;
  const head = `${keyText(key)}:`;
  const lines: string[] = [];
  if (firstMissing !== null) lines.push(`${head} only in A, first ${sampleText(firstMissing)}`);
  if (firstExtra !== null) lines.push(`${head} only in B, first ${sampleText(firstExtra)}`);
  if (firstChange !== null) {
    const how = isByPosition ? "in little alike, so paired by their position" : "changed";
    const [a, b] = firstChange;
    lines.push(
      `${head} ${how}, first A ${changeText(a, b)}`,
      `${" ".repeat(head.length)} B ${changeText(b, a)}`,
    );
  }
  if (key.isPeriodOff) lines.push(`${head} its period differs by more than the tolerance`);
  lines.push(...signals.slice(0, SIGNALS_MAX).map((signal) => `  ${signalText(signal)}`));
  if (signals.length > SIGNALS_MAX) {
    lines.push(`  and ${signals.length - SIGNALS_MAX} more signals (all of them: --json)`);
  }
  return lines;
}

/** Places are lines in texts and offsets into other files. */
function sampleText({ place, data }: FrameSample): string {
  return `at ${place}: ${bytesText(data)}`;
}

function changeText(sample: FrameSample, other: FrameSample): string {
  if (sample.flags === other.flags) return sampleText(sample);
  return `${sampleText(sample)} (${flagsText(sample.flags)})`;
}

function bytesText(data: Uint8Array): string {
  return data.length === 0 ? "no bytes" : formatBytes(data, " ");
}

function signalText({ message, signal, unit, changed, greatest, first }: SignalDiff): string {
  const unitText = unit === "" ? "" : ` ${unit}`;
  const by =
    greatest === null || greatest === 0 ? "" : `, by up to ${rounded(greatest)}${unitText}`;
  const example = `${valueText(first.a)} in A, ${valueText(first.b)} in B`;
  return printable(`${message}.${signal}: in ${plural(changed, "frame")}${by}; first ${example}`);
}

function valueText(value: SignalValue | null): string {
  if (value === null) return "not there";
  const label = labelOf(value);
  const text = physicalText(value);
  return label === undefined ? text : `${text} "${label}"`;
}

/** Distances of doubles carry digits that nobody measured. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(9)));
}

function timeLines({ time, uncompared }: TraceDiff): string[] {
  const lines =
    time === null ? ["Time  not compared: no two equal frames have stamps"] : timeText(time);
  if (uncompared.length > 0) {
    lines.push(`Left  ${uncompared.join(", ")}: not compared where a file does not tell`);
  }
  return lines;
}

function timeText(time: TimeDiff): string[] {
  if (isSameTime(time)) return [`Time  the same in ${plural(time.pairs, "equal frame")}`];
  const { p50Ns, p95Ns, p99Ns, greatestNs, stretch, reordered, pairs } = time;
  const [half, most] = [durationText(p50Ns), durationText(p95Ns)];
  const shares = `half within ${half}, 95 % within ${most}, 99 % within ${durationText(p99Ns)}`;
  const lines = [
    `Time  apart by up to ${durationText(greatestNs)}: ${shares} (${plural(pairs, "equal frame")})`,
  ];
  if (stretch !== null && Math.abs(stretch - 1) > 1e-6) {
    lines.push(`      B takes ${Number(stretch.toPrecision(6))} times as long as A`);
  }
  if (reordered > 0) lines.push(`      ${plural(reordered, "frame")} in another order`);
  return lines;
}

function isSameTime({ greatestNs, reordered }: TimeDiff): boolean {
  return greatestNs === 0 && reordered === 0;
}

function verdictText({ keys, time }: TraceDiff, different: readonly KeyDiff[]): string {
  if (different.length === 0) {
    const isSame = time === null || isSameTime(time);
    return isSame ? "Nothing differs." : "Nothing differs but time.";
  }
  let [missing, extra, changed, periods] = [0, 0, 0, 0];
  for (const key of different) {
    missing += key.missing;
    extra += key.extra;
    changed += key.changed;
    periods += Number(key.isPeriodOff);
  }
  const counts = [
    `${plural(missing, "frame")} missing in B`,
    `${extra} extra`,
    `${changed} changed`,
  ];
  if (periods > 0) counts.push(`${plural(periods, "period")} off`);
  const where = `${different.length} of ${plural(keys.length, "identifier")}`;
  return `Different in ${where}: ${counts.join(", ")}.`;
}
