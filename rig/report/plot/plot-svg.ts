/**
 * Chosen signals over time as SVG: a panel for each, one time axis below all of them. Values with
 * texts are steps in rows that carry their texts; the others are lines over round numbers.
 */

import { escapeAttribute, escapeText } from "../escape.ts";
import { tickText, timeTicks } from "../html-chart.ts";
import { cutTo, plural, printable } from "../text.ts";
import { numbersAxis, type PlotAxis, rowsAxis } from "./plot-axis.ts";
import type { PlotPoint, PlotSeries } from "./plot-series.ts";
import { LINE_COLOURS, PLOT_STYLE } from "./plot-style.ts";

export interface PlottedSignal {
  readonly name: string;
  readonly unit: string;
  readonly series: PlotSeries;
  /** What a value is called; undefined where it has no text. */
  readonly labelOf: (value: number) => string | undefined;
  /** Whether it can have only few values, such as a single bit. */
  readonly isState: boolean;
}

export interface Plot {
  readonly title: string;
  /** What zero of the time axis is. */
  readonly timeText: string;
  readonly signals: readonly PlottedSignal[];
  /** The earliest time of a value; below zero where the first frame is not the earliest. */
  readonly startNs: number;
  /** From there to the latest one. */
  readonly untilNs: number;
}

const MARGIN = 20;
const PLOT_WIDTH = 900;
const PANEL_HEIGHT = 120;
const ROW_HEIGHT = 22;
const HEADING = 22;
const GAP = 14;
const LETTER = 7.3;
const LABEL_MAX = 28;
/** So few points are drawn as dots besides. */
const DOTS_MAX = 120;

interface Panel {
  readonly signal: PlottedSignal;
  readonly axis: PlotAxis;
  readonly top: number;
  readonly height: number;
}

export function plotSvg(plot: Plot): string {
  const panels = layOut(plot.signals);
  const labels = panels.flatMap(({ axis }) => axis.ticks.map(({ label }) => shown(label).length));
  const left = MARGIN + Math.max(4, ...labels) * LETTER + 10;
  const last = panels.at(-1);
  const bottom = last === undefined ? 60 : last.top + last.height;
  const width = Math.ceil(left + PLOT_WIDTH + 2 * MARGIN);
  const height = bottom + 62;
  const body = [
    `<rect class="page" width="${width}" height="${height}"/>`,
    text({ x: MARGIN, y: 28 }, plot.title, "title"),
    ...panels.map((panel, at) => panelSvg(panel, plot, { left, at })),
    timeAxis(plot, left, bottom),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" ` +
    `aria-label="${escapeAttribute(plot.title)}" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><style>${PLOT_STYLE}</style>${body.join("\n")}</svg>\n`
  );
}

function layOut(signals: readonly PlottedSignal[]): Panel[] {
  let top = 44;
  return signals.map((signal) => {
    const axis = axisOf(signal);
    const rows = Math.max(2, axis.ticks.length) * ROW_HEIGHT;
    const height = axis.isStepped && isLabelled(signal) ? rows : PANEL_HEIGHT;
    const panel = { signal, axis, top: top + HEADING, height };
    top += HEADING + height + GAP;
    return panel;
  });
}

/** Whether each value that came has a text. */
function isLabelled({ series, labelOf }: PlottedSignal): boolean {
  const { distinct } = series;
  return distinct?.every((value) => labelOf(value) !== undefined) === true && distinct.length > 0;
}

function axisOf(signal: PlottedSignal): PlotAxis {
  const { series, labelOf, isState } = signal;
  const { distinct } = series;
  if (distinct === null || !isLabelled(signal)) return numbersAxis(series, isState);
  return rowsAxis(distinct, (value) => `${labelOf(value)} (${value})`);
}

function panelSvg(
  { signal, axis, top, height }: Panel,
  { startNs, untilNs }: Plot,
  { left, at }: { readonly left: number; readonly at: number },
): string {
  const { name, unit, series } = signal;
  const y = (value: number) => rounded(top + height * (1 - axis.place(value)));
  const x = (timeNs: number) => rounded(left + xOf(timeNs - startNs, untilNs));
  const heading = unit === "" ? name : `${name} [${unit}]`;
  const points = series.points();
  const ticks = axis.ticks.map(({ at: place, label }) => {
    const tickY = rounded(top + height * (1 - place));
    return (
      `<line class="grid" x1="${left}" x2="${left + PLOT_WIDTH}" y1="${tickY}" y2="${tickY}"/>` +
      text({ x: left - 8, y: tickY + 4 }, shown(label), "muted", "end")
    );
  });
  const dots =
    points.length > DOTS_MAX
      ? ""
      : points.map((p) => `<circle cx="${x(p.timeNs)}" cy="${y(p.value)}" r="2"/>`).join("");
  return [
    `<g class="line${at % LINE_COLOURS}"><title>${escapeText(printable(summary(signal)))}</title>`,
    `<rect class="panel" x="${left}" y="${top}" width="${PLOT_WIDTH}" height="${height}"/>`,
    ...ticks,
    text({ x: left, y: top - 7 }, heading, "title"),
    text({ x: left + PLOT_WIDTH, y: top - 7 }, summary(signal), "muted", "end"),
    points.length === 0 ? "" : `<path d="${pathOf(points, x, y, axis.isStepped)}"/>`,
    `${dots}</g>`,
  ].join("\n");
}

function summary({ series }: PlottedSignal): string {
  const { count, least, greatest, left } = series;
  const besides = left === 0 ? "" : `, ${left} that are no numbers`;
  if (count === 0) return `no values${besides}`;
  return `${plural(count, "value")}, ${least} to ${greatest}${besides}`;
}

type Place = (value: number) => number;

function pathOf(points: readonly PlotPoint[], x: Place, y: Place, isStepped: boolean): string {
  const pieces: string[] = [];
  let drawn = "";
  for (const { timeNs, value } of points) {
    const [px, py] = [x(timeNs), y(value)];
    const here = `${px} ${py}`;
    // Points of one pixel are drawn once.
    if (here === drawn) continue;
    drawn = here;
    if (pieces.length === 0) pieces.push(`M${here}`);
    else pieces.push(isStepped ? `H${px}V${py}` : `L${here}`);
  }
  return pieces.join("");
}

function timeAxis({ untilNs, timeText }: Plot, left: number, bottom: number): string {
  const times = timeTicks(untilNs);
  const ticks = times.map((timeNs) => {
    const x = rounded(left + xOf(timeNs, untilNs));
    return (
      `<line class="grid" x1="${x}" x2="${x}" y1="44" y2="${bottom + 6}"/>` +
      text({ x, y: bottom + 22 }, tickText(timeNs, times.at(-1) ?? 0), "muted", "middle")
    );
  });
  return ticks.join("") + text({ x: left, y: bottom + 44 }, timeText, "muted");
}

function xOf(timeNs: number, untilNs: number): number {
  return untilNs <= 0 ? 0 : (PLOT_WIDTH * timeNs) / untilNs;
}

function shown(label: string): string {
  return cutTo(printable(label), LABEL_MAX);
}

function text(
  { x, y }: { readonly x: number; readonly y: number },
  words: string,
  name: string,
  anchor: "start" | "middle" | "end" = "start",
): string {
  const side = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  const place = `x="${rounded(x)}" y="${rounded(y)}"`;
  return `<text ${place} class="${name}"${side}>${escapeText(printable(words))}</text>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
