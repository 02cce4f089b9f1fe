/**
 * Text for people: numbers, durations, wrapping and cutting, the same on every machine (nothing
 * asks the locale). Widths are counted in characters; colour is put on afterwards.
 */

import { NS_PER_MS, NS_PER_S, NS_PER_US } from "../core/time/time.ts";

/** `12,345`. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 frame`, `1,200 frames`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

const UNITS = [
  { unit: "µs", ns: NS_PER_US },
  { unit: "ms", ns: NS_PER_MS },
  { unit: "s", ns: NS_PER_S },
] as const;

/** Three digits and the unit that fits: `842 µs`, `12.4 ms`, `3.20 s`, `254 s`. */
export function durationText(ns: number): string {
  if (ns === 0) return "0 s";
  for (const { unit, ns: unitNs } of UNITS) {
    if (ns < unitNs * 999.5) return `${threeDigits(ns / unitNs)} ${unit}`;
  }
  return `${countText(ns / NS_PER_S)} s`;
}

/** Three significant digits, for 0 to 999.5. */
function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

export function microsecondsText(us: number | null): string {
  return us === null ? "none" : durationText(us * NS_PER_US);
}

/** `12.3 %`; a share of nothing is a dash. */
export function percentText(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** Control characters, which a hostile node could use to repaint the terminal, made visible. */
export function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** The text, cut to the width with a mark where something was left off. */
export function cutTo(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width
    ? text
    : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/**
 * Lines of at most that width, broken between words but not around `=`; the last one is cut when
 * they are too many.
 */
export function wrap(text: string, width: number, linesMax = 99): readonly string[] {
  const lines: string[] = [];
  let line = "";
  const words = printable(text.replace(/\s+/g, " ").trim()).match(/\S+( = \S+)*/g) ?? [];
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  const kept = lines.slice(0, linesMax - 1);
  if (lines.length >= linesMax) kept.push(cutTo(lines.slice(linesMax - 1).join(" "), width));
  return kept.map((each) => cutTo(each, width));
}
