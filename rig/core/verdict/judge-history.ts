/** Judges one history of a run: what the checker says of it, and what that comes to. */

import { CHECKERS } from "../elle/checkers.ts";
import { GARBAGE_READ } from "../elle/judge.ts";
import { CONSISTENCY_DEFAULT } from "../elle/lattice.ts";
import type { Operation } from "../history/operation.ts";
import { tableOfOperations } from "../history/operation-table.ts";
import type { AppliedSlots } from "../invariant/apply-order.ts";
import type { Span } from "../metrics/spans.ts";
import type { RunPlan } from "../plan/plan.ts";
import { commitOrder } from "../run/commit-order.ts";
import { KNOWN_OF_RUNS } from "./known-of-runs.ts";
import type { Outcome, Reason } from "./outcome.ts";
import type { CheckSummary, OutcomeCounts } from "./run-result.ts";

/** `applied` is what nodes say of the transactions in this history, where they say the same. */
export function checkHistory(
  operations: readonly Operation[],
  { kind: model = "list-append", clients }: Pick<RunPlan["workload"], "kind" | "clients">,
  applied: AppliedSlots | null = null,
): CheckSummary {
  const table = tableOfOperations(operations);
  const result = CHECKERS[model](table, {
    consistency: CONSISTENCY_DEFAULT,
    ...KNOWN_OF_RUNS[model],
    ...(applied === null ? {} : { transactionOrder: commitOrder(table, clients, applied) }),
  });
  const { valid, anomalyTypes, not, alsoNot, anomalies } = result;
  return {
    model,
    consistency: CONSISTENCY_DEFAULT,
    valid,
    anomalyTypes,
    not,
    alsoNot,
    anomalies: anomalies.map(({ type, explanation, ...evidence }) => ({
      type,
      text: explanation,
      evidence,
    })),
  };
}

interface HistoryTraits {
  /** Names the history in the texts: "the history", "the nodes' history". */
  readonly whose?: string;
  /** Operations may be missing in it, and among them the writers of what was read. */
  readonly hasGaps?: boolean;
}

export function checkReasons(
  check: CheckSummary,
  spans: readonly Span[],
  { whose = "the history", hasGaps = false }: HistoryTraits = {},
): Reason[] {
  const { valid, consistency, anomalyTypes } = check;
  const acknowledged = spans.filter((span) => span.type === "ok");
  const hasReads = acknowledged.some((span) => span.value.some((microOp) => microOp[0] === "r"));
  const types = anomalyTypes.join(", ");
  if (hasGaps && valid === false && anomalyTypes.every((type) => type === GARBAGE_READ)) {
    const text = `${whose} has reads of what nobody is known to have written, and gaps`;
    return [reason("unknown", "lost-records", text)];
  }
  if (valid === false) {
    const text = `${whose} is not ${consistency}: ${types}`;
    return [reason("invalid", "anomalies", text)];
  }
  if (valid === "unknown" && acknowledged.length > 0) {
    const text = `the checker came to no verdict on ${whose}: ${types}`;
    return [reason("unknown", "checker-gave-up", text)];
  }
  if (!hasReads) {
    const text = `no read in ${whose} was acknowledged, so nothing was checked`;
    return [reason("unknown", "nothing-read", text)];
  }
  const text = `${whose} of ${acknowledged.length} acknowledged operations is ${consistency}`;
  return [reason("valid", "consistent", text)];
}

export function reason(outcome: Outcome, code: string, text: string): Reason {
  return { outcome, code, text };
}

export function countsOf(spans: readonly Span[]): OutcomeCounts {
  const count = (type: Span["type"]) => spans.filter((span) => span.type === type).length;
  return {
    issued: spans.length,
    ok: count("ok"),
    fail: count("fail"),
    info: count("info") + count("open"),
  };
}
