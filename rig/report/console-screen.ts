/**
 * The screen that the end of a run is written on: labelled lines and wrapped paragraphs of one
 * width, and limits that say how much of everything may be shown. A run with much to say is
 * written again within tighter limits until it fits.
 */

import type { Style, Tone } from "./style.ts";
import { plural, wrap } from "./text.ts";

export const LABEL_WIDTH = 12;
/** Longer marks than this would push the text below them too far to the right. */
const HANGING_MAX = 12;

export interface Limits {
  readonly reasons: number;
  readonly reasonLines: number;
  /** Of what ended the run, which is to be read as a whole. */
  readonly failureLines: number;
  readonly anomalies: number;
  readonly anomalyLines: number;
  readonly violations: number;
  readonly invariantLines: number;
  readonly faults: number;
  /** Faults that get a bar of their own in the time line; more of them share one. */
  readonly bars: number;
  readonly hasNodes: boolean;
  readonly hasGaps: boolean;
}

const FULL: Limits = {
  reasons: 6,
  reasonLines: 2,
  failureLines: 6,
  anomalies: 3,
  anomalyLines: 3,
  violations: 3,
  invariantLines: 3,
  faults: 5,
  bars: 3,
  hasNodes: true,
  hasGaps: true,
};

const FEWER: Limits = {
  ...FULL,
  reasons: 4,
  anomalies: 2,
  violations: 2,
  invariantLines: 1,
  faults: 3,
  bars: 2,
};

const FEWEST: Limits = {
  ...FEWER,
  reasons: 3,
  reasonLines: 1,
  failureLines: 4,
  anomalyLines: 2,
  violations: 1,
  faults: 2,
  bars: 1,
  hasNodes: false,
  hasGaps: false,
};

/** From generous to tight. */
export const LIMITS: readonly Limits[] = [FULL, FEWER, FEWEST];

export interface Screen {
  readonly width: number;
  readonly style: Style;
  readonly limits: Limits;
  readonly lines: string[];
}

export function gap({ lines, limits }: Screen): void {
  if (limits.hasGaps && lines.length > 0 && lines.at(-1) !== "") lines.push("");
}

/** A line with a label; without one, under the text of the line above. */
export function row({ lines, style }: Screen, label: string, text: string): void {
  const padded = label.padEnd(LABEL_WIDTH);
  lines.push(`${label === "" ? padded : style.paint("label", padded)}${text}`.trimEnd());
}

/** Wrapped text, each line of it painted. */
export function paragraph(
  screen: Screen,
  label: string,
  { text, mark = "", tone, linesMax }: ParagraphText,
): void {
  const { style, width } = screen;
  const lines = wrap(text, width - LABEL_WIDTH - mark.length, linesMax);
  const indent = mark.length > HANGING_MAX ? 2 : mark.length;
  lines.forEach((line, at) => {
    const lead = at === 0 ? mark : " ".repeat(indent);
    const painted = tone === undefined ? lead + line : style.paint(tone, lead) + line;
    row(screen, at === 0 ? label : "", painted);
  });
}

export interface ParagraphText {
  readonly text: string;
  /** Before the first line, in the tone; the other lines are indented by its length. */
  readonly mark?: string;
  readonly tone?: Tone;
  readonly linesMax?: number;
}

/** Says how many were left out, if any. */
export function more(screen: Screen, count: number, noun: string): void {
  if (count > 0) row(screen, "", screen.style.paint("faint", `and ${plural(count, noun)} more`));
}
