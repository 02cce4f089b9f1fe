/**
 * Operations with any values as EDN, for programs that read nothing else: one map a line, with the
 * fields that checkers look at. Texts that JSON has for want of keywords (functions, the names of
 * micro-operations) become keywords, as elle-cli makes them when it reads JSON.
 */

import {
  canonicalText,
  type GeneralOperation,
  type ListValue,
  type Value,
} from "./general-operation.ts";

/** Lines with their ends. Operations get dense indexes, in their order. */
export function* ednOfOperations(operations: Iterable<GeneralOperation>): Generator<string> {
  let index = 0;
  for (const operation of operations) yield `${ednOfOperation({ ...operation, index: index++ })}\n`;
}

/** One line without its end, with the operation's own index and node. */
export function ednOfOperation(operation: GeneralOperation): string {
  const { index, type, f, process, time, value, node } = operation;
  return (
    `{:index ${index}, :type :${type}, :f ${f === "" ? "nil" : nameOrText(f)}` +
    `, :process ${processText(process)}, :time ${Math.trunc(time)}` +
    `, :value ${canonicalText(withNamedMops(value))}` +
    `${node === undefined ? "" : `, :node ${JSON.stringify(node)}`}}`
  );
}

function processText(process: GeneralOperation["process"]): string {
  if (process === null) return "nil";
  return typeof process === "number" ? String(process) : nameOrText(process);
}

function nameOrText(name: string): string {
  return /^[a-zA-Z][\w.*+!?<>=-]*$/.test(name) ? `:${name}` : JSON.stringify(name);
}

/** A list whose first item is a list that begins with a text: all items are micro-operations. */
function withNamedMops(value: Value): Value {
  if (!isList(value)) return value;
  const [first] = value.items;
  if (!isList(first) || !isText(first.items[0])) return value;
  return { kind: "list", items: value.items.map(withKeyword) };
}

function withKeyword(mop: Value): Value {
  if (!isList(mop)) return mop;
  const [name, ...others] = mop.items;
  if (!isText(name)) return mop;
  return { kind: "list", items: [nameOrText(JSON.parse(name) as string), ...others] };
}

function isList(value: Value | undefined): value is ListValue {
  return typeof value === "object" && value !== null && value.kind === "list";
}

function isText(value: Value | undefined): value is string {
  return typeof value === "string" && value.startsWith('"');
}
