/** The load of a trace for people: figures, a curve of few steps, and a line an identifier. */

import type { ChannelFigures, IdFigures } from "../../core/timing/channel-load.ts";
import type { SpacingFigures } from "../../core/timing/spacing.ts";
import { countText, durationText, percentText, plural, printable } from "../text.ts";

const CURVE_ROWS = 20;
const BAR_WIDTH = 40;

export interface LoadText {
  readonly channel: string;
  readonly figures: ChannelFigures;
  readonly windowNs: number;
  /** `line` or `offset`. */
  readonly unit: string;
  /** As many identifiers are shown. */
  readonly idsMax: number;
}

export function loadText(given: LoadText): string {
  const { channel, figures, windowNs } = given;
  const { frames, bits, busyNs, spanNs, peak, spacing } = figures;
  const name = channel === "" ? "no channel name" : printable(channel);
  const span = spanNs === null ? ", no time stamps" : ` in ${durationText(spanNs)}`;
  const share = spanNs === null ? "" : ` (${percentText(busyNs, spanNs)})`;
  const lines = [
    `${name}: ${plural(frames, "frame")}${span}`,
    `  busy      ${durationText(busyNs)}${share}`,
    `  bits      ${countText(bits.nominal)} nominal, ${countText(bits.data)} at the data rate`,
  ];
  if (peak !== null) {
    const from = durationText(Math.max(0, peak.fromNs));
    lines.push(
      `  peak      ${percentText(peak.load, 1)} in ${durationText(windowNs)} from ${from}`,
    );
  }
  if (spacing !== null) lines.push(...spacingLines(spacing, given));
  lines.push(...curveLines(figures), ...idLines(given));
  return `${lines.join("\n")}\n`;
}

function spacingLines(spacing: SpacingFigures, { unit }: LoadText): string[] {
  const { minGap, backToBack, overlaps, worst, backwards } = spacing;
  const shortest =
    minGap === null ? "none" : `shortest ${durationText(minGap.gapNs)} (${unit} ${minGap.at})`;
  const lines = [`  gaps      ${shortest}; ${plural(backToBack, "frame")} back to back`];
  if (worst !== null) {
    lines.push(
      `  overlaps  ${plural(overlaps, "frame")} too early for the frame before, by up to ` +
        `${durationText(worst.byNs)} (${unit} ${worst.at}):`,
      "            stamps that scatter or are wrong, another bit rate, or two buses in one",
    );
  } else lines.push("  overlaps  none");
  if (backwards > 0) lines.push(`  stamps    ${plural(backwards, "stamp")} going back`);
  return lines;
}

/** Steps joined until they fit the screen. */
function curveLines({ curve, spanNs }: ChannelFigures): string[] {
  if (curve === null || spanNs === null || spanNs === 0 || curve.load.length < 2) return [];
  const joined = Math.ceil(curve.load.length / CURVE_ROWS);
  const rowNs = joined * curve.stepNs;
  const lines = [`  load over time, steps of ${durationText(rowNs)}`];
  for (let at = 0; at * joined < curve.load.length; at++) {
    const part = curve.load.slice(at * joined, (at + 1) * joined);
    const lengthNs = Math.min(rowNs, spanNs - at * rowNs);
    const busyNs = part.reduce((sum, load) => sum + load * curve.stepNs, 0);
    const share = lengthNs > 0 ? busyNs / lengthNs : 0;
    const bar = "#".repeat(Math.round(Math.min(1, share) * BAR_WIDTH));
    const text = `${durationText(at * rowNs).padStart(9)} ${percentText(share, 1).padStart(7)}`;
    lines.push(`  ${text} ${bar}`.trimEnd());
  }
  return lines;
}

const HEADS = ["id", "frames", "busy", "period", "least", "greatest", "jitter"];

function idLines({ figures, idsMax }: LoadText): string[] {
  const { ids, busyNs, otherIds } = figures;
  const byLoad = [...ids].sort((a, b) => b.busyNs - a.busyNs || order(a) - order(b));
  const shown = byLoad.slice(0, idsMax).sort((a, b) => order(a) - order(b));
  const rows = [HEADS, ...shown.map((each) => idCells(each, busyNs))];
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => cell.padStart(widths[column] as number));
    return `  ${cells.join("  ")}`;
  });
  const hidden = ids.length - shown.length;
  if (hidden > 0) lines.push(`  and ${plural(hidden, "identifier")} with less load: --ids, --json`);
  if (otherIds > 0) lines.push(`  and ${plural(otherIds, "frame")} of yet other identifiers`);
  return lines;
}

function order({ id, extended }: IdFigures): number {
  return extended ? id + 2 ** 31 : id;
}

function idCells({ id, extended, frames, busyNs, period }: IdFigures, allNs: number): string[] {
  const digits = id.toString(16).toUpperCase();
  const times =
    period === null
      ? ["-", "-", "-", "-"]
      : [period.meanNs, period.minNs, period.maxNs, period.jitterNs].map(durationText);
  const share = percentText(busyNs, allNs);
  return [digits.padStart(extended ? 8 : 3, "0"), countText(frames), share, ...times];
}
