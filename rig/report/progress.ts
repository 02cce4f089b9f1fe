/**
 * One line that says how far a run is, fitted to a width: what matters least goes first when
 * there is no room. The caller decides when to draw it and how to erase it.
 */

import { inCharactersOf, PLAIN_STYLE, type Style } from "./style.ts";
import { countText, cutTo, durationText, printable } from "./text.ts";

export interface Progress {
  /** Operations issued so far, of how many. */
  readonly operations: number;
  readonly total: number;
  readonly acknowledged: number;
  /** Name of a fault in force. */
  readonly activeFault: string | null;
  readonly simulatedNs: number;
}

const BAR_MAX = 30;
const BAR_MIN = 8;

export function progressText(
  progress: Progress,
  width: number,
  style: Style = PLAIN_STYLE,
): string {
  const { operations, total, acknowledged, activeFault, simulatedNs } = progress;
  const share = total <= 0 ? 0 : Math.min(1, operations / total);
  const done = `${countText(operations)}/${countText(total)}`.padStart(
    2 * countText(total).length + 1,
  );
  const parts = [
    done,
    `${countText(acknowledged)} acknowledged`,
    durationText(simulatedNs),
    ...(activeFault === null ? [] : [printable(activeFault)]),
  ];
  while (parts.length > 1 && parts.join("  ").length > width) parts.pop();
  const text = parts.join("  ");
  const room = Math.min(BAR_MAX, width - text.length - 2);
  if (room < BAR_MIN) return inCharactersOf(style, cutTo(text, width));
  return inCharactersOf(style, `${bar(share, room, style)}  ${text}`);
}

function bar(share: number, width: number, { unicode }: Style): string {
  const full = Math.round(share * width);
  return unicode
    ? "━".repeat(full) + "╌".repeat(width - full)
    : "#".repeat(full) + "-".repeat(width - full);
}
