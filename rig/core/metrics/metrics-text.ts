/**
 * `metrics.json` and `metrics.csv`. The CSV has a row for each figure of the summary and for each
 * kind of message, under the head `metric,value`: the name as in the JSON (messages as
 * `message_counts.NAME`), and the figure, empty where the JSON has null. Latencies and throughput
 * samples are lists and stay in the JSON.
 */

import type { Metrics } from "./metrics.ts";

export function metricsJson(metrics: Metrics): string {
  return `${JSON.stringify(metrics, null, 2)}\n`;
}

export function metricsCsv(metrics: Metrics): string {
  const rows: (readonly [string, string | number | null])[] = [
    ["metric", "value"],
    ["scenario", metrics.scenario],
    ...Object.entries<number | null>({ ...metrics.summary }),
  ];
  for (const [name, count] of Object.entries(metrics.message_counts)) {
    rows.push([`message_counts.${name}`, count]);
  }
  return rows.map(([name, value]) => `${cell(name)},${cell(value)}\n`).join("");
}

/** A cell as RFC 4180 has it: quoted where its text would break the row. */
function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
