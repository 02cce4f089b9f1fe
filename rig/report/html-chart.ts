/**
 * What the charts of the HTML report share: a time axis, horizontal grid lines, and the intervals
 * of the faults shaded and named. Times are placed in per cent of the width and heights in
 * pixels, so that a chart fits any screen while its letters keep their size.
 */

import type { FaultReport } from "../core/fault/fault.ts";
import { NS_PER_MS, NS_PER_S, NS_PER_US } from "../core/time/time.ts";
import { escapeAttribute, escapeText } from "./escape.ts";
import { effectWords } from "./words.ts";

export interface Tick {
  /** Pixels from the top of the plotting area. */
  readonly y: number;
  readonly label: string;
}

export interface Chart {
  /** For those who can't see it. */
  readonly description: string;
  /** Pixels, names of faults and time axis left out. */
  readonly height: number;
  /** Nanoseconds at the right edge. */
  readonly untilNs: number;
  readonly faults: readonly FaultReport[];
  readonly ticks: readonly Tick[];
  /** Whether each tick draws a line across. */
  readonly hasGrid: boolean;
  /** SVG under the grid and the faults. */
  readonly under?: string;
  /** SVG over them. */
  readonly body: string;
  /** Pixels below which the chart scrolls instead of shrinking. */
  readonly minWidth: number;
}

const AXIS_HEIGHT = 24;
const NAME_HEIGHT = 16;
/** Names of faults are put in so many rows in turn; more faults than names get numbers only. */
const NAME_ROWS_MAX = 3;
const NAMES_MAX = 6;

export function chartHtml(chart: Chart): string {
  const named = chart.faults.filter(({ startNs }) => startNs !== null && startNs < chart.untilNs);
  const rows = Math.min(NAME_ROWS_MAX, named.length);
  const top = rows * NAME_HEIGHT + 4;
  const all = top + chart.height + AXIS_HEIGHT;
  const gutter = chart.ticks
    .map(
      ({ y, label }) => `<text x="54" y="${y + 4}" text-anchor="end">${escapeText(label)}</text>`,
    )
    .join("");
  const lines = chart.hasGrid
    ? chart.ticks.map(({ y }) => `<line x1="0" x2="100%" y1="${y}" y2="${y}"/>`).join("")
    : "";
  return [
    `<div class="scroll"><div class="plot" style="min-width:${chart.minWidth}px">`,
    `<div class="gutter" aria-hidden="true"><svg height="${all}">`,
    `<g transform="translate(0 ${top})">${gutter}</g></svg></div>`,
    `<svg height="${all}" role="img" aria-label="${escapeAttribute(chart.description)}">`,
    `<g transform="translate(0 ${top})">${chart.under ?? ""}`,
    `<g class="grid">${lines}${timeGrid(chart)}</g>`,
    chart.faults.map((fault, at) => faultShade(chart, fault, { at, rows, top })).join(""),
    chart.body,
    `<line class="edge" x1="0" x2="100%" y1="${chart.height}" y2="${chart.height}"/></g>`,
    "</svg></div></div>",
  ].join("");
}

/** Where a time lies, in per cent of the width, for attributes of SVG. */
export function percentOf(timeNs: number, untilNs: number): string {
  return `${Number(placeOf(timeNs, untilNs).toFixed(2))}%`;
}

function placeOf(timeNs: number, untilNs: number): number {
  return untilNs <= 0 ? 0 : Math.min(100, Math.max(0, (100 * timeNs) / untilNs));
}

function timeGrid({ untilNs, height }: Chart): string {
  const times = timeTicks(untilNs);
  return times
    .map((timeNs, at) => {
      const x = percentOf(timeNs, untilNs);
      const anchor = at === 0 ? "start" : placeOf(timeNs, untilNs) > 95 ? "end" : "middle";
      const label = tickText(timeNs, times.at(-1) ?? 0);
      return (
        `<line x1="${x}" x2="${x}" y1="0" y2="${height}"/>` +
        `<text x="${x}" y="${height + 18}" text-anchor="${anchor}">${label}</text>`
      );
    })
    .join("");
}

/** Round times from 0, at most seven of them. */
export function timeTicks(untilNs: number): readonly number[] {
  const ticks = [0];
  if (untilNs <= 0) return ticks;
  const stepNs = roundStepNs(untilNs / 6);
  while (ticks.length * stepNs <= untilNs) ticks.push(ticks.length * stepNs);
  return ticks;
}

/** The least of 1, 2 and 5 times a power of ten that is not below. */
function roundStepNs(leastNs: number): number {
  for (let decade = 1; ; decade *= 10) {
    for (const step of [1, 2, 5]) if (decade * step >= leastNs) return decade * step;
  }
}

/** All labels of an axis in the unit of its largest. */
export function tickText(timeNs: number, largestNs: number): string {
  const [unitNs, unit] =
    largestNs >= NS_PER_S
      ? ([NS_PER_S, "s"] as const)
      : largestNs >= NS_PER_MS
        ? ([NS_PER_MS, "ms"] as const)
        : ([NS_PER_US, "µs"] as const);
  return `${Number((timeNs / unitNs).toFixed(3))} ${unit}`;
}

function faultShade(
  { faults, untilNs, height }: Chart,
  fault: FaultReport,
  { at, rows, top }: { readonly at: number; readonly rows: number; readonly top: number },
): string {
  const { startNs, endNs, kind, target } = fault;
  if (startNs === null || startNs >= untilNs) return "";
  const start = placeOf(startNs, untilNs);
  const end = placeOf(endNs ?? untilNs, untilNs);
  const x = percentOf(startNs, untilNs);
  const width = `${Number(Math.max(0.15, end - start).toFixed(2))}%`;
  const name = faults.length > NAMES_MAX ? String(at + 1) : `${at + 1} ${kind}`;
  const y = NAME_HEIGHT * ((at % rows) + 1) - top - 2;
  const isRight = start > 70;
  const title = `${kind} ${target}: ${effectWords(fault)}`;
  return [
    `<g class="fault"><title>${escapeText(title)}</title>`,
    `<rect x="${x}" y="${y + 4}" width="${width}" height="${height - y - 4}"/>`,
    `<line x1="${x}" x2="${x}" y1="${y + 4}" y2="${height}"/>`,
    `<text x="${isRight ? `${Number(end.toFixed(2))}%` : x}" y="${y}"`,
    ` text-anchor="${isRight ? "end" : "start"}">${escapeText(name)}</text></g>`,
  ].join("");
}
