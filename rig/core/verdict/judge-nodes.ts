/**
 * Judges the history of the clients that live on the nodes: whether it is consistent, whether all
 * of it came in, and whether each key was read once more after heal.
 */

import { type Span, spansOf } from "../metrics/spans.ts";
import type { RunEvidence } from "../run/evidence.ts";
import { checkHistory, checkReasons, countsOf, reason } from "./judge-history.ts";
import type { Reason } from "./outcome.ts";
import type { CheckSummary, NodesHistorySummary } from "./run-result.ts";

/** `main` is the verdict on the history by which the run is judged; undefined where none is. */
export function summaryOf(
  { plan, nodesHistory }: RunEvidence,
  main: CheckSummary,
): NodesHistorySummary | undefined {
  if (nodesHistory === null) return undefined;
  const { operations, records, widened, lost } = nodesHistory;
  return {
    counts: countsOf(spansOf(operations)),
    records,
    widened,
    lost,
    check: plan.residents?.hostClients === false ? main : checkHistory(operations, plan.workload),
  };
}

export function nodesHistoryReasons(
  { plan, nodesHistory, phases }: RunEvidence,
  summary: NodesHistorySummary | undefined,
): Reason[] {
  if (nodesHistory === null || summary === undefined) return [];
  const spans = spansOf(nodesHistory.operations);
  const reasons: Reason[] = [];
  if (plan.residents?.hostClients === true) {
    const traits = { whose: "the nodes' history", hasGaps: summary.lost > 0 };
    reasons.push(...checkReasons(summary.check, spans, traits));
  }
  if (summary.lost > 0) {
    const text = `${summary.lost} records of the nodes' histories were lost`;
    reasons.push(reason("unknown", "lost-records", text));
  }
  const unread = unreadKeys(spans, phases.healedNs ?? Number.POSITIVE_INFINITY);
  if (unread > 0) {
    const text = `${unread} keys of the nodes' clients were not read after heal`;
    reasons.push(reason("unknown", "final-reads-missing", text));
  }
  return reasons;
}

/** Keys that a write may have reached and that no read was acknowledged of in the end. */
function unreadKeys(spans: readonly Span[], healedNs: number): number {
  const appended = new Set<number>();
  const read = new Set<number>();
  for (const { type, startNs, value } of spans) {
    for (const [f, key] of value) {
      if (f !== "r" && type !== "fail") appended.add(key);
      if (f === "r" && type === "ok" && startNs >= healedNs) read.add(key);
    }
  }
  return [...appended].filter((key) => !read.has(key)).length;
}
