/** The smallest history that shows an anomaly, as a file: EDN with an explanation, or JSON. */

import { meaningOf } from "../core/elle/meanings.ts";
import { ednOfOperation } from "../core/history/general-edn.ts";
import { jsonOfGeneralOperation } from "../core/history/general-json.ts";
import type { Minimised } from "../core/minimise/minimise-history.ts";
import { plural, printable } from "./text.ts";

export interface MinimalHistory extends Minimised {
  readonly type: string;
  readonly sentences: readonly string[];
}

export function minimalText(history: MinimalHistory, form: "edn" | "json" | "jsonl"): string {
  const { operations } = history;
  if (form === "json") return `[\n${operations.map(jsonOfGeneralOperation).join(",\n")}\n]\n`;
  if (form === "jsonl") return ended(operations.map(jsonOfGeneralOperation));
  return ended([...commentOf(history), ...operations.map(ednOfOperation)]);
}

/** Lines that readers of EDN skip. */
function commentOf({ type, sentences, calls, checks, isComplete }: MinimalHistory): string[] {
  const meaning = meaningOf(type);
  const lines = [
    meaning === "" ? `${type}, in ${plural(calls, "operation")}:` : `${type}: ${meaning}`,
    ...sentences,
    isComplete
      ? `Nothing can be left out: found in ${plural(checks, "check")}.`
      : `Stopped after ${plural(checks, "check")}: there may be a smaller one.`,
  ];
  return lines.map((line) => `; ${printable(line)}`);
}

function ended(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
