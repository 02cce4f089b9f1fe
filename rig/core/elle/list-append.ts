/**
 * The list-append checker: is this history one that a database of the given consistency model
 * could have produced? Anomalies, their names and the verdict are Elle's (0.2.7); `garbage-read`
 * is added. A valid history is judged in time linear in its size; exact graphs are built only for
 * transactions that are on cycles.
 */

import type { HistoryTable } from "../history/history-table.ts";
import { AppendDependencies } from "./append-dependencies.ts";
import { AppendEdges } from "./append-edges.ts";
import { type AppendIndex, indexAppends } from "./append-index.ts";
import { checkCycles } from "./check-cycles.ts";
import { checkDirtyUpdates } from "./dirty-updates.ts";
import { Findings } from "./findings.ts";
import { judge, orderFor } from "./judge.ts";
import { checkLostUpdates } from "./lost-updates.ts";
import { checkReads } from "./read-checks.ts";
import { requestOf, requestWarnings } from "./request.ts";
import type { CheckOptions, CheckResult } from "./result.ts";
import { elementText, keyText } from "./texts.ts";
import { checkTransactions } from "./transaction-checks.ts";
import { NONE } from "./transactions.ts";
import { checkOrders, versionOrder } from "./version-order.ts";

/**
 * Throws `usage.unknown-model` or `usage.option` for a name that is none, `input.malformed` for a
 * history with other micro-operations or with one element appended twice.
 */
export function checkListAppend(history: HistoryTable, options: CheckOptions): CheckResult {
  const request = requestOf(options);
  const index = indexAppends(history);
  const findings = new Findings(history);
  const versions = versionOrder(history, index);
  // Made-up elements apart from the longest read make that read incompatible with it, and Elle
  // tells no more than this; but a model that allows it must still not allow made-up elements.
  const isTold = !request.forbidden.has("incompatible-order");
  checkReads(history, index, {
    findings,
    tellsGarbage: (element) => isTold || versions.place[element] !== NONE,
  });
  checkTransactions(history, index.type, findings);
  checkOrders(history, index, findings);
  checkDirtyUpdates(history, index, findings);
  checkLostUpdates(history, index.type, findings);
  checkCycles(new AppendDependencies(new AppendEdges(history, index, versions)), {
    findings,
    order: orderFor(request),
    limits: options,
  });
  const warnings = requestWarnings(request, "list-append");
  if (index.repeated > 0) warnings.push(repeatedText(history, index));
  return judge(request, findings, history, warnings);
}

/** Elle looks at invocations only; a history of completions may hold what it else refuses. */
function repeatedText(history: HistoryTable, index: AppendIndex): string {
  const { firstRepeated, repeated, completed } = index;
  const element = elementText(history, firstRepeated);
  const key = keyText(history, history.elementKey[firstRepeated] as number);
  const line = history.line[completed[firstRepeated] as number];
  const more = repeated === 1 ? "" : `, and ${repeated - 1} more such appends`;
  return `${element} is appended to ${key} twice (the last time on line ${line})${more}`;
}
