/**
 * Latency over time: a mark for each completed operation at the moment of its invocation, on a
 * logarithmic scale, by how it ended; and below it how many were acknowledged per second. An
 * operation of unknown outcome stands at the time after which its client gave up. Where a run has
 * more operations than can be told apart, marks that would cover each other are drawn once.
 */

import type { FaultReport } from "../core/fault/fault.ts";
import type { Metrics } from "../core/metrics/metrics.ts";
import type { Span } from "../core/metrics/spans.ts";
import { throughputWindowNs } from "../core/metrics/throughput.ts";
import { NS_PER_MS, NS_PER_US } from "../core/time/time.ts";
import { escapeText } from "./escape.ts";
import { chartHtml, percentOf, type Tick } from "./html-chart.ts";
import { TYPE_WORDS } from "./html-operation.ts";
import { countText, durationText } from "./text.ts";

export interface Course {
  readonly spans: readonly Span[];
  readonly faults: readonly FaultReport[];
  readonly durationNs: number;
}

const HEIGHT = 240;
const MARKS_MAX = 2_000;
/** Marks of a long run are told apart by this much of the width and of the height. */
const CELL_PERCENT = 0.4;
const CELL_PIXELS = 6;

export function latencyHtml({ spans, faults, durationNs }: Course): string {
  const completed = spans.filter(({ endNs }) => endNs !== null);
  if (completed.length === 0) return '<p class="muted">No operation was completed.</p>';
  const scale = logScale(completed.map(latencyNs));
  const isMany = completed.length > MARKS_MAX;
  const drawn = isMany ? thinned(completed, durationNs, scale) : completed;
  // Rare kinds are drawn last, over the others.
  const order = { ok: 0, open: 1, info: 1, fail: 2 };
  const marks = [...drawn]
    .sort((a, b) => order[a.type] - order[b.type])
    .map((span) => {
      const x = percentOf(span.startNs, durationNs);
      const y = Number(scale.place(latencyNs(span)).toFixed(1));
      const use = `<use class="${span.type}" href="#m-${span.type}" x="${x}" y="${y}"`;
      return isMany ? `${use}/>` : `${use}><title>${escapeText(markTitle(span))}</title></use>`;
    });
  const chart = chartHtml({
    description: `Latency of ${completed.length} operations over time`,
    height: HEIGHT,
    untilNs: durationNs,
    faults,
    ticks: scale.ticks,
    hasGrid: true,
    body: marks.join(""),
    minWidth: 0,
  });
  const notice = isMany
    ? `<p class="muted">${countText(drawn.length)} marks stand for ` +
      `${countText(completed.length)} operations.</p>`
    : "";
  return `${LEGEND}${chart}${notice}`;
}

/** Shapes of the marks, once for the page. */
export const MARK_SHAPES =
  '<circle id="m-ok" r="3.5"/><path id="m-info" d="M0-4.5 4.5 3.5h-9z"/>' +
  '<path id="m-fail" d="M-4-4h8v8h-8z"/>';

const LEGEND = `<ul class="legend">${(["ok", "info", "fail"] as const)
  .map(
    (type) =>
      '<li><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">' +
      `<use class="${type}" href="#m-${type}"/></svg>${TYPE_WORDS[type]}</li>`,
  )
  .join("")}<li>logarithmic, at the time of invocation</li></ul>`;

function latencyNs({ startNs, endNs }: Span): number {
  return (endNs ?? startNs) - startNs;
}

function markTitle(span: Span): string {
  const { invokeIndex, process, type } = span;
  const latency = durationText(latencyNs(span));
  return `operation ${invokeIndex}, process ${process}: ${TYPE_WORDS[type]} after ${latency}`;
}

interface Scale {
  readonly place: (ns: number) => number;
  readonly ticks: readonly Tick[];
}

/** From the round value below the least to the one above the most; nothing is below 1 µs. */
function logScale(latencies: readonly number[]): Scale {
  const least = latencies.reduce((a, b) => Math.min(a, b), Infinity);
  const most = latencies.reduce((a, b) => Math.max(a, b), 0);
  const values: number[] = [];
  for (let decade = NS_PER_US; (values.at(-1) ?? 0) < most || values.length < 2; decade *= 10) {
    for (const step of [1, 2, 5]) {
      if ((values.at(-1) ?? 0) < most || values.length < 2) values.push(decade * step);
    }
  }
  while (values.length > 2 && (values[1] ?? 0) <= least) values.shift();
  const low = Math.log10(values[0] ?? 1);
  const high = Math.log10(values.at(-1) ?? 10);
  const place = (ns: number) => {
    const share = (Math.log10(Math.max(ns, NS_PER_US)) - low) / (high - low);
    return HEIGHT * (1 - Math.max(0, share));
  };
  const stride = values.length > 10 ? 3 : 1;
  const shown = values.filter((_, at) => at % stride === 0);
  const ticks = shown.map((ns) => ({ y: Number(place(ns).toFixed(1)), label: tickText(ns) }));
  return { place, ticks };
}

function tickText(ns: number): string {
  return ns < NS_PER_MS ? `${ns / NS_PER_US} µs` : `${countText(ns / NS_PER_MS)} ms`;
}

function thinned(spans: readonly Span[], durationNs: number, scale: Scale): readonly Span[] {
  const taken = new Set<string>();
  return spans.filter((span) => {
    const column = Math.floor((100 * span.startNs) / durationNs / CELL_PERCENT);
    const row = Math.floor(scale.place(latencyNs(span)) / CELL_PIXELS);
    const cell = `${span.type} ${column} ${row}`;
    if (taken.has(cell)) return false;
    taken.add(cell);
    return true;
  });
}

const THROUGHPUT_HEIGHT = 70;

export function throughputHtml(
  { throughput_samples: samples }: Metrics,
  { faults, durationNs }: Course,
): string {
  const most = samples.reduce((a, { ops_sec }) => Math.max(a, ops_sec), 0);
  if (most === 0) return '<p class="muted">Nothing was acknowledged.</p>';
  const windowNs = throughputWindowNs(durationNs);
  const bars = samples.map(({ time_us, ops_sec }) => {
    if (ops_sec === 0) return "";
    const startNs = time_us * NS_PER_US;
    const endNs = Math.min(startNs + windowNs, durationNs);
    const height = Number(((THROUGHPUT_HEIGHT * ops_sec) / most).toFixed(1));
    const y = Number((THROUGHPUT_HEIGHT - height).toFixed(1));
    const x = percentOf(startNs, durationNs);
    const width = percentOf((endNs - startNs) * 0.85, durationNs);
    const title = `${durationText(startNs)}: ${countText(ops_sec)} per second`;
    return (
      `<rect x="${x}" y="${y}" width="${width}" height="${height}">` +
      `<title>${title}</title></rect>`
    );
  });
  const chart = chartHtml({
    description: "Acknowledged operations per second over time",
    height: THROUGHPUT_HEIGHT,
    untilNs: durationNs,
    faults,
    ticks: [
      { y: 0, label: `${countText(most)}/s` },
      { y: THROUGHPUT_HEIGHT, label: "0" },
    ],
    hasGrid: true,
    body: `<g class="bars">${bars.join("")}</g>`,
    minWidth: 0,
  });
  return `<p class="muted">In windows of ${durationText(windowNs)}.</p>${chart}`;
}
