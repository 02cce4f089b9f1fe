/**
 * Errors of the checkers in the form in which anomalies of all models are reported: with the
 * operations that they name, from invocation to completion.
 */

import type { Anomaly } from "../elle/result.ts";
import { canonicalText, type GeneralOperation } from "../history/general-operation.ts";
import {
  DETAILED_OPERATIONS,
  type Moment,
  type OperationDetail,
} from "../history/operation-detail.ts";
import type { ModelError } from "./result.ts";

export function anomaliesOf(
  operations: readonly GeneralOperation[],
  errors: readonly ModelError[],
): Anomaly[] {
  const wanted = new Set(errors.flatMap((error) => error.operations));
  const spans = spansOf(operations, wanted);
  return errors.map(({ type, explanation, operations: named }) => {
    const details = new Map<Span, OperationDetail>();
    for (const index of named.slice(0, DETAILED_OPERATIONS)) {
      const span = spans.get(index);
      if (span === undefined || details.has(span)) continue;
      details.set(span, detailOf(span, `T${details.size + 1}`, index));
    }
    const sentences = [explanation];
    return { type, explanation, sentences, operations: named, details: [...details.values()] };
  });
}

interface Span {
  readonly invoked: GeneralOperation | undefined;
  readonly completed: GeneralOperation | undefined;
}

/** By the index of the invocation and of the completion, as far as they are wanted. */
function spansOf(
  operations: readonly GeneralOperation[],
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, Span> {
  const spans = new Map<number, Span>();
  const open = new Map<GeneralOperation["process"], GeneralOperation>();
  const put = (span: Span) => {
    for (const operation of [span.invoked, span.completed]) {
      if (operation !== undefined && wanted.has(operation.index)) spans.set(operation.index, span);
    }
  };
  for (const operation of operations) {
    const invoked = open.get(operation.process);
    if (operation.type === "invoke") {
      open.set(operation.process, operation);
    } else {
      open.delete(operation.process);
      put({ invoked, completed: operation });
    }
  }
  for (const invoked of open.values()) put({ invoked, completed: undefined });
  return spans;
}

function detailOf({ invoked, completed }: Span, name: string, index: number): OperationDetail {
  const last = (completed ?? invoked) as GeneralOperation;
  const node = completed?.node ?? invoked?.node;
  const type = completed === undefined || completed.type === "invoke" ? "open" : completed.type;
  // What was asked is in the invocation; what was found, in an answer only.
  const { f, value } = type === "ok" ? last : (invoked ?? last);
  const text = value === null ? null : canonicalText(value);
  return {
    name,
    index,
    type,
    process: last.process,
    ...(node === undefined ? {} : { node }),
    ...(invoked === undefined ? {} : { invoked: momentOf(invoked) }),
    ...(completed === undefined ? {} : { completed: momentOf(completed) }),
    operations: [{ f, value: type === "ok" && text === null ? "nil" : text }],
  };
}

function momentOf({ index, time, line }: GeneralOperation): Moment {
  return {
    index,
    ...(time < 0 ? {} : { timeNs: time }),
    ...(line > 0 ? { line } : {}),
  };
}
