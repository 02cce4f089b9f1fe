/**
 * Keys of several kinds, or integers beyond 64 bits among others, in a register history: Elle
 * stops there, since 1 and "1", or two kinds of integer, meant to be one key split its history.
 */

import { type HistoryTable, malformed, READ_VALUE, WRITE } from "../history/history-table.ts";
import { keyText } from "./texts.ts";

const INTEGER = "an integer";
const LARGE_INTEGER = "an integer beyond 64 bits";

/** Throws `input.malformed` at the first operation that brings in another kind. */
export function refuseMixedKinds(table: HistoryTable): void {
  refuseMixedKeys(table);
  refuseMixedIntegers(table);
}

function refuseMixedKeys(table: HistoryTable): void {
  const kinds = Array.from({ length: table.keys }, (_, key) => kindOf(table.names.key(key)));
  const first = kinds[0];
  if (kinds.every((kind) => kind === first)) return;
  const firstKey = table.mopKey[0] as number;
  eachMop(table, (mop, row) => {
    const key = table.mopKey[mop] as number;
    if (kinds[key] === kinds[firstKey]) return;
    const found = `${keyText(table, key)} is ${kinds[key]}`;
    const before = `${keyText(table, firstKey)} before it is ${kinds[firstKey]}`;
    throw malformed(
      table.line[row] as number,
      `operation ${table.index[row]}: ${found}, but ${before}; expected keys of one kind`,
    );
  });
}

function refuseMixedIntegers(table: HistoryTable): void {
  const large = new Set<number>();
  for (const [element, text] of table.names.longElements()) {
    if (kindOf(text) === LARGE_INTEGER) large.add(element);
  }
  if (large.size === 0) return;
  let hasSmall = false;
  let firstLarge = -1;
  eachMop(table, (mop, row) => {
    const kind = table.mopKind[mop];
    if (kind !== WRITE && kind !== READ_VALUE) return;
    const element = table.mopElement[mop] as number;
    if (large.has(element)) {
      if (firstLarge < 0) firstLarge = row;
    } else {
      hasSmall ||= kindOf(table.names.element(element)) === INTEGER;
    }
    if (!hasSmall || firstLarge < 0) return;
    throw malformed(
      table.line[firstLarge] as number,
      `operation ${table.index[firstLarge]} has a value beyond 64 bits among smaller integers; ` +
        "expected integers of one width",
    );
  });
}

function eachMop(table: HistoryTable, visit: (mop: number, row: number) => void): void {
  for (let row = 0; row < table.rows; row++) {
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) visit(mop, row);
  }
}

/** Kind of a value, by its canonical text; lists and vectors are alike. */
function kindOf(text: string): string {
  if (/^[+-]?\d+$/.test(text)) {
    if (text.length < 18) return INTEGER;
    const value = BigInt(text);
    return BigInt.asIntN(64, value) === value ? INTEGER : LARGE_INTEGER;
  }
  if (/^[+-]?\d/.test(text)) return "a number that is no integer";
  if (text === "nil") return "nil";
  if (text === "true" || text === "false") return "a boolean";
  return KINDS[text.charAt(0)] ?? "a symbol";
}

const KINDS: Readonly<Record<string, string>> = {
  '"': "a string",
  ":": "a keyword",
  "[": "a list",
  "{": "a map",
  "#": "a set or a tagged value",
  "\\": "a character",
};
