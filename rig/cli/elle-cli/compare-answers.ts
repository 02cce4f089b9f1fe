/** Where two checkers that should say the same of one history don't. */

import type { CheckAnswer } from "../../ports/checker.ts";

/** How far elle-cli's search gets depends on the machine: then there is nothing to compare. */
const GAVE_UP = "cycle-search-timeout";

/**
 * One sentence for each difference, none if the answers agree; `null` if one of the two gave up,
 * which decides nothing. Models that are not Elle's have no names in common, only a verdict.
 */
export function differences(
  native: CheckAnswer,
  other: CheckAnswer,
  isElle: boolean,
): string[] | null {
  if ([native, other].some(({ anomalyTypes }) => anomalyTypes.includes(GAVE_UP))) return null;
  const found: string[] = [];
  if (native.valid !== other.valid) {
    found.push(`valid is ${native.valid} natively, ${other.valid} by elle-cli`);
  }
  for (const [field, name] of isElle ? FIELDS : []) {
    const missing = native[field].filter((each) => !other[field].includes(each));
    const added = other[field].filter((each) => !native[field].includes(each));
    if (missing.length > 0) found.push(`${name} only natively: ${missing.join(", ")}`);
    if (added.length > 0) found.push(`${name} only by elle-cli: ${added.join(", ")}`);
  }
  return found;
}

const FIELDS = [
  ["anomalyTypes", "anomalies"],
  ["not", "not"],
  ["alsoNot", "also not"],
] as const;
