/**
 * Weak isolation levels of a history, in near-optimal time: read committed, read atomic and causal
 * consistency, after AWDIT (Møldrup and Pavlogiannis, 2025). This is no part of Elle's verdict; it
 * needs no order of versions, and so it also sees what Elle can't see of registers. A level that
 * holds does so for the whole history: the check is complete.
 */

import { capital, keyText, operationText } from "../elle/texts.ts";
import type { HistoryTable } from "../history/history-table.ts";
import { RigError } from "../verdict/rig-error.ts";
import { addCausal } from "./causal.ts";
import { CommitOrder, type OrderStep } from "./commit-order.ts";
import { listTransactions } from "./lists.ts";
import { addReadAtomic } from "./read-atomic.ts";
import { addReadCommitted } from "./read-committed.ts";
import { registerTransactions } from "./registers.ts";
import { INITIAL, type Transactions } from "./transactions.ts";

export const ISOLATION_LEVELS = ["read-committed", "read-atomic", "causal"] as const;

export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

export interface IsolationResult {
  readonly valid: true | false | "unknown";
  /** Why it doesn't hold, in sentences: steps of a cycle, or reads that can't be. */
  readonly witness: readonly string[] | null;
}

export type Isolation = Readonly<Partial<Record<IsolationLevel, IsolationResult>>>;

const RULES: Readonly<
  Record<IsolationLevel, (transactions: Transactions, order: CommitOrder) => void>
> = {
  "read-committed": addReadCommitted,
  "read-atomic": addReadAtomic,
  causal: addCausal,
};

const FAULTS_SHOWN = 3;

/** Unknown where a value is written twice: then a read tells no writer. */
export function checkIsolation(
  table: HistoryTable,
  workload: "list-append" | "rw-register",
  levels: readonly IsolationLevel[],
): Isolation {
  const transactions = transactionsIn(table, workload);
  return Object.fromEntries(levels.map((level) => [level, checkLevel(transactions, level)]));
}

/** Or the sentence that says why there are none. */
function transactionsIn(
  table: HistoryTable,
  workload: "list-append" | "rw-register",
): Transactions | string {
  try {
    return workload === "list-append" ? listTransactions(table) : registerTransactions(table);
  } catch (error) {
    if (!(error instanceof RigError) || error.code !== "input.malformed") throw error;
    return `${capital(error.message)}.`;
  }
}

function checkLevel(transactions: Transactions | string, level: IsolationLevel): IsolationResult {
  if (typeof transactions === "string") return { valid: "unknown", witness: [transactions] };
  const { faults } = transactions;
  if (faults.length > 0) {
    const shown = faults.slice(0, FAULTS_SHOWN).map(({ text }) => `${capital(text)}.`);
    const left = faults.length - shown.length;
    return { valid: false, witness: left > 0 ? [...shown, `And ${left} more.`] : shown };
  }
  const order = new CommitOrder(transactions);
  RULES[level](transactions, order);
  const cycle = order.cycle();
  if (cycle === null) return { valid: true, witness: null };
  return { valid: false, witness: cycle.map((step) => stepText(transactions, step)) };
}

function stepText({ table, row }: Transactions, { from, to, why, key, via }: OrderStep): string {
  const name = (t: number) =>
    t === INITIAL ? "the initial state" : operationText(table, row[t] as number);
  const before = `${capital(name(from))} comes before ${name(to)}`;
  if (why === "session") {
    return from === INITIAL ? `${before}, as before all.` : `${before} in its session.`;
  }
  if (why === "read") return `${before}, which reads ${keyText(table, key)} from it.`;
  if (why === "list") return `${before} in the list of ${keyText(table, key)}.`;
  const reads = `reads ${keyText(table, key)} from the latter`;
  return `${before}: ${name(via)} sees the former, and ${reads}.`;
}
