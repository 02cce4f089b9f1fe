/**
 * The slow and obvious answer to "is this history serializable?": try the orders of transactions
 * one after another until one gives just what was read. For a handful of transactions.
 */

interface Entry {
  readonly type: string;
  readonly process: number | "nemesis";
  readonly value: readonly (readonly [string, number, unknown])[];
}

interface Transaction {
  readonly mops: Entry["value"];
  /** It happened, and its reads count; others may have happened. */
  readonly isSure: boolean;
  readonly invoked: number;
  readonly completed: number;
}

type State = ReadonlyMap<number, unknown>;

/** What a write leaves behind of the state of its key. */
export type Write = (before: unknown, value: unknown) => unknown;

export const listWrite: Write = (before, value) => [...((before ?? []) as unknown[]), value];
export const registerWrite: Write = (_, value) => value;

export function hasSerialOrder(
  operations: readonly Entry[],
  write: Write,
  isRealtimeKept: boolean,
): boolean {
  return canGoOn(transactionsOf(operations), new Map(), { write, isRealtimeKept });
}

interface Rules {
  readonly write: Write;
  readonly isRealtimeKept: boolean;
}

function canGoOn(left: readonly Transaction[], state: State, rules: Rules): boolean {
  if (left.every(({ isSure }) => !isSure)) return true;
  return left.some((next) => {
    const others = left.filter((each) => each !== next);
    const isTooEarly = others.some((each) => each.isSure && each.completed < next.invoked);
    if (rules.isRealtimeKept && isTooEarly) return false;
    const after = run(next, state, rules.write);
    return after !== undefined && canGoOn(others, after, rules);
  });
}

function run(transaction: Transaction, before: State, write: Write): State | undefined {
  const state = new Map(before);
  for (const [name, key, value] of transaction.mops) {
    if (name !== "r") {
      state.set(key, write(state.get(key), value));
    } else if (transaction.isSure) {
      const found = state.get(key) ?? null;
      const isEmpty = found === null && Array.isArray(value) && value.length === 0;
      if (!isEmpty && JSON.stringify(found) !== JSON.stringify(value)) return undefined;
    }
  }
  return state;
}

function transactionsOf(operations: readonly Entry[]): Transaction[] {
  const open = new Map<unknown, number>();
  const transactions: Transaction[] = [];
  operations.forEach(({ type, process, value }, at) => {
    if (type === "invoke") {
      open.set(process, at);
      return;
    }
    const invoked = open.get(process) ?? at;
    open.delete(process);
    if (type === "fail") return;
    const completed = type === "ok" ? at : Number.POSITIVE_INFINITY;
    transactions.push({ mops: value, isSure: type === "ok", invoked, completed });
  });
  for (const at of open.values()) {
    const mops = operations[at]?.value ?? [];
    const completed = Number.POSITIVE_INFINITY;
    transactions.push({ mops, isSure: false, invoked: at, completed });
  }
  return transactions;
}
