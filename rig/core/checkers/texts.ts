/**
 * Words for explanations: operations, times, values and lists as a person would say them. Long
 * lists are cut, with the number of what is not shown.
 */

import { canonicalText, type GeneralOperation, type Value } from "../history/general-operation.ts";
import { timeText } from "../time/time-text.ts";

const SHOWN_ITEMS = 10;
const SHOWN_CHARACTERS = 60;

/** `operation 7 (process 3, node n1, at 1.500 ms)`, by the index in the history. */
export function operationText(operation: GeneralOperation): string {
  const details: string[] = [];
  if (operation.process !== null) details.push(`process ${operation.process}`);
  if (operation.node !== undefined) details.push(`node ${operation.node}`);
  if (operation.time >= 0) details.push(`at ${timeText(operation.time)}`);
  const inner = details.length === 0 ? "" : ` (${details.join(", ")})`;
  return `operation ${operation.index}${inner}`;
}

/** `from 1.500 ms to 2.000 ms`; without times by the indexes of its two operations. */
export function spanText(first: GeneralOperation, last: GeneralOperation | null): string {
  const hasTimes = first.time >= 0 && (last === null || last.time >= 0);
  const start = hasTimes ? timeText(first.time) : `operation ${first.index}`;
  if (last === null) return `from ${start} on, without an answer`;
  if (last === first) return `at ${start}`;
  return `from ${start} to ${hasTimes ? timeText(last.time) : `operation ${last.index}`}`;
}

export function valueText(value: Value): string {
  return shortened(canonicalText(value));
}

/** One short line: regular expressions and symbols of EDN may hold anything. */
export function shortened(text: string): string {
  const shown = text.slice(0, SHOWN_CHARACTERS).replace(/\s+/g, " ");
  return text.length <= SHOWN_CHARACTERS ? shown : `${shown}...`;
}

/** `1, 2, 3 and 7 more`. */
export function listText(items: readonly string[]): string {
  const shown = items.slice(0, SHOWN_ITEMS);
  const hidden = items.length - shown.length;
  if (hidden > 0) return `${shown.join(", ")} and ${hidden} more`;
  const last = shown.pop();
  if (last === undefined) return "nothing";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}

export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
