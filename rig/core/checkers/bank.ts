/**
 * A bank: accounts hold money, transfers move it, reads see all accounts at once. Whatever is
 * transferred, the total stays the same. Each read is judged alone, by the first of these that it
 * breaks: accounts that are known, balances that are there, the total, no negative balance.
 * Transfers are not looked into.
 */

import {
  type GeneralOperation,
  nameOf,
  numberOf,
  type Value,
} from "../history/general-operation.ts";
import { addedUp, clientOperations, describedRead, unfit } from "./operations.ts";
import { Errors, type ModelError, type ModelResult } from "./result.ts";
import { capital, listText, shortened, valueText } from "./texts.ts";

export interface BankOptions {
  /** Names of all accounts; those of the first read unless given. */
  readonly accounts?: readonly string[];
  /** What all balances sum up to; the total of the first read unless given. */
  readonly totalAmount?: number;
  /** Whether a balance may be below zero; no unless given. */
  readonly allowNegative?: boolean;
}

interface Account {
  readonly name: string;
  /** `null` where the read gave nil. */
  readonly balance: number | null;
}

interface Bank {
  readonly accounts: ReadonlySet<string>;
  readonly total: number;
  readonly allowNegative: boolean;
}

export function checkBank(
  operations: readonly GeneralOperation[],
  options: BankOptions = {},
): ModelResult {
  const reads = clientOperations(operations).filter(
    (operation) => operation.type === "ok" && operation.f === "read",
  );
  const errors = new Errors();
  const first = reads[0];
  if (first === undefined) {
    const explanation = "No read was completed, so nothing is known about any balance.";
    errors.add("never-read", () => ({ explanation, operations: [] }));
    return errors.result("bank", "unknown", { reads: 0, badReads: 0 });
  }
  const bank = bankOf(first, options);
  let badReads = 0;
  for (const read of reads) {
    const error = errorOf(read, accountsOf(read), bank);
    if (error === null) continue;
    badReads++;
    errors.add(error.type, () => error);
  }
  const { total, accounts } = bank;
  const statistics = { reads: reads.length, badReads, total, accounts: accounts.size };
  return errors.result("bank", errors.isEmpty, statistics);
}

function bankOf(first: GeneralOperation, options: BankOptions): Bank {
  const seen = accountsOf(first);
  return {
    accounts: new Set(options.accounts ?? seen.map(({ name }) => name)),
    total: options.totalAmount ?? totalOf(first, seen),
    allowNegative: options.allowNegative ?? false,
  };
}

/** Keys of JSON are always strings, so an account goes by its name without quotes or colon. */
function accountsOf(read: GeneralOperation): readonly Account[] {
  const { value } = read;
  if (value === null) return [];
  if (typeof value !== "object" || value.kind !== "map") {
    throw unfit(read, `a read of ${valueText(value)}; expected a map from account to balance`);
  }
  return value.entries.map(([key, balance]) => ({
    name: nameOf(key),
    balance: balance === null ? null : balanceOf(read, balance),
  }));
}

function balanceOf(read: GeneralOperation, value: Value): number {
  const balance = numberOf(value);
  if (Number.isNaN(balance)) {
    throw unfit(read, `a balance of ${valueText(value)}; expected a number up to 2^53`);
  }
  return balance;
}

function totalOf(read: GeneralOperation, accounts: readonly Account[]): number {
  return accounts.reduce((sum, { balance }) => addedUp(sum, balance ?? 0, read), 0);
}

function errorOf(
  read: GeneralOperation,
  accounts: readonly Account[],
  bank: Bank,
): ModelError | null {
  const error = (type: string, text: string): ModelError => {
    const explanation = `${capital(describedRead(read))} ${text}.`;
    return { type, explanation, operations: [read.index] };
  };
  const strange = accounts.filter(({ name }) => !bank.accounts.has(name));
  if (strange.length > 0) {
    const known = listText([...bank.accounts].map(shortened));
    return error("unexpected-key", `saw ${named(strange)}; the accounts are ${known}`);
  }
  const empty = accounts.filter(({ balance }) => balance === null);
  if (empty.length > 0) return error("nil-balance", `saw no balance of ${named(empty)}`);
  const total = totalOf(read, accounts);
  if (total !== bank.total) {
    return error("wrong-total", `saw ${total} in all; the bank holds ${bank.total}`);
  }
  const negative = accounts.filter(({ balance }) => (balance ?? 0) < 0);
  if (negative.length === 0 || bank.allowNegative) return null;
  const balances = negative.map(({ name, balance }) => `${balance} in account ${shortened(name)}`);
  return error("negative-value", `saw ${listText(balances)}; balances may not be negative`);
}

function named(accounts: readonly Account[]): string {
  const names = accounts.map(({ name }) => shortened(name));
  return `account${accounts.length === 1 ? "" : "s"} ${listText(names)}`;
}
