/**
 * The course of a run in a few lines of characters: a sparkline of acknowledged operations over
 * the length of the run, and below it a bar for each fault while it was in force.
 */

import type { FaultReport } from "../core/fault/fault.ts";
import type { Span } from "../core/metrics/spans.ts";
import type { Style } from "./style.ts";

const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII_BLOCKS = [".", ":", "-", "=", "+", "*", "#", "@"];

export interface Sparkline {
  readonly text: string;
  /** Acknowledged operations in the fullest column. */
  readonly most: number;
}

export function sparkline(
  spans: readonly Span[],
  { durationNs, width, style }: { durationNs: number; width: number; style: Style },
): Sparkline {
  const counts = new Array<number>(width).fill(0);
  for (const { type, endNs } of spans) {
    if (type !== "ok" || endNs === null) continue;
    const column = columnOf(endNs, durationNs, width);
    counts[column] = (counts[column] ?? 0) + 1;
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const blocks = style.unicode ? BLOCKS : ASCII_BLOCKS;
  const text = counts.map((count) => {
    if (count === 0) return " ";
    return blocks[Math.ceil((count * blocks.length) / most) - 1] ?? " ";
  });
  return { text: text.join(""), most };
}

/** A row of the width in which the columns are drawn that the faults were in force in. */
export function faultBar(
  faults: readonly FaultReport[],
  { durationNs, width, style }: { durationNs: number; width: number; style: Style },
): string {
  const row = new Array<string>(width).fill(" ");
  for (const { startNs, endNs } of faults) {
    if (startNs === null) continue;
    const last = columnOf(endNs ?? durationNs, durationNs, width);
    row.fill(style.unicode ? "━" : "=", columnOf(startNs, durationNs, width), last + 1);
  }
  const [fault] = faults;
  if (fault !== undefined && faults.length === 1) nameInside(row, ` ${fault.kind} `);
  return row.join("");
}

/** The name over the bar, near its start, where the bar stays visible on both sides. */
function nameInside(row: string[], name: string): void {
  const start = row.findIndex((column) => column !== " ");
  const length = row.filter((column) => column !== " ").length;
  if (start < 0 || length < name.length + 4) return;
  row.splice(start + 2, name.length, ...name);
}

function columnOf(timeNs: number, durationNs: number, width: number): number {
  if (durationNs <= 0) return 0;
  return Math.min(width - 1, Math.max(0, Math.floor((timeNs * width) / durationNs)));
}
