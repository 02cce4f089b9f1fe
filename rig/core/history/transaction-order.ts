/**
 * A file with the order of transactions, as Elle's option has it: a map from the index of each
 * completion to its place. JSON (`{"3": 0, "5": 1}`) or EDN (`{3 0, 5 1}`).
 */

import { EdnTokens } from "./edn-tokens.ts";
import { numberOf, type Value } from "./general-operation.ts";
import { malformed } from "./history-table.ts";
import { JsonTokens } from "./json-tokens.ts";
import { END, type Tokens } from "./tokens.ts";
import { readValue } from "./value-reader.ts";

const EXPECTED = "expected a map from the index of a completion to its place, such as {3 0, 5 1}";

/** Throws `input.malformed` with the line. */
export function readTransactionOrder(bytes: Uint8Array): Map<number, number> {
  const isJson = /^\s*\{\s*["}]/.test(new TextDecoder().decode(bytes.subarray(0, 1000)));
  const tokens = isJson ? new JsonTokens() : new EdnTokens();
  tokens.load(bytes, true);
  const first = tokens.next();
  const value = first === END ? null : readValue(tokens, first);
  if (typeof value !== "object" || value?.kind !== "map" || tokens.next() !== END) {
    throw malformed(tokens.line, EXPECTED);
  }
  return new Map(value.entries.map((entry) => placeIn(entry, tokens)));
}

function placeIn([key, value]: readonly [Value, Value], tokens: Tokens): [number, number] {
  const index = typeof key === "string" ? numberOf(key.replace(/^"(.*)"$/, "$1")) : numberOf(key);
  const place = numberOf(value);
  if (Number.isSafeInteger(index) && Number.isFinite(place)) return [index, place];
  throw malformed(tokens.line, EXPECTED);
}
