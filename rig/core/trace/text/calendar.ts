/**
 * Dates as trace files write them: names of days and months in English or German, twelve or
 * twenty-four hours. None of them names a zone: it is the recorder's local time.
 */

import {
  civilOfTime,
  isCivil,
  type TraceTime,
  timeOfCivil,
  type WallTime,
  weekdayOfTime,
  zeroPadded,
} from "../trace-time.ts";

/** What the English and the German name of each month begin with, in lower case. */
const MONTHS = [
  /^jan/,
  /^feb/,
  // The umlaut may come as one letter, as two, or as a mark for an unreadable one.
  /^m(?:ar|\P{ASCII}+r|rz|ae?r)/u,
  /^apr/,
  /^ma[iy]/,
  /^jun/,
  /^jul/,
  /^aug/,
  /^sep/,
  /^o[ck]t/,
  /^nov/,
  /^de[cz]/,
];
const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTH_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const DATE = new RegExp(
  String.raw`^(?:\S+\s+)?(\S+)\s+(\d{1,2})\s+(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,9}))?` +
    String.raw`(?:\s+([ap]m))?\s+(\d{4})$`,
  "i",
);

/** Reads `Wed Oct 5 07:57:38.037 am 2022`; null for what is no such date. */
export function parseCalendarDate(text: string): WallTime | null {
  const match = DATE.exec(text.trim());
  if (match === null) return null;
  const [, name = "", day, hourText, minute, second, fraction = "", half, year] = match;
  const month = MONTHS.findIndex((pattern) => pattern.test(name.toLowerCase())) + 1;
  let hour = Number(hourText);
  // Some writers add am or pm to twenty-four hours.
  if (half !== undefined && hour <= 12) hour = (hour % 12) + (/^p/i.test(half) ? 12 : 0);
  const clock = { hour, minute: Number(minute), second: Number(second) };
  const nanosecond = Number(fraction.padEnd(9, "0"));
  const civil = { year: Number(year), month, day: Number(day), ...clock, nanosecond };
  return isCivil(civil) ? { time: timeOfCivil(civil), zone: "local" } : null;
}

/** As CANoe takes it: English names, twenty-four hours, three digits of fraction. */
export function formatCalendarDate(time: TraceTime): string {
  const civil = civilOfTime(time);
  const names = `${DAY_NAMES[weekdayOfTime(time)]} ${MONTH_NAMES[civil.month - 1]} ${civil.day}`;
  const clock = [civil.hour, civil.minute, civil.second].map((part) => zeroPadded(part, 2));
  const fraction = zeroPadded(Math.floor(civil.nanosecond / 1e6), 3);
  return `${names} ${clock.join(":")}.${fraction} ${civil.year}`;
}
