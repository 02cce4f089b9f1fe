/**
 * The tables of the HTML report: counts, latency, faults, bus and messages, invariants, nodes,
 * teardown, and the operations without acknowledgement. Each shows what the result says and
 * judges nothing; everything from outside is escaped here.
 */

import type { Span } from "../core/metrics/spans.ts";
import type { ControllerStatistics } from "../core/run/evidence.ts";
import type { OutcomeCounts, RunResult } from "../core/verdict/run-result.ts";
import { escapeText } from "./escape.ts";
import { TYPE_WORDS, valueText } from "./html-operation.ts";
import { countText, cutTo, durationText, microsecondsText, percentText } from "./text.ts";
import { effectWords, intervalWords } from "./words.ts";

/** A cell of text; numbers are set to the right, and HTML is taken as it is. */
type Cell = string | number | { readonly html: string };

interface Table {
  /** Heads of the columns; those that end in `#` are of numbers. */
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export function tableHtml({ heads, rows }: Table): string {
  const isNumber = heads.map((head) => head.endsWith("#"));
  const start = (tag: string, at: number) => `<${tag}${isNumber[at] ? ' class="number"' : ""}`;
  const head = heads
    .map((text, at) => `${start("th", at)} scope="col">${escapeText(text.replace(/#$/, ""))}</th>`)
    .join("");
  const body = rows.map((row) => {
    const cells = row.map((cell, at) =>
      at === 0
        ? `<th scope="row">${cellHtml(cell)}</th>`
        : `${start("td", at)}>${cellHtml(cell)}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return (
    `<div class="wide"><table><thead><tr>${head}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table></div>`
  );
}

function cellHtml(cell: Cell): string {
  if (typeof cell === "object") return cell.html;
  return escapeText(typeof cell === "number" ? countText(cell) : cell);
}

/** A count that should be nought, in the tone of what it means otherwise. */
function counted(count: number, tone: "warned" | "wrong"): Cell {
  return count === 0 ? 0 : { html: `<span class="${tone}">${countText(count)}</span>` };
}

export function countsHtml({ counts, windows }: RunResult): string {
  const row = (name: string, { issued, ok, fail, info }: OutcomeCounts): readonly Cell[] => [
    name,
    issued,
    ok,
    counted(fail, "wrong"),
    counted(info, "warned"),
    percentText(ok, issued).replace(" %", ""),
  ];
  return tableHtml({
    heads: ["", "issued#", "ok#", "fail#", "info#", "ok %#"],
    rows: [
      row("all", counts),
      row("outside faults", windows.outsideFaults),
      row("during faults", windows.duringFaults),
      row("after heal", windows.afterHeal),
      row("final reads", windows.finalReads),
    ],
  });
}

export function latencyTableHtml({ latency }: RunResult): string {
  const { count, minUs, meanUs, p50Us, p95Us, p99Us, maxUs } = latency;
  if (count === 0) return '<p class="muted">Nothing was acknowledged.</p>';
  const rows = { minimum: minUs, median: p50Us, mean: meanUs, "95 %": p95Us, "99 %": p99Us };
  return tableHtml({
    heads: [`of ${countText(count)} acknowledged`, "latency#"],
    rows: Object.entries({ ...rows, maximum: maxUs }).map(([name, us]) => [
      name,
      microsecondsText(us),
    ]),
  });
}

export function faultsHtml({ faults }: RunResult): string {
  if (faults.length === 0) return '<p class="muted">None.</p>';
  return tableHtml({
    heads: ["", "kind", "target", "in force", "effect"],
    rows: faults.map((fault, at) => [
      String(at + 1),
      fault.kind,
      fault.target,
      intervalWords(fault),
      fault.effects === 0
        ? { html: `<span class="warned">${escapeText(effectWords(fault))}</span>` }
        : effectWords(fault),
    ]),
  });
}

export function busHtml({ bus, messages }: RunResult): string {
  const rows: (readonly Cell[])[] = [
    ["frames on the bus", bus.frames],
    ["load", `${bus.loadPercent.toFixed(1)} %`],
    ["busy", durationText(bus.busyNs)],
    ["delivered", bus.delivered],
    ["withheld by faults", bus.withheld],
    ["dropped for want of room", counted(bus.dropped, "wrong")],
    ["error frames", bus.errorFrames],
    ["received twice after an error", bus.duplicates],
    ["controllers gone bus-off", bus.busOffs],
    ...Object.entries(bus.reached ?? {}).map(([point, count]) => [`reached: ${point}`, count]),
  ];
  const sent = Object.entries(messages).map(([name, count]) => [`${name} sent`, count] as const);
  return tableHtml({ heads: ["", "count#"], rows: [...rows, ...sent] });
}

export function invariantsHtml({ invariants, assertions }: RunResult): string {
  if (invariants.length + assertions.length === 0) return '<p class="muted">None.</p>';
  const rows = invariants.map(({ name, checked, violations }): readonly Cell[] => [
    name,
    violations.length > 0
      ? { html: `${tag("bad", "violated")}${violations.map(escapeText).join("<br>")}` }
      : { html: checked === 0 ? tag("warn", "checked nothing") : tag("good", "held") },
    checked,
  ]);
  const claims = assertions.map(({ name, text, holds }): readonly Cell[] => [
    name,
    { html: `${tag(holds ? "good" : "bad", holds ? "holds" : "fails")}${escapeText(text)}` },
    1,
  ]);
  return tableHtml({ heads: ["", "result", "checked#"], rows: [...rows, ...claims] });
}

export function nodesHtml({ nodeStatistics }: RunResult): string {
  if (nodeStatistics.length === 0) return '<p class="muted">Nothing was recorded.</p>';
  return tableHtml({
    heads: ["node", "boots#", "decided#", "applied#", "expired rounds#", "controller at the end"],
    rows: nodeStatistics.map(({ node, boots, decided, applied, expired, controller }) => [
      String(node),
      boots,
      decided,
      applied,
      expired,
      controller === undefined ? "" : controllerWords(controller),
    ]),
  });
}

function controllerWords({ state, tec, rec, busOffs }: ControllerStatistics): string {
  const offs = busOffs === 0 ? "" : `, ${busOffs} times bus-off`;
  return `${state}, TEC ${tec}, REC ${rec}${offs}`;
}

export function teardownHtml({ teardown }: RunResult): string {
  if (teardown.length === 0) return '<p class="muted">Nothing was recorded.</p>';
  return tableHtml({
    heads: ["step", "result"],
    rows: teardown.map(({ step, ok, detail }) => [
      step,
      { html: `${tag(ok ? "good" : "bad", ok ? "done" : "failed")}${escapeText(detail ?? "")}` },
    ]),
  });
}

export function tag(tone: "good" | "warn" | "bad", text: string): string {
  return `<span class="tag ${tone}">${escapeText(text)}</span>`;
}

const UNANSWERED_MAX = 200;
const VALUE_MAX = 120;

/** What can't be hovered over on a phone or on paper: operations without acknowledgement. */
export function unansweredHtml(spans: readonly Span[]): string {
  const unanswered = spans.filter(({ type }) => type !== "ok");
  if (unanswered.length === 0) return "";
  const shown = unanswered.slice(0, UNANSWERED_MAX);
  const first = shown.length < unanswered.length ? `first ${countText(shown.length)} of ` : "";
  const table = tableHtml({
    heads: ["operation", "process", "node", "from", "outcome", "value"],
    rows: shown.map((span) => [
      String(span.invokeIndex),
      String(span.process),
      span.node === undefined ? "" : String(span.node),
      durationText(span.startNs),
      span.error === undefined ? TYPE_WORDS[span.type] : `${TYPE_WORDS[span.type]}: ${span.error}`,
      cutTo(valueText(span.value), VALUE_MAX),
    ]),
  });
  return (
    `<details><summary>Operations without acknowledgement (${first}` +
    `${countText(unanswered.length)})</summary>${table}</details>`
  );
}
