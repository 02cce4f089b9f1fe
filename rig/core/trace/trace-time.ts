/**
 * Time stamps of trace files: whole seconds and nanoseconds apart, since both together exceed a
 * double, and never by way of a fraction. Dates are computed here, without the machine's clock or
 * zone: most formats keep the recorder's local time and don't say which zone that was.
 */

import { NS_PER_S } from "../time/time.ts";

export interface TraceTime {
  /** Whole seconds, rounded down; negative before zero. */
  readonly seconds: number;
  /** 0 to 999 999 999. */
  readonly nanoseconds: number;
}

/** A moment by calendar and clock: seconds since 1970 as that clock showed it. */
export interface WallTime {
  readonly time: TraceTime;
  readonly zone: "utc" | "local";
}

export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

export const TIME_ZERO: TraceTime = { seconds: 0, nanoseconds: 0 };
const DAY_S = 86_400;

/** From decimal digits, as a file has them; digits after the ninth of the fraction are dropped. */
export function timeOfDigits(seconds: string, fraction: string): TraceTime {
  return { seconds: Number(seconds), nanoseconds: Number(fraction.slice(0, 9).padEnd(9, "0")) };
}

/** From a count of small units, such as 1 000 000 to the second. */
export function timeOfUnits(units: bigint, unitsPerSecond: bigint): TraceTime {
  const seconds = units / unitsPerSecond;
  const rest = units % unitsPerSecond;
  const nanoseconds = (rest * BigInt(NS_PER_S)) / unitsPerSecond;
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
}

/** The same from the two halves of a count of 64 bits; units to the second, up to billionths. */
export function timeOfCount(high: number, low: number, unitsPerSecond: number): TraceTime {
  // What a double holds in full needs no bigint, which is slow.
  if (high >= 2 ** 21 || NS_PER_S % unitsPerSecond !== 0) {
    return timeOfUnits((BigInt(high) << 32n) | BigInt(low), BigInt(unitsPerSecond));
  }
  const count = high * 2 ** 32 + low;
  const seconds = Math.floor(count / unitsPerSecond);
  const nanoseconds = (count - seconds * unitsPerSecond) * (NS_PER_S / unitsPerSecond);
  return { seconds, nanoseconds };
}

/** Whole nanoseconds. */
export function nanosecondsOf({ seconds, nanoseconds }: TraceTime): bigint {
  return BigInt(seconds) * BigInt(NS_PER_S) + BigInt(nanoseconds);
}

export function addTimes(a: TraceTime, b: TraceTime): TraceTime {
  const sum = a.nanoseconds + b.nanoseconds;
  const carry = sum >= NS_PER_S ? 1 : 0;
  return { seconds: a.seconds + b.seconds + carry, nanoseconds: sum - carry * NS_PER_S };
}

export function subtractTimes(a: TraceTime, b: TraceTime): TraceTime {
  const difference = a.nanoseconds - b.nanoseconds;
  const borrow = difference < 0 ? 1 : 0;
  const seconds = a.seconds - b.seconds - borrow;
  return { seconds, nanoseconds: difference + borrow * NS_PER_S };
}

export function isEarlier(a: TraceTime, b: TraceTime): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

/** Days from 1970-01-01, in the calendar that we use now, also for years before it. */
function daysOfDate(year: number, month: number, day: number): number {
  // Years begin in March here, so that the odd day of February is the last of them.
  const y = month > 2 ? year : year - 1;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const daysToMonth = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return 365 * y + leapDays + daysToMonth + day - 719_469;
}

export function timeOfCivil(civil: CivilTime): TraceTime {
  const days = daysOfDate(civil.year, civil.month, civil.day);
  const seconds = days * DAY_S + civil.hour * 3600 + civil.minute * 60 + civil.second;
  return { seconds, nanoseconds: civil.nanosecond };
}

export function civilOfTime({ seconds, nanoseconds }: TraceTime): CivilTime {
  const days = Math.floor(seconds / DAY_S);
  const rest = seconds - days * DAY_S;
  let year = 1970 + Math.floor(days / 365.2425);
  while (daysOfDate(year, 1, 1) > days) year--;
  while (daysOfDate(year + 1, 1, 1) <= days) year++;
  let month = 1;
  while (month < 12 && daysOfDate(year, month + 1, 1) <= days) month++;
  return {
    year,
    month,
    day: days - daysOfDate(year, month, 1) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanosecond: nanoseconds,
  };
}

/** 0 for Sunday. */
export function weekdayOfTime({ seconds }: TraceTime): number {
  return (((Math.floor(seconds / DAY_S) + 4) % 7) + 7) % 7;
}

/** Whether these can be a date and a time of day, with room for a leap second. */
export function isCivil({ month, day, hour, minute, second }: CivilTime): boolean {
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  return isDate && hour <= 23 && minute <= 59 && second <= 60;
}

/** Seconds and a fraction of `digits` (1 to 9) places, rounded down; `width` pads the seconds. */
export function formatTime(time: TraceTime, digits: number, width = 1): string {
  const fraction = String(NS_PER_S + time.nanoseconds).slice(1, 1 + digits);
  return `${String(time.seconds).padStart(width, "0")}.${fraction}`;
}

/** Whether a stamp with so many places of the fraction says this time in full. */
export function hasPlaces(time: TraceTime, digits: number): boolean {
  return time.nanoseconds % 10 ** (9 - digits) === 0;
}

/** `value` with leading zeros. */
export function zeroPadded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
