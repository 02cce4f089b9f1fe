/**
 * Makes a value of any shape from tokens of JSON or EDN. Works without recursion; what is tagged
 * or nested deeper than anybody would look stays canonical text.
 */

import { DEEPEST_VALUE, type Value } from "./general-operation.ts";
import { malformed } from "./history-table.ts";
import {
  CLOSE,
  canonicalValue,
  END,
  INTEGER,
  NIL,
  OPEN_LIST,
  OPEN_MAP,
  OPEN_SET,
  TAG,
  type Tokens,
} from "./tokens.ts";

interface OpenCollection {
  readonly kind: number;
  readonly items: Value[];
}

/** The value whose first token has been taken. */
export function readValue(tokens: Tokens, first: number): Value {
  const open: OpenCollection[] = [];
  for (let kind = first; ; kind = tokens.next()) {
    let value: Value;
    const isOpening = kind === OPEN_LIST || kind === OPEN_MAP || kind === OPEN_SET;
    if (isOpening && open.length < DEEPEST_VALUE) {
      const items: Value[] = [];
      open.push({ kind, items });
      if (kind === OPEN_LIST) takeSmallIntegers(tokens, items);
      continue;
    }
    if (kind === CLOSE || kind === END) {
      const closed = open.pop();
      if (closed === undefined) throw malformed(tokens.line, "a value is missing");
      value = collection(tokens, closed);
    } else if (isOpening || kind === TAG) {
      value = canonicalValue(tokens, kind);
    } else {
      value = scalar(tokens, kind);
    }
    const outer = open.at(-1);
    if (outer === undefined) return value;
    outer.items.push(value);
    if (outer.kind === OPEN_LIST) takeSmallIntegers(tokens, outer.items);
  }
}

function takeSmallIntegers(tokens: Tokens, items: Value[]): void {
  for (;;) {
    const value = tokens.smallInteger();
    if (value < 0) return;
    items.push(value);
  }
}

function scalar(tokens: Tokens, kind: number): Value {
  if (kind === NIL) return null;
  if (kind === INTEGER && !Number.isNaN(tokens.integer)) return tokens.integer;
  return tokens.canonicalScalar(kind);
}

function collection(tokens: Tokens, { kind, items }: OpenCollection): Value {
  if (kind !== OPEN_MAP) return { kind: kind === OPEN_LIST ? "list" : "set", items };
  if (items.length % 2 === 1) throw malformed(tokens.line, "a map with a key without value");
  const entries: (readonly [Value, Value])[] = [];
  for (let i = 0; i < items.length; i += 2) {
    entries.push([items[i] as Value, items[i + 1] as Value]);
  }
  return { kind: "map", entries };
}
