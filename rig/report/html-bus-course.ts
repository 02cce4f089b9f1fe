/**
 * The bus over time: its load in bars, red where there were error frames, and below them a strip
 * for each controller that was error-passive or bus-off.
 */

import {
  type BusTrouble,
  type BusWindows,
  busLoads,
  busTroubles,
  controllersOf,
  controllerText,
} from "../core/run/bus-course.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import { escapeText } from "./escape.ts";
import { chartHtml, percentOf } from "./html-chart.ts";
import type { Course } from "./html-latency.ts";
import { durationText, plural } from "./text.ts";

const LOAD_HEIGHT = 70;
const STRIP = 20;
/** Between the load and the strips, so that their labels are apart. */
const GAP = 8;

type BusEvidence = Pick<RunEvidence, "busWindows" | "busStates">;

export function busCourseHtml({ busWindows, busStates }: BusEvidence, course: Course): string {
  const troubles = busTroubles(busStates);
  if (busWindows === null) return '<p class="muted">No frame was recorded.</p>';
  const controllers = controllersOf(troubles);
  const strips = controllers.map((node, at) => ({
    y: LOAD_HEIGHT + GAP + at * STRIP + STRIP / 2,
    label: controllerText(node),
  }));
  const body = [
    `<g class="bars">${loadBars(busWindows, course.durationNs)}</g>`,
    ...troubles.map((each) => stripSvg(each, controllers.indexOf(each.node), course.durationNs)),
  ];
  const chart = chartHtml({
    description: `Load of the bus over time, and ${plural(troubles.length, "error state")}`,
    height: LOAD_HEIGHT + (controllers.length === 0 ? 0 : GAP + controllers.length * STRIP),
    untilNs: course.durationNs,
    faults: course.faults,
    ticks: [{ y: 0, label: "100 %" }, { y: LOAD_HEIGHT, label: "0 %" }, ...strips],
    hasGrid: true,
    body: body.join(""),
    minWidth: 0,
  });
  const { windowNs } = busWindows;
  const legend = `In windows of ${durationText(windowNs)}; red where there were error frames.`;
  return `<p class="muted">${legend}</p>${chart}`;
}

function loadBars(windows: BusWindows, untilNs: number): string {
  const { windowNs, errorFrames } = windows;
  const bars = busLoads(windows).map((percent, at) => {
    const errors = errorFrames[at] ?? 0;
    if (percent === 0 && errors === 0) return "";
    const height = Number(Math.max(2, (LOAD_HEIGHT * percent) / 100).toFixed(1));
    const x = percentOf(at * windowNs, untilNs);
    const width = percentOf(Math.min(windowNs, untilNs - at * windowNs) * 0.9, untilNs);
    const found = errors === 0 ? "" : `, ${plural(errors, "error frame")}`;
    const title = `${durationText(at * windowNs)}: ${percent} %${found}`;
    return (
      `<rect${errors === 0 ? "" : ' class="errors"'} x="${x}" ` +
      `y="${Number((LOAD_HEIGHT - height).toFixed(1))}" width="${width}" height="${height}">` +
      `<title>${title}</title></rect>`
    );
  });
  return bars.join("");
}

function stripSvg(
  { node, state, startNs, endNs }: BusTrouble,
  place: number,
  untilNs: number,
): string {
  const y = LOAD_HEIGHT + GAP + place * STRIP;
  const x = percentOf(startNs, untilNs);
  const width = percentOf(Math.max(untilNs * 0.002, (endNs ?? untilNs) - startNs), untilNs);
  const until = endNs === null ? "to the end" : `to ${durationText(endNs)}`;
  const title = `${controllerText(node)} ${state} from ${durationText(startNs)} ${until}`;
  return (
    `<g class="controller ${state}"><title>${escapeText(title)}</title>` +
    `<rect x="${x}" y="${y + 3}" width="${width}" height="${STRIP - 6}"/>` +
    `<text x="${x}" dx="4" y="${y + STRIP / 2 + 4}">${state}</text></g>`
  );
}
