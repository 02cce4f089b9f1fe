/**
 * The report of `rig check`: one page for all histories that were checked, with every anomaly that
 * was kept, its picture and its explanation. It opens from disk and needs no network.
 */

import type { CheckedHistory } from "./check-text.ts";
import { escapeText } from "./escape.ts";
import { anomalyHtml } from "./html-anomalies.ts";
import { REPORT_STYLE } from "./html-style.ts";
import { PICTURE_STYLE } from "./picture/picture-style.ts";
import { countText, plural } from "./text.ts";

const WORDS = { true: "VALID", false: "INVALID", unknown: "UNKNOWN" } as const;
const TONES = { true: "good", false: "bad", unknown: "warn" } as const;

export function checkHtml(histories: readonly CheckedHistory[]): string {
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none';`,
    ` style-src 'unsafe-inline'; img-src data:">`,
    '<link rel="icon" href="data:,">',
    "<title>Checked histories - canfd-rig</title>",
    `<style>${REPORT_STYLE}${PICTURE_STYLE}</style></head>`,
    `<body><main>${histories.map(historyHtml).join("\n")}`,
    "<footer>Made by canfd-rig, <code>rig check --report</code>.</footer></main></body></html>\n",
  ].join("\n");
}

function historyHtml({ file, model, consistency, result }: CheckedHistory): string {
  const { valid, operations, not, alsoNot, anomalies, anomalyCounts, warnings } = result;
  const word = `${valid}` as keyof typeof WORDS;
  const facts = [model, consistency, plural(operations, "acknowledged operation")];
  const items = facts.flatMap((fact) => (fact === null ? [] : [`<li>${escapeText(fact)}</li>`]));
  const models = [...not, ...alsoNot].join(", ");
  const counts = Object.entries(anomalyCounts).map(
    ([type, count]) => `${type} (${countText(count)})`,
  );
  const all = Object.values(anomalyCounts).reduce((sum, count) => sum + count, 0);
  const hidden = all - anomalies.length;
  return [
    `<section><header class="verdict ${TONES[word]}">`,
    `<h1><span class="badge">${WORDS[word]}</span><span>${escapeText(file)}</span></h1>`,
    `<ul class="facts">${items.join("")}</ul>`,
    counts.length === 0 ? "" : `<p>Anomalies: ${escapeText(counts.join(", "))}.</p>`,
    models === "" ? "" : `<p>So it is not: ${escapeText(models)}.</p>`,
    ...warnings.map((warning) => `<p>Warning: ${escapeText(warning)}</p>`),
    "</header>",
    ...anomalies.map((anomaly) => anomalyHtml(anomaly)),
    hidden === 0
      ? ""
      : `<p class="muted">${countText(hidden)} more are counted but not explained.</p>`,
    "</section>",
  ].join("");
}
