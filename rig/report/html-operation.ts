/**
 * An operation as the HTML report writes it, and how sentences point to it: checkers name it as
 * `operation N`, by the index of its invocation or of its completion, and both lead to the anchor
 * that its box has by the index of the invocation.
 */

import type { MicroOp } from "../core/history/operation.ts";
import type { Span, SpanType } from "../core/metrics/spans.ts";
import { escapeText } from "./escape.ts";
import { cutTo, durationText } from "./text.ts";

const TITLE_MAX = 400;

export const TYPE_WORDS: Readonly<Record<SpanType, string>> = {
  ok: "acknowledged",
  fail: "failed",
  info: "outcome unknown",
  open: "open at the end of the record",
};

/** `[append 3 17, r 4 [1 2]]`; a read without an answer has no list. */
export function valueText(value: readonly MicroOp[]): string {
  const mops = value.map(([f, key, argument]) => {
    const list = Array.isArray(argument) ? `[${argument.join(" ")}]` : String(argument);
    return argument === null ? `${f} ${key}` : `${f} ${key} ${list}`;
  });
  return `[${mops.join(", ")}]`;
}

/** Everything that is known of the operation. */
export function spanTitle(span: Span): string {
  const { process, node, invokeIndex, completionIndex, startNs, endNs, type, value, error } = span;
  const indices =
    completionIndex === null ? `${invokeIndex}` : `${invokeIndex} / ${completionIndex}`;
  const at = node === undefined ? "" : `, node ${node}`;
  const times =
    endNs === null
      ? `from ${durationText(startNs)}`
      : `${durationText(startNs)} to ${durationText(endNs)} (${durationText(endNs - startNs)})`;
  const lines = [
    `operation ${indices}, process ${process}${at}`,
    `${TYPE_WORDS[type]}${error === undefined ? "" : `: ${error}`}`,
    times,
    valueText(value),
  ];
  return cutTo(lines.join("\n"), TITLE_MAX);
}

/** Indices that sentences name as `operation N`. */
export function indicesNamed(texts: readonly string[]): ReadonlySet<number> {
  const indices = new Set<number>();
  for (const text of texts) {
    for (const match of text.matchAll(NAMED)) indices.add(Number(match[2]));
  }
  return indices;
}

const NAMED = /\b(operation )(\d+)\b/gi;

/** The sentence with each `operation N` that is drawn linked to its box. */
export function linkedText(text: string, drawn: ReadonlyMap<number, number>): string {
  return escapeText(text).replace(NAMED, (words, _noun, digits: string) => {
    const anchor = drawn.get(Number(digits));
    return anchor === undefined ? words : `<a href="#i${anchor}">${words}</a>`;
  });
}

/** Index of the invocation, under the index of the invocation and of the completion. */
export function anchorsOf(spans: readonly Span[]): ReadonlyMap<number, number> {
  const anchors = new Map<number, number>();
  for (const { invokeIndex, completionIndex } of spans) {
    anchors.set(invokeIndex, invokeIndex);
    if (completionIndex !== null) anchors.set(completionIndex, invokeIndex);
  }
  return anchors;
}
