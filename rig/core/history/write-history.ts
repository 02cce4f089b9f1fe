/**
 * Operations as text: a line of `history.jsonl`, an item of `history.json` (one array, as elle-cli
 * reads it), a line of `history.edn` as Jepsen prints it. The order of fields is fixed, and the
 * same operation always gives the same bytes.
 */

import type { MicroOp, Operation } from "./operation.ts";

/** One line of JSON, without the line end. */
export function jsonOfOperation(operation: Operation): string {
  const { index, type, f, process, time, value, node, error } = operation;
  const who = typeof process === "number" ? process : `"${process}"`;
  return (
    `{"index":${index},"type":"${type}","f":${JSON.stringify(f)},"process":${who},"time":${time}` +
    `,"value":${jsonOfValue(value)}` +
    (node === undefined ? "" : `,"node":${node}`) +
    (error === undefined ? "}" : `,"error":${JSON.stringify(error)}}`)
  );
}

/** JSON lines: one operation a line, each line ended. */
export function jsonLinesOfHistory(operations: Iterable<Operation>): string {
  let text = "";
  for (const operation of operations) text += `${jsonOfOperation(operation)}\n`;
  return text;
}

/** One JSON array, one operation a line. */
export function jsonArrayOfHistory(operations: Iterable<Operation>): string {
  let text = "[";
  let separator = "\n";
  for (const operation of operations) {
    text += separator + jsonOfOperation(operation);
    separator = ",\n";
  }
  return `${text}\n]\n`;
}

/** One line of EDN, without the line end. */
export function ednOfOperation(operation: Operation): string {
  const { index, type, f, process, time, value, node, error } = operation;
  const who = typeof process === "number" ? process : `:${process}`;
  return (
    `{:index ${index}, :type :${type}, :f ${ednOfName(f)}, :process ${who}, :time ${time}` +
    `, :value ${ednOfValue(value)}` +
    (node === undefined ? "" : `, :node ${node}`) +
    (error === undefined ? "}" : `, :error ${ednOfText(error)}}`)
  );
}

/** EDN: one map a line, each line ended. */
export function ednOfHistory(operations: Iterable<Operation>): string {
  let text = "";
  for (const operation of operations) text += `${ednOfOperation(operation)}\n`;
  return text;
}

function jsonOfValue(value: readonly MicroOp[] | string | null): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  let text = "[";
  for (let i = 0; i < value.length; i++) {
    const mop = value[i] as MicroOp;
    if (i > 0) text += ",";
    text += `["${mop[0]}",${mop[1]},${jsonOfArgument(mop[2])}]`;
  }
  return `${text}]`;
}

function ednOfValue(value: readonly MicroOp[] | string | null): string {
  if (value === null) return "nil";
  if (typeof value === "string") return ednOfText(value);
  let text = "[";
  for (let i = 0; i < value.length; i++) {
    const mop = value[i] as MicroOp;
    if (i > 0) text += " ";
    text += `[:${mop[0]} ${mop[1]} ${ednOfArgument(mop[2])}]`;
  }
  return `${text}]`;
}

function jsonOfArgument(argument: MicroOp[2]): string {
  if (typeof argument === "number") return `${argument}`;
  return argument === null ? "null" : `[${argument.join(",")}]`;
}

function ednOfArgument(argument: MicroOp[2]): string {
  if (typeof argument === "number") return `${argument}`;
  return argument === null ? "nil" : `[${argument.join(" ")}]`;
}

/** A keyword where the name can be one, else a string. */
function ednOfName(name: string): string {
  return /^[a-zA-Z][\w.*+!?<>=-]*$/.test(name) ? `:${name}` : ednOfText(name);
}

/** EDN knows fewer escapes than JSON, but any character may stand for itself. */
function ednOfText(text: string): string {
  return `"${text.replace(/["\\\n\r\t]/g, (c) => EDN_ESCAPES[c] as string)}"`;
}

const EDN_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
