/**
 * The rw-register checker: is this history of reads and writes one that a database of the given
 * consistency model could have produced? Anomalies, their names and the verdict are Elle's
 * (0.2.7). Registers tell little about the order of their versions; what the caller knows or may
 * assume of it comes in as options, and makes more anomalies visible.
 */

import { type HistoryTable, INVOKE } from "../history/history-table.ts";
import { checkCycles } from "./check-cycles.ts";
import { SEARCH_GAVE_UP } from "./cycles.ts";
import { Findings } from "./findings.ts";
import { GARBAGE_READ, judge, orderFor } from "./judge.ts";
import { checkLostUpdates } from "./lost-updates.ts";
import { checkRegisterReads, checkRegisterTransactions } from "./register-checks.ts";
import { RegisterDependencies } from "./register-dependencies.ts";
import { indexRegisters, type RegisterIndex } from "./register-index.ts";
import { requestOf, requestWarnings } from "./request.ts";
import type { CheckResult, RegisterOptions } from "./result.ts";
import { elementText, keyText } from "./texts.ts";
import { versionGraph } from "./version-graph.ts";

/**
 * Throws `usage.unknown-model` or `usage.option` for a name that is none, `input.malformed` for a
 * history with other micro-operations, with a write of nil, with keys of several kinds, or with a
 * value that was read and has two writers.
 */
export function checkRwRegister(history: HistoryTable, options: RegisterOptions): CheckResult {
  const request = requestOf(options);
  const index = indexRegisters(history);
  const findings = new Findings(history);
  checkRegisterReads(history, index, findings);
  checkRegisterTransactions(history, findings);
  checkLostUpdates(history, history.type, findings);
  const versions = versionGraph(history, index, options, findings);
  checkCycles(new RegisterDependencies(versions), {
    findings,
    order: orderFor(request),
    limits: options,
  });
  if (versions.sources.some(({ exact }) => exact?.hasGivenUp === true)) {
    findings.add(SEARCH_GAVE_UP, () => ({
      sentences: ["Not all that real time tells about the versions of keys was used: too much."],
      rows: [],
    }));
  }
  const warnings = [
    ...requestWarnings(request, "rw-register"),
    ...optionWarnings(history, options),
  ];
  if (index.repeated.length > 0) warnings.push(repeatedText(history, index));
  if (options.forbidGarbage !== true) {
    const garbage = findings.take(GARBAGE_READ);
    if (garbage !== undefined) {
      warnings.push(`${garbage.explanation} Elle lets such reads pass; so does this verdict.`);
    }
  }
  return judge(request, findings, history, warnings);
}

/** Values written twice are refused only if they were read: so does Elle. */
function repeatedText(history: HistoryTable, { repeated, writers }: RegisterIndex): string {
  const element = repeated[0] as number;
  const start = writers.start[element] as number;
  const lines = [start, start + 1].map((at) => history.line[writers.rows[at] as number]);
  const key = keyText(history, history.elementKey[element] as number);
  const more = repeated.length === 1 ? "" : `, and ${repeated.length - 1} more such values`;
  const what = `${elementText(history, element)} is written to ${key} twice`;
  return `${what} (lines ${lines.join(" and ")}) and never read${more}`;
}

function optionWarnings(history: HistoryTable, options: RegisterOptions): string[] {
  const { sequentialKeys, linearizableKeys, wfrKeys, transactionOrder } = options;
  const warnings: string[] = [];
  const hasOrder = sequentialKeys === true || linearizableKeys === true || wfrKeys === true;
  if (!hasOrder && transactionOrder === undefined) {
    warnings.push(
      "nothing but nil orders the versions of a register, so few cycles can be seen; say what " +
        "holds: sequential keys, linearizable keys, writes follow reads, an order of transactions",
    );
  }
  if (transactionOrder !== undefined) {
    const unplaced = transactionOrder.size - placed(history, transactionOrder);
    if (unplaced > 0) {
      const of = `${unplaced} of ${transactionOrder.size} places in the order of transactions`;
      warnings.push(`${of} name no completion of this history`);
    }
  }
  if (linearizableKeys === true && history.rows > 0 && !history.type.includes(INVOKE)) {
    warnings.push("no operation of type invoke: real time tells nothing of linearizable keys");
  }
  return warnings;
}

function placed(history: HistoryTable, order: ReadonlyMap<number, number>): number {
  let count = 0;
  for (let row = 0; row < history.rows; row++) {
    if (history.type[row] !== INVOKE && order.has(history.index[row] as number)) count++;
  }
  return count;
}
