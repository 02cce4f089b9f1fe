/**
 * Operations as boxes in lanes, from invocation to completion. A lane is a client: the processes
 * that follow one another in its place share it. A box of unknown outcome fades out, since the
 * operation may take effect at any later time. Boxes that anomalies name have a rim and an anchor
 * by the index of their invocation.
 */

import type { Span } from "../core/metrics/spans.ts";
import { escapeText } from "./escape.ts";
import { chartHtml, percentOf } from "./html-chart.ts";
import type { Course } from "./html-latency.ts";
import { spanTitle, TYPE_WORDS } from "./html-operation.ts";
import { countText } from "./text.ts";

/** More boxes than these would make the page too large to open. */
const BOXES_MAX = 2_000;
const LANE_HEIGHT = 22;
const BOX_HEIGHT = 14;
/** Shares of the width; what is shorter is drawn so long. */
const BOX_PERCENT_MIN = 0.15;

export interface Lanes {
  readonly clients: number;
  /** Indices of operations, invocation or completion, that are to stand out. */
  readonly named: ReadonlySet<number>;
}

/** The spans that are drawn, first ones only. */
export function drawnSpans(spans: readonly Span[]): readonly Span[] {
  return spans.slice(0, BOXES_MAX);
}

/** Fading from left to right, once for the page. */
export const FADE =
  '<linearGradient id="fade"><stop offset="0" stop-color="var(--info)"/>' +
  '<stop offset=".35" stop-color="var(--info)" stop-opacity=".75"/>' +
  '<stop offset="1" stop-color="var(--info)" stop-opacity=".12"/></linearGradient>';

export function lanesHtml({ spans, faults, durationNs }: Course, lanes: Lanes): string {
  if (spans.length === 0) return '<p class="muted">No operation was issued.</p>';
  const drawn = drawnSpans(spans);
  const isCut = drawn.length < spans.length;
  const untilNs = isCut ? lastNs(drawn, durationNs) : durationNs;
  const slots = slotsOf(drawn, lanes.clients);
  const rows = slots.map((_, at) => {
    const y = at * LANE_HEIGHT + 1;
    return `<rect class="row" x="0" y="${y}" width="100%" height="${LANE_HEIGHT - 2}"/>`;
  });
  const boxes = drawn.map((span) => {
    const lane = slots.indexOf(slotOf(span, lanes.clients));
    return boxSvg(span, { lane, untilNs, isNamed: isNamed(span, lanes.named) });
  });
  const chart = chartHtml({
    description: `${drawn.length} operations in the lanes of ${slots.length} clients`,
    height: slots.length * LANE_HEIGHT,
    untilNs,
    faults,
    ticks: slots.map((slot, at) => ({
      y: at * LANE_HEIGHT + LANE_HEIGHT / 2,
      label: `client ${slot}`,
    })),
    hasGrid: false,
    under: rows.join(""),
    body: `<g class="boxes">${boxes.join("")}</g>`,
    minWidth: Math.min(6_000, Math.max(680, Math.round((drawn.length / slots.length) * 8))),
  });
  const notice = isCut
    ? `<p class="muted">The first ${countText(drawn.length)} of ${countText(spans.length)} ` +
      "operations are shown; history.jsonl has them all.</p>"
    : "";
  return `${LEGEND}${notice}${chart}`;
}

const LEGEND = `<ul class="legend">${(["ok", "info", "fail"] as const)
  .map(
    (type) =>
      '<li><svg class="boxes" width="26" height="12" aria-hidden="true">' +
      `<rect class="${type}" width="26" height="12" rx="2"/></svg>${TYPE_WORDS[type]}</li>`,
  )
  .join("")}<li>hover for the operation</li></ul>`;

function lastNs(spans: readonly Span[], durationNs: number): number {
  const last = spans.reduce((most, { startNs, endNs }) => Math.max(most, endNs ?? startNs), 0);
  return Math.min(last, durationNs);
}

function slotOf({ process }: Span, clients: number): number {
  return clients > 0 ? process % clients : process;
}

function slotsOf(spans: readonly Span[], clients: number): readonly number[] {
  return [...new Set(spans.map((span) => slotOf(span, clients)))].sort((a, b) => a - b);
}

function isNamed({ invokeIndex, completionIndex }: Span, named: ReadonlySet<number>): boolean {
  return named.has(invokeIndex) || (completionIndex !== null && named.has(completionIndex));
}

interface Box {
  readonly lane: number;
  readonly untilNs: number;
  readonly isNamed: boolean;
}

function boxSvg(span: Span, { lane, untilNs, isNamed }: Box): string {
  const { startNs, endNs, type, invokeIndex } = span;
  const long = untilNs <= 0 ? 100 : (100 * ((endNs ?? untilNs) - startNs)) / untilNs;
  const width = `${Number(Math.max(BOX_PERCENT_MIN, long).toFixed(2))}%`;
  const y = lane * LANE_HEIGHT + (LANE_HEIGHT - BOX_HEIGHT) / 2;
  return (
    `<rect id="i${invokeIndex}" class="${isNamed ? `${type} named` : type}" ` +
    `x="${percentOf(startNs, untilNs)}" y="${y}" width="${width}" height="${BOX_HEIGHT}" rx="2">` +
    `<title>${escapeText(spanTitle(span))}</title></rect>`
  );
}
