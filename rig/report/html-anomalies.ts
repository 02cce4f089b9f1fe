/** An anomaly in a page: what it is, its picture, and the sentences that explain it. */

import type { Anomaly } from "../core/elle/index.ts";
import { meaningOf } from "../core/elle/meanings.ts";
import { escapeText } from "./escape.ts";
import { tag } from "./html-tables.ts";
import { anomalySvg } from "./picture/anomaly-svg.ts";

/** `linked` makes HTML of a sentence; a page that has the operations points to them. */
export function anomalyHtml(
  anomaly: Omit<Anomaly, "explanation">,
  linked: (sentence: string) => string = escapeText,
): string {
  const { type, sentences, details } = anomaly;
  const lines = sentences.map((sentence) => `<li>${linked(sentence)}</li>`).join("");
  const picture =
    details.length === 0
      ? ""
      : `<figure class="scroll">${anomalySvg(anomaly, { isFile: false })}</figure>`;
  return (
    `<article class="finding"><h3>${tag("bad", type)}${escapeText(meaningOf(type))}</h3>` +
    `<ol class="list">${lines}</ol>${picture}</article>`
  );
}
