/** What `rig check` prints of one history: verdict first, then the first anomalies in sentences. */

import type { CheckResult } from "../core/elle/index.ts";
import { meaningOf } from "../core/elle/meanings.ts";
import type { Style } from "./style.ts";
import { countText, plural, printable, wrap } from "./text.ts";

export interface CheckedHistory {
  readonly file: string;
  readonly model: string;
  /** Only of models that are checked against one. */
  readonly consistency: string | null;
  readonly result: CheckResult;
}

const ANOMALIES_SHOWN = 3;

export function checkText(
  { file, model, consistency, result }: CheckedHistory,
  { width, style }: { readonly width: number; readonly style: Style },
): string {
  const { valid, anomalyTypes, anomalies, anomalyCounts, operations, not, warnings } = result;
  const word = valid === true ? "valid" : valid === false ? "invalid" : "unknown";
  const tone = valid === true ? "good" : valid === false ? "bad" : "warn";
  const head =
    `${style.paint(tone, word.toUpperCase())}  ${printable(file)}  ` +
    [model, consistency, plural(operations, "acknowledged operation")]
      .filter((each) => each !== null)
      .join(", ");
  const lines = [head];
  const say = (text: string, indent = "  ") => {
    const room = Math.max(40, width - indent.length);
    for (const line of wrap(printable(text), room)) lines.push(indent + line);
  };
  if (anomalyTypes.length > 0) {
    const counted = anomalyTypes.map((type) => `${type} (${anomalyCounts[type] ?? 1})`);
    say(`anomalies: ${counted.join(", ")}`);
  }
  if (not.length > 0) say(`so it is not: ${not.join(", ")}`);
  for (const { type, sentences } of anomalies.slice(0, ANOMALIES_SHOWN)) {
    const meaning = meaningOf(type);
    say(meaning === "" ? `${type}:` : `${type}, ${meaning}:`);
    for (const sentence of sentences) say(sentence, "    ");
  }
  const all = Object.values(anomalyCounts).reduce((sum, count) => sum + count, 0);
  const left = all - Math.min(anomalies.length, ANOMALIES_SHOWN);
  if (left > 0) say(`... and ${countText(left)} more`);
  for (const warning of warnings) say(`warning: ${warning}`);
  return `${lines.join("\n")}\n`;
}
