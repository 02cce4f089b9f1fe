/**
 * Operations with any values as JSON. What JSON has no writing for becomes text: keywords lose
 * their colon, keys of maps become strings, sets become lists, tagged values keep their EDN.
 */

import { canonicalText, type GeneralOperation, nameOf, type Value } from "./general-operation.ts";

/** One line without its end, with the operation's own index and node. */
export function jsonOfGeneralOperation(operation: GeneralOperation): string {
  const { index, type, f, process, time, value, node } = operation;
  return (
    `{"index":${index},"type":"${type}","f":${f === "" ? "null" : JSON.stringify(f)}` +
    `,"process":${JSON.stringify(process)},"time":${Math.trunc(time)}` +
    `,"value":${jsonOfValue(value)}` +
    `${node === undefined ? "" : `,"node":${JSON.stringify(node)}`}}`
  );
}

function jsonOfValue(value: Value): string {
  if (value === null || typeof value === "number") return String(value);
  if (typeof value === "string") return jsonOfText(value);
  if (value.kind !== "map") return `[${value.items.map(jsonOfValue).join(",")}]`;
  const entries = value.entries.map(
    ([key, each]) => `${JSON.stringify(nameOf(canonicalText(key)))}:${jsonOfValue(each)}`,
  );
  return `{${entries.join(",")}}`;
}

/** Numbers, long ones too, and true and false are the same in both forms. */
function jsonOfText(text: string): string {
  const isSame = /^(true|false|"[\s\S]*"|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(text);
  return isSame ? text : JSON.stringify(nameOf(text));
}
