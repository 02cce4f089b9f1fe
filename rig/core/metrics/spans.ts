/**
 * Operations of clients paired into spans, one for each invocation, in the order of invocation.
 * A span is `open` where the record breaks off before its completion. The nemesis has no spans,
 * and a completion that nothing invoked is passed over: judging histories is the checker's part.
 */

import {
  isClientOperation,
  type MicroOp,
  type Operation,
  type OperationType,
} from "../history/operation.ts";

export type SpanType = Exclude<OperationType, "invoke"> | "open";

export interface Span {
  readonly process: number;
  readonly node?: number;
  readonly invokeIndex: number;
  /** Index of the completion; null while open. */
  readonly completionIndex: number | null;
  readonly startNs: number;
  /** For `info` the moment at which the client gave up; null while open. */
  readonly endNs: number | null;
  readonly type: SpanType;
  /** What an acknowledgement brought; for all others, what was asked. */
  readonly value: readonly MicroOp[];
  readonly error?: string;
}

export function spansOf(operations: Iterable<Operation>): readonly Span[] {
  const spans: Span[] = [];
  const openAt = new Map<number, number>();
  for (const operation of operations) {
    if (!isClientOperation(operation)) continue;
    if (operation.type === "invoke") {
      openAt.set(operation.process, spans.length);
      spans.push({
        process: operation.process,
        ...nodeOf(operation),
        invokeIndex: operation.index,
        completionIndex: null,
        startNs: operation.time,
        endNs: null,
        type: "open",
        value: operation.value ?? [],
      });
      continue;
    }
    const at = openAt.get(operation.process);
    const opened = at === undefined ? undefined : spans[at];
    if (at === undefined || opened === undefined) continue;
    openAt.delete(operation.process);
    spans[at] = {
      ...opened,
      ...nodeOf(operation),
      completionIndex: operation.index,
      endNs: operation.time,
      type: operation.type,
      value: operation.type === "ok" ? (operation.value ?? []) : opened.value,
      ...(operation.error === undefined ? {} : { error: operation.error }),
    };
  }
  return spans;
}

function nodeOf({ node }: Operation): { readonly node?: number } {
  return node === undefined ? {} : { node };
}

/** Latencies of the acknowledged spans, in the order of invocation. */
export function latenciesNsOf(spans: readonly Span[]): readonly number[] {
  const latencies: number[] = [];
  for (const { type, startNs, endNs } of spans) {
    if (type === "ok" && endNs !== null) latencies.push(endNs - startNs);
  }
  return latencies;
}
