/** One line that says how far a suite is, fitted to a width. */

import { inCharactersOf, PLAIN_STYLE, type Style } from "./style.ts";
import { countText, cutTo, plural, printable } from "./text.ts";

export interface SuiteProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Scenario of the last run that was done. */
  readonly scenario: string;
}

const BAR = 24;

export function suiteProgressText(
  { done, total, failed, scenario }: SuiteProgress,
  width: number,
  style: Style = PLAIN_STYLE,
): string {
  const full = total === 0 ? BAR : Math.round((BAR * done) / total);
  const [on, off] = style.unicode ? ["━", "╌"] : ["#", "-"];
  const bar = (on ?? "").repeat(full) + (off ?? "").repeat(BAR - full);
  const parts = [
    `${countText(done)}/${countText(total)} runs`,
    ...(failed === 0 ? [] : [plural(failed, "failure")]),
    printable(scenario),
  ];
  return inCharactersOf(style, cutTo(`${bar}  ${parts.join("  ")}`, width));
}
