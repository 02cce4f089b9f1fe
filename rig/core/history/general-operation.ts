/**
 * Operations whose values may be anything: what a bank, a counter, a set or a register says. Two
 * values are equal exactly if their canonical texts are, in EDN's writing, so `1` and `1.0` differ
 * and lists equal vectors. Integers up to 2^53 are numbers here; whatever else is no collection,
 * and all that carries a tag, is kept as its canonical text.
 */

import type { OperationType } from "./operation.ts";

/** `null` is nil; a string is canonical text: `"x"`, `:x`, `1.5`, `true`, `#inst "2020"`. */
export type Value = null | number | string | ListValue | MapValue;

/** A list, a vector or a set. */
export interface ListValue {
  readonly kind: "list" | "set";
  readonly items: readonly Value[];
}

export interface MapValue {
  readonly kind: "map";
  readonly entries: readonly (readonly [key: Value, value: Value])[];
}

export interface GeneralOperation {
  readonly index: number;
  readonly type: OperationType;
  /** Name of the function, without colon or quotes; empty where there is none. */
  readonly f: string;
  /** A client's number; `null` without any; the text of anything else, which is no client. */
  readonly process: number | string | null;
  /** Name of the node that served it, where the history has it. */
  readonly node?: string;
  /** Nanoseconds; -1 where the operation had none. Never used for order. */
  readonly time: number;
  readonly value: Value;
  /** Line of the file on which the operation begins, from 1; 0 if it comes from no file. */
  readonly line: number;
}

/** Deeper values are kept as text, so that recursion over values is bounded. */
export const DEEPEST_VALUE = 64;

export function canonicalText(value: Value): string {
  if (value === null) return "nil";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value;
  if (value.kind === "map") {
    const pairs = value.entries.map(
      ([key, each]) => `${canonicalText(key)} ${canonicalText(each)}`,
    );
    return `{${pairs.sort().join(" ")}}`;
  }
  const items = value.items.map(canonicalText);
  return value.kind === "list" ? `[${items.join(" ")}]` : `#{${items.sort().join(" ")}}`;
}

/** For maps and sets of the engine: equal exactly if the values are. */
export function valueKey(value: Value): number | string {
  return typeof value === "number" ? value : canonicalText(value);
}

/** The number that a value writes, with or without a fraction; NaN if it writes none. */
export function numberOf(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) return Number.NaN;
  const number = Number(value);
  // Longer integers stay text because a double can't hold them.
  return /^-?\d+$/.test(value) && !Number.isSafeInteger(number) ? Number.NaN : number;
}

/** A keyword or a string without its colon or quotes; other values as they are written. */
export function nameOf(value: Value): string {
  const text = canonicalText(value);
  if (text.startsWith(":")) return text.slice(1);
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

export function isClient(operation: GeneralOperation): boolean {
  return typeof operation.process !== "string";
}
