/**
 * `report.html`: a run on one page that opens from disk and needs neither network nor scripts;
 * where the views of the web application are built, it has them too. Verdict and reasons come
 * first, then anomalies, the course of the run, and the figures. The page is made from result and
 * evidence alone, so the same run gives the same page.
 */

import { metricsOf, recordedNs } from "../core/metrics/metrics.ts";
import { type Span, spansOf } from "../core/metrics/spans.ts";
import { mainOperations, type RunEvidence } from "../core/run/evidence.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { escapeText } from "./escape.ts";
import { anomalyHtml } from "./html-anomalies.ts";
import { busCourseHtml } from "./html-bus-course.ts";
import { drawnSpans, FADE, lanesHtml } from "./html-lanes.ts";
import { type Course, latencyHtml, MARK_SHAPES, throughputHtml } from "./html-latency.ts";
import { anchorsOf, indicesNamed, linkedText } from "./html-operation.ts";
import { REPORT_STYLE } from "./html-style.ts";
import {
  busHtml,
  countsHtml,
  faultsHtml,
  invariantsHtml,
  latencyTableHtml,
  nodesHtml,
  tag,
  teardownHtml,
  unansweredHtml,
} from "./html-tables.ts";
import { VIEW_POLICY, VIEW_STYLE, viewHtml } from "./html-view.ts";
import { PICTURE_STYLE } from "./picture/picture-style.ts";
import { countText, durationText, microsecondsText, plural } from "./text.ts";
import {
  checkWords,
  expectationWords,
  nodesHistoryWords,
  OUTCOME_WORDS,
  unusualWorkload,
  verdictRemark,
} from "./words.ts";

export interface HtmlOptions {
  /** The command that repeats the run; without paths, so that the page is the same anywhere. */
  readonly repeat?: string | undefined;
  /** The built program of the moving views; without it the page runs no script. */
  readonly view?: string | undefined;
}

export function reportHtml(
  result: RunResult,
  evidence: RunEvidence,
  { repeat, view }: HtmlOptions = {},
): string {
  const spans = spansOf(mainOperations(evidence));
  const course: Course = { spans, faults: result.faults, durationNs: recordedNs(evidence) };
  const drawn = anchorsOf(drawnSpans(spans));
  const texts = [
    ...result.check.anomalies.map(({ text }) => text),
    ...result.reasons.map(({ text }) => text),
  ];
  const lanes = { clients: laneCount(evidence, spans), named: indicesNamed(texts) };
  const title = `${OUTCOME_WORDS[result.outcome]} ${result.scenario}, seed ${result.seed}`;
  const body = [
    verdictHtml(result),
    tilesHtml(result),
    section("Why", whyHtml(result, drawn)),
    result.check.anomalies.length === 0 ? "" : section("Anomalies", anomaliesHtml(result, drawn)),
    columns(
      section("Operations", countsHtml(result)),
      section("Latency", latencyTableHtml(result)),
    ),
    section("Latency over time", latencyHtml(course)),
    section("Acknowledged per second", throughputHtml(metricsOf(evidence), course)),
    section("Bus over time", busCourseHtml(evidence, course)),
    section("Clients", lanesHtml(course, lanes) + unansweredHtml(spans) + nodesHistoryHtml(result)),
    section("Faults", faultsHtml(result)),
    columns(
      section("Bus and messages", busHtml(result)),
      section("Invariants and assertions", invariantsHtml(result)) +
        section("Nodes", nodesHtml(result)) +
        section("Teardown", teardownHtml(result)),
    ),
    view === undefined ? "" : viewHtml(result, evidence, view),
    footerHtml(repeat),
  ];
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    // Says to the browser what is so anyway: nothing is fetched, and no script of others runs.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none';`,
    ` style-src 'unsafe-inline'; img-src data:;${view === undefined ? "" : ` ${VIEW_POLICY}`}">`,
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(title)} - canfd-rig</title>`,
    `<style>${REPORT_STYLE}${PICTURE_STYLE}${VIEW_STYLE}</style></head>`,
    '<body><svg width="0" height="0" style="position:absolute" aria-hidden="true">',
    `<defs>${MARK_SHAPES}${FADE}</defs></svg>`,
    `<main>${body.join("\n")}</main></body></html>\n`,
  ].join("\n");
}

function section(title: string, html: string): string {
  return `<section><h2>${escapeText(title)}</h2>${html}</section>`;
}

function columns(...sections: readonly string[]): string {
  return `<div class="columns">${sections.map((each) => `<div>${each}</div>`).join("")}</div>`;
}

type Tone = "good" | "warn" | "bad";

function toneOf({ outcome, asExpected }: RunResult): Tone {
  if (asExpected) return "good";
  return outcome === "unknown" || outcome === "not-run" ? "warn" : "bad";
}

/** A client that lives on a node has a lane for each of its processes. */
function laneCount({ plan }: RunEvidence, spans: readonly Span[]): number {
  if (plan.residents?.hostClients !== false) return plan.workload.clients;
  return spans.reduce((most, { process }) => Math.max(most, process + 1), 1);
}

function nodesHistoryHtml({ nodesHistory }: RunResult): string {
  if (nodesHistory === undefined) return "";
  return `<p class="muted">${escapeText(nodesHistoryWords(nodesHistory))}</p>`;
}

function verdictHtml(result: RunResult): string {
  const { outcome, asExpected, scenario, nodes, protocol, level, seed, partial } = result;
  const facts = [
    plural(nodes, "node"),
    ...unusualWorkload(result).map((name) => `workload ${name}`),
    `protocol ${protocol}`,
    `level ${level}`,
    `seed ${seed}`,
    `${durationText(result.durationNs)} on the clock of the run`,
  ];
  const remark = verdictRemark(result);
  return [
    `<header class="verdict ${toneOf(result)}">`,
    `<h1><span class="badge">${OUTCOME_WORDS[outcome]}</span><span>${escapeText(scenario)}</span>`,
    asExpected
      ? '<span class="muted">as expected</span></h1>'
      : '<span class="wrong">not as expected</span></h1>',
    `<ul class="facts">${facts.map((fact) => `<li>${escapeText(fact)}</li>`).join("")}</ul>`,
    partial === null
      ? ""
      : `<p class="partial">The record is partial: ${escapeText(partial)}. ` +
        "What follows holds for the part that exists.</p>",
    remark === null ? "" : `<p>${escapeText(remark)}</p>`,
    "</header>",
  ].join("");
}

function tilesHtml({ counts, latency, faults, bus, check }: RunResult): string {
  const types = check.anomalyTypes.length;
  const tiles: readonly (readonly [string, string, string])[] = [
    [
      "Acknowledged",
      countText(counts.ok),
      `of ${countText(counts.issued)}; ${countText(counts.info)} unknown, ` +
        `${countText(counts.fail)} failed`,
    ],
    ["Median latency", microsecondsText(latency.p50Us), `99 %: ${microsecondsText(latency.p99Us)}`],
    [
      "Consistency",
      check.valid === true
        ? "no anomaly"
        : types === 0
          ? "not decided"
          : plural(types, "anomaly type"),
      check.consistency,
    ],
    ["Faults", countText(faults.length), effectsHint(faults)],
    ["Bus load", `${bus.loadPercent.toFixed(1)} %`, plural(bus.frames, "frame")],
  ];
  const html = tiles.map(
    ([name, value, detail]) =>
      `<div class="tile"><dt>${name}</dt>` +
      `<dd>${escapeText(value)}<small>${escapeText(detail)}</small></dd></div>`,
  );
  return `<dl class="tiles">${html.join("")}</dl>`;
}

function effectsHint(faults: RunResult["faults"]): string {
  if (faults.length === 0) return "none planned";
  const idle = faults.filter(({ effects }) => effects === 0).length;
  if (idle > 0) return `${countText(idle)} of them without effect`;
  const effects = faults.reduce((sum, fault) => sum + fault.effects, 0);
  return `took effect ${plural(effects, "time")}`;
}

function whyHtml(result: RunResult, drawn: ReadonlyMap<number, number>): string {
  const tones = { valid: "good", invalid: "bad", unknown: "warn", "not-run": "warn" } as const;
  const items = result.reasons.map(
    ({ outcome, text }) => `<li>${tag(tones[outcome], outcome)}${linkedText(text, drawn)}</li>`,
  );
  const { why } = result.expectation;
  const expected = `${escapeText(expectationWords(result))}: ${escapeText(why)}`;
  return (
    `<ul class="list">${items.join("")}` +
    `<li><span class="muted">Expected:</span> ${expected}</li></ul>`
  );
}

function anomaliesHtml({ check }: RunResult, drawn: ReadonlyMap<number, number>): string {
  const items = check.anomalies.map(({ type, text, evidence }) =>
    evidence === undefined
      ? `<p>${tag("bad", type)}${linkedText(text, drawn)}</p>`
      : anomalyHtml({ type, ...evidence }, (sentence) => linkedText(sentence, drawn)),
  );
  const models = [...check.not, ...check.alsoNot];
  const not = models.length === 0 ? "" : ` Ruled out: ${models.join(", ")}.`;
  const intro = `${checkWords(check)}.${not}`;
  return `<p class="muted">${escapeText(intro)}</p>${items.join("")}`;
}

function footerHtml(repeat: string | undefined): string {
  const again = repeat === undefined ? "" : ` Repeat with <code>${escapeText(repeat)}</code>.`;
  return (
    "<footer>Made by canfd-rig from the record of the run; " +
    `<code>rig report</code> makes it again from the folder.${again}</footer>`
  );
}
