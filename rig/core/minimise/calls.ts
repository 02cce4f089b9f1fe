/**
 * What is left out of a history to make it smaller. A call is an invocation with its completion:
 * both go or stay. Of transactions, single reads go too, and single values: an element that was
 * appended goes from its append and from all reads of its key, as if it had never been there. A
 * consistent store stays consistent without a read or a value. A call that goes may leave reads of
 * what nobody wrote, so that a part may show an anomaly of its type in another way than the whole.
 */

import {
  canonicalText,
  type GeneralOperation,
  isClient,
  type ListValue,
  nameOf,
  type Value,
} from "../history/general-operation.ts";

export interface Call {
  /** One or two, the invocation first. */
  readonly operations: readonly GeneralOperation[];
}

/** In the order of their first operations; what is no client's is left out. */
export function callsOf(operations: readonly GeneralOperation[]): readonly Call[] {
  const calls: GeneralOperation[][] = [];
  const open = new Map<GeneralOperation["process"], GeneralOperation[]>();
  for (const operation of operations) {
    if (!isClient(operation)) continue;
    const { process, type } = operation;
    const begun = open.get(process);
    open.delete(process);
    if (begun !== undefined && type !== "invoke") {
      begun.push(operation);
      continue;
    }
    const call = [operation];
    calls.push(call);
    if (type === "invoke") open.set(process, call);
  }
  return calls.map((call) => ({ operations: call }));
}

export function operationsOf(calls: readonly Call[]): readonly GeneralOperation[] {
  return calls.flatMap((call) => call.operations).sort((a, b) => a.index - b.index);
}

/** Part of a transaction, or a value of a key in all of them. */
export type Piece =
  | { readonly kind: "read"; readonly call: Call; readonly place: number }
  | { readonly kind: "value"; readonly key: string; readonly value: string };

export function piecesOf(calls: readonly Call[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const values = new Map<string, Piece>();
  const found = new Set<string>();
  for (const call of calls) {
    for (const mops of call.operations.map(mopsOf)) {
      for (const { f, key, value } of mops) {
        if (f === "w") putValue(values, key, value);
        else if (f === "r" && !isList(value)) found.add(placeOf(key, value));
        else if (f === "append") putValue(values, key, value);
        else if (isList(value)) for (const item of value.items) putValue(values, key, item);
      }
    }
    mopsOf(call.operations[0]).forEach(({ f }, place) => {
      if (f === "r" && isAligned(call)) pieces.push({ kind: "read", call, place });
    });
  }
  // A register's value that is read must keep its write: else it would come from nowhere.
  for (const [place, piece] of values) if (!found.has(place)) pieces.push(piece);
  return pieces;
}

export function without(calls: readonly Call[], piece: Piece): readonly Call[] {
  if (piece.kind === "value") {
    return calls.map((call) => ({
      operations: call.operations.map((operation) => withoutValue(operation, piece)),
    }));
  }
  return calls.map((call) => {
    if (call !== piece.call) return call;
    return { operations: call.operations.map((each) => withoutPlace(each, piece.place)) };
  });
}

interface Mop {
  readonly f: string;
  readonly key: string;
  readonly value: Value;
  readonly item: Value;
}

/** Micro-operations of a value that is a list of them; none otherwise. */
function mopsOf(operation: GeneralOperation | undefined): readonly Mop[] {
  const value = operation?.value ?? null;
  if (!isList(value)) return [];
  return value.items.flatMap((item) => {
    if (!isList(item) || item.items.length < 2) return [];
    const [f, key, argument = null] = item.items as [Value, Value, Value?];
    return [{ f: nameOf(f), key: canonicalText(key), value: argument, item }];
  });
}

function isAligned({ operations }: Call): boolean {
  const counts = operations.map(({ value }) => (isList(value) ? value.items.length : -1));
  return counts.every((count) => count === counts[0]);
}

function withoutPlace(operation: GeneralOperation, place: number): GeneralOperation {
  const { value } = operation;
  if (!isList(value)) return operation;
  return { ...operation, value: { kind: "list", items: value.items.toSpliced(place, 1) } };
}

function withoutValue(
  operation: GeneralOperation,
  piece: { readonly key: string; readonly value: string },
): GeneralOperation {
  const mops = mopsOf(operation);
  if (mops.length === 0) return operation;
  const items = mops.flatMap(({ f, key, value, item }): Value[] => {
    if (key !== piece.key) return [item];
    if (f !== "r") return canonicalText(value) === piece.value ? [] : [item];
    if (!isList(value) || !isList(item)) return [item];
    const left = value.items.filter((each) => canonicalText(each) !== piece.value);
    const list: Value = { kind: "list", items: left };
    return [{ kind: "list", items: [...item.items.slice(0, 2), list] }];
  });
  return { ...operation, value: { kind: "list", items } };
}

function putValue(values: Map<string, Piece>, key: string, value: Value): void {
  values.set(placeOf(key, value), { kind: "value", key, value: canonicalText(value) });
}

function placeOf(key: string, value: Value): string {
  return `${key} ${canonicalText(value)}`;
}

function isList(value: Value | undefined): value is ListValue {
  return typeof value === "object" && value !== null && value.kind === "list";
}
