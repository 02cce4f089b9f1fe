/** Times and shares as people write them, in scenario files and on the command line. */

import { NS_PER_MS, NS_PER_S, NS_PER_US } from "../time/time.ts";

export const DURATION_PATTERN: RegExp = /^(\d{1,12}(?:\.\d{1,9})?) ?(ns|us|µs|ms|s|m|h)$/;
export const PERCENT_PATTERN: RegExp = /^(\d{1,3}(?:\.\d{1,4})?) ?%$/;

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: NS_PER_US,
  µs: NS_PER_US,
  ms: NS_PER_MS,
  s: NS_PER_S,
  m: 60 * NS_PER_S,
  h: 3600 * NS_PER_S,
};

/** `120ms`, `1.5 s`, in whole nanoseconds; null when it is no such text. */
export function nsOfDuration(text: string): number | null {
  const [, number, unit = ""] = DURATION_PATTERN.exec(text) ?? [];
  const unitNs = UNITS[unit];
  return unitNs === undefined ? null : Math.round(Number(number) * unitNs);
}

/** `30%` as 30, to four places; null when it is no such text or over 100. */
export function percentOf(text: string): number | null {
  const [, number] = PERCENT_PATTERN.exec(text) ?? [];
  if (number === undefined) return null;
  const percent = Number(number);
  return percent <= 100 ? percent : null;
}

/** `30%`, `0.3` or the number 0.3 as 30; null when it is none of these or outside 0 to 1. */
export function percentOfShare(share: string | number): number | null {
  if (typeof share === "string") {
    const percent = percentOf(share);
    if (percent !== null) return percent;
    if (!/^\d(?:\.\d{1,9})?$/.test(share)) return null;
  }
  const number = Number(share);
  // Rounded, because 0.07 * 100 is a little more than 7.
  return number >= 0 && number <= 1 ? Math.round(number * 1e8) / 1e6 : null;
}
