/**
 * The files of a run folder that are derived from its record, at the end of a run or by
 * `rig report`: the same evidence gives the same bytes.
 */

import {
  ednOfHistory,
  jsonArrayOfHistory,
  jsonLinesOfHistory,
} from "../core/history/write-history.ts";
import { metricsOf } from "../core/metrics/metrics.ts";
import { metricsCsv, metricsJson } from "../core/metrics/metrics-text.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { type HtmlOptions, reportHtml } from "./html.ts";
import { resultJson } from "./json.ts";
import { junitXml } from "./junit.ts";

export interface DerivedFile {
  readonly name: string;
  readonly text: string;
}

/**
 * `repeat` repeats the run; it has no paths, so that the page is the same anywhere. `view` is the
 * built program of the report's views, where there is one.
 */
export function derivedFiles(
  evidence: RunEvidence,
  result: RunResult,
  { repeat, view }: HtmlOptions,
): readonly DerivedFile[] {
  const metrics = metricsOf(evidence);
  const { nodesHistory } = evidence;
  return [
    ...(nodesHistory === null
      ? []
      : [{ name: "nodes-history.jsonl", text: jsonLinesOfHistory(nodesHistory.operations) }]),
    { name: "history.json", text: jsonArrayOfHistory(evidence.operations) },
    { name: "history.edn", text: ednOfHistory(evidence.operations) },
    { name: "metrics.json", text: metricsJson(metrics) },
    { name: "metrics.csv", text: metricsCsv(metrics) },
    { name: "result.json", text: resultJson(result) },
    { name: "junit.xml", text: junitXml([{ result }]) },
    {
      name: "report.html",
      text: reportHtml(result, evidence, { repeat, view }),
    },
  ];
}
