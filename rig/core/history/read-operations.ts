/**
 * Reads histories whose values may be anything, for the checkers of banks, counters, sets and
 * registers. Keeps all operations, the nemesis's too; fields that are not known are read over.
 * What is wrong with the type of an operation counts only for clients. List-append and
 * rw-register histories, which are large, have a reader of their own in `read-history.ts`.
 */

import { type GeneralOperation, nameOf, type Value } from "./general-operation.ts";
import { malformed } from "./history-table.ts";
import type { OperationType } from "./operation.ts";
import { OperationStream } from "./operation-stream.ts";
import {
  CLOSE,
  canonicalValue,
  INTEGER,
  KEYWORD,
  NIL,
  NUMBER,
  OPEN_MAP,
  STRING,
  skipValue,
  TAG,
  type Tokens,
} from "./tokens.ts";
import { readValue } from "./value-reader.ts";

const TYPES: readonly OperationType[] = ["invoke", "ok", "fail", "info"];

const SHOWN_CHARACTERS = 60;

interface Fields {
  index: number | null;
  type: OperationType | null;
  /** What stands where the type should be, if it is none. */
  wrongType: string;
  f: string;
  process: number | string | null;
  node: string | null;
  time: number;
  value: Value;
}

export class OperationsReader {
  private readonly operations: GeneralOperation[] = [];
  private readonly stream = new OperationStream((tokens, first) => this.take(tokens, first));
  private readonly sink: (operation: GeneralOperation) => void;
  private hasIndexes = false;
  private count = 0;
  private last = Number.NEGATIVE_INFINITY;

  /** With a sink, operations go there and are not kept. */
  constructor(sink?: (operation: GeneralOperation) => void) {
    this.sink = sink ?? ((operation) => this.operations.push(operation));
  }

  /** Takes the next bytes of the file; they are not kept beyond the operation they begin. */
  feed(chunk: Uint8Array): void {
    this.stream.feed(chunk);
  }

  /** The operations, after the last byte was fed. Throws `input.malformed` with the line. */
  finish(): readonly GeneralOperation[] {
    this.stream.finish();
    return this.operations;
  }

  private take(tokens: Tokens, first: number): void {
    let kind = first;
    while (kind === TAG) kind = tokens.next();
    const line = tokens.line;
    if (kind !== OPEN_MAP) {
      throw malformed(line, "something that is no operation; expected a map");
    }
    const fields: Fields = {
      index: null,
      type: null,
      wrongType: "no type",
      f: "",
      process: null,
      node: null,
      time: -1,
      value: null,
    };
    for (let key = tokens.next(); key !== CLOSE; key = tokens.next()) {
      if (key === KEYWORD || key === STRING) {
        takeField(tokens, fields);
      } else {
        skipValue(tokens, key);
        skipValue(tokens, tokens.next());
      }
    }
    const index = this.checkedIndex(fields.index, line);
    if (fields.type === null && typeof fields.process !== "string") {
      const text = `operation ${index}: ${fields.wrongType}; expected invoke, ok, fail or info`;
      throw malformed(line, text);
    }
    const { f, process, node, time, value } = fields;
    const type = fields.type ?? "info";
    const operation = { index, type, f, process, time, value, line };
    this.count++;
    this.last = index;
    this.sink(node === null ? operation : { ...operation, node });
  }

  /** The rules of Jepsen's histories: all have an index or none has; they ascend. */
  private checkedIndex(index: number | null, line: number): number {
    const { count, last } = this;
    if (count === 0) this.hasIndexes = index !== null;
    if (!this.hasIndexes) {
      if (index === null || index === count) return count;
      const found = `index ${index} after operations without one`;
      throw malformed(line, `${found}; expected ${count} or none`);
    }
    if (index === null) throw malformed(line, "an operation without index; the first one has one");
    if (index > last) return index;
    throw malformed(line, `index ${index} follows ${last}; expected a greater one`);
  }
}

/** The operations of a whole file that is in memory. */
export function readOperations(bytes: Uint8Array): readonly GeneralOperation[] {
  const reader = new OperationsReader();
  reader.feed(bytes);
  return reader.finish();
}

function takeField(tokens: Tokens, fields: Fields): void {
  if (tokens.is("value")) {
    fields.value = readValue(tokens, tokens.next());
  } else if (tokens.is("index")) {
    fields.index = readIndex(tokens);
  } else if (tokens.is("type")) {
    takeType(tokens, fields);
  } else if (tokens.is("f")) {
    const f = readValue(tokens, tokens.next());
    fields.f = f === null ? "" : nameOf(f);
  } else if (tokens.is("process")) {
    const process = readValue(tokens, tokens.next());
    const isPlain = typeof process === "number" || process === null;
    fields.process = isPlain ? process : nameOf(process);
  } else if (tokens.is("time")) {
    fields.time = readTime(tokens);
  } else if (tokens.is("node")) {
    const node = readValue(tokens, tokens.next());
    fields.node = node === null ? null : nameOf(node);
  } else {
    skipValue(tokens, tokens.next());
  }
}

function readIndex(tokens: Tokens): number | null {
  const kind = tokens.next();
  if (kind === NIL) return null;
  if (kind === INTEGER && !Number.isNaN(tokens.integer)) return tokens.integer;
  const line = tokens.line;
  const found = shownValue(tokens, kind);
  throw malformed(line, `index ${found}; expected an integer up to 2^53`);
}

function takeType(tokens: Tokens, fields: Fields): void {
  const kind = tokens.next();
  fields.type = null;
  if (kind === KEYWORD || kind === STRING) {
    fields.type = TYPES.find((type) => tokens.is(type)) ?? null;
  }
  if (fields.type === null) fields.wrongType = `type ${shownValue(tokens, kind)}`;
}

function readTime(tokens: Tokens): number {
  const kind = tokens.next();
  if (kind === INTEGER && !Number.isNaN(tokens.integer)) return tokens.integer;
  if (kind === INTEGER || kind === NUMBER) return Number.parseFloat(tokens.text());
  skipValue(tokens, kind);
  return -1;
}

/** In one line, however long the value and whatever is in it. */
function shownValue(tokens: Tokens, kind: number): string {
  return canonicalValue(tokens, kind).slice(0, SHOWN_CHARACTERS).replace(/\s+/g, " ");
}
