/**
 * An operation as a linter reads it: nothing is refused that is a map, since what is wrong with it
 * is the linter's matter.
 */

import {
  canonicalText,
  type ListValue,
  nameOf,
  numberOf,
  type Value,
} from "../history/general-operation.ts";
import { malformed } from "../history/history-table.ts";
import type { OperationType } from "../history/operation.ts";
import {
  CLOSE,
  KEYWORD,
  OPEN_MAP,
  STRING,
  skipValue,
  TAG,
  type Tokens,
} from "../history/tokens.ts";
import { readValue } from "../history/value-reader.ts";

export interface LintOperation {
  readonly line: number;
  /** `null` where there is none. */
  readonly index: Value;
  readonly type: OperationType | null;
  readonly typeText: string;
  /** Empty where there is none. */
  readonly f: string;
  readonly process: Value;
  /** NaN where there is none, and for -1. */
  readonly time: number;
  readonly value: Value;
  /** Text of the field `error`; empty where there is none. */
  readonly error: string;
}

const TYPES: readonly OperationType[] = ["invoke", "ok", "fail", "info"];
const FIELDS: ReadonlySet<string> = new Set([
  ...["index", "type", "f", "process", "time", "value", "error"],
]);
const SHOWN_CHARACTERS = 60;

/** `first` is the first token, which has been taken. Throws `input.malformed` for no map. */
export function readLintOperation(tokens: Tokens, first: number): LintOperation {
  let kind = first;
  while (kind === TAG) kind = tokens.next();
  const { line } = tokens;
  if (kind !== OPEN_MAP) {
    throw malformed(line, "something that is no operation; expected a map");
  }
  const fields = new Map<string, Value>();
  for (let key = tokens.next(); key !== CLOSE; key = tokens.next()) {
    const name = key === KEYWORD || key === STRING ? tokens.text() : "";
    if (FIELDS.has(name)) {
      fields.set(name, readValue(tokens, tokens.next()));
    } else {
      skipValue(tokens, key);
      skipValue(tokens, tokens.next());
    }
  }
  const field = (name: string): Value => fields.get(name) ?? null;
  const type = field("type");
  const f = field("f");
  const time = numberOf(field("time"));
  const error = field("error");
  return {
    line,
    index: field("index"),
    type: TYPES.find((each) => isNamed(type, each)) ?? null,
    typeText: shown(type),
    f: f === null ? "" : nameOf(f),
    process: field("process"),
    time: time < 0 ? Number.NaN : time,
    value: field("value"),
    error: error === null ? "" : canonicalText(error),
  };
}

/** A keyword or a string of this name. */
export function isNamed(value: Value, name: string): boolean {
  return value === `:${name}` || value === `"${name}"`;
}

/** In one short line. */
export function shown(value: Value): string {
  const text = canonicalText(value).replace(/\s+/g, " ");
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}

export function isList(value: Value | undefined): value is ListValue {
  return typeof value === "object" && value !== null && value.kind === "list";
}

export interface LintMop {
  readonly name: "append" | "r" | "w" | null;
  readonly key: Value;
  /** nil where there is none. */
  readonly value: Value;
}

const MOP_NAMES = ["append", "r", "w"] as const;

/**
 * The micro-operations of a value: a list of lists whose first items are names. `null` for any
 * other value, also for an empty list, which tells nothing.
 */
export function mopsOf(value: Value): readonly LintMop[] | null {
  if (!isList(value) || value.items.length === 0) return null;
  const mops: LintMop[] = [];
  let isTransaction = false;
  for (const item of value.items) {
    const [first = null, key = null, written = null] = isList(item) ? item.items : [];
    const name = MOP_NAMES.find((each) => isNamed(first, each)) ?? null;
    isTransaction ||= name !== null;
    mops.push({ name, key, value: written });
  }
  return isTransaction ? mops : null;
}
