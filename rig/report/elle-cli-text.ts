/** What `rig check` prints of elle-cli's answer, alone or beside the native one. */

import type { CheckResult } from "../core/elle/index.ts";
import { printable } from "./text.ts";

type Answer = Pick<CheckResult, "valid" | "anomalyTypes" | "not">;

export function elleCliText(file: string, about: string, answer: Answer): string {
  const lines = [`${verdictWord(answer)}  ${printable(file)}  ${about}, by elle-cli`];
  if (answer.anomalyTypes.length > 0) {
    lines.push(`  anomalies: ${answer.anomalyTypes.map(printable).join(", ")}`);
  }
  if (answer.not.length > 0) {
    lines.push(`  so it is not: ${answer.not.map(printable).join(", ")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** One line; `differences` is null where there was nothing to compare. */
export function comparisonText(answer: Answer, differences: readonly string[] | null): string {
  if (differences === null) return "  elle-cli: not compared, since a search gave up\n";
  if (differences.length === 0) return "  elle-cli: says the same\n";
  return `  elle-cli: ${verdictWord(answer)}: ${differences.map(printable).join("; ")}\n`;
}

function verdictWord({ valid }: Answer): string {
  if (valid === "unknown") return "UNKNOWN";
  return valid ? "VALID" : "INVALID";
}
