/**
 * Reads what candump shows on the terminal. Stamps since the first frame and stamps since the
 * previous one look alike, so frames are held back until a stamp goes down (then they are
 * differences) or enough of them went up.
 */

import type { TraceRecord } from "../record.ts";
import { lineReader } from "../text/line-reader.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import {
  addTimes,
  isCivil,
  isEarlier,
  subtractTimes,
  TIME_ZERO,
  type TraceTime,
  timeOfCivil,
  timeOfDigits,
} from "../trace-time.ts";
import { parseScreenLine, withoutColours } from "./screen-line.ts";

const HELD_MAX = 256;
const SECONDS = /^(\d{1,15})\.(\d{1,9})$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})$/;

export const readCandumpScreen = lineReader((output) => {
  const stamps = new ScreenStamps(output);
  return {
    line(text, number) {
      const line = withoutColours(text);
      const parsed = parseScreenLine(line, number);
      if (parsed !== null) stamps.take(parsed.stamp, parsed.record);
      else if (line.startsWith("\t")) output.skipped.add("words for error frames", number);
      else if (/^\s*\(/.test(line)) refuseScreenLine(line, number, output);
      else if (line !== "") output.skipped.add("lines that are no frames", number);
    },
    finish: () => stamps.finish(),
  };
});

function refuseScreenLine(line: string, number: number, output: TraceOutput): void {
  if (/\[\d{4}\]\s+\(/.test(line)) output.skipped.add("CAN XL frames", number);
  else refuseLine(number, "not of the form (STAMP) INTERFACE ID [LENGTH] BYTES");
}

/** Gives the frames their time. */
class ScreenStamps {
  private readonly output: TraceOutput;
  /** Frames whose stamps may turn out to be differences; null once that is settled. */
  private held: TraceRecord[] | null = [];
  private areDifferences = false;
  private last: TraceTime = TIME_ZERO;
  private start: TraceTime | null = null;

  constructor(output: TraceOutput) {
    this.output = output;
  }

  take(stamp: string | null, record: TraceRecord): void {
    const time = stamp === null ? null : this.parse(stamp, record.at);
    const timed = { ...record, time };
    const { held } = this;
    if (time === null || held === null) {
      this.settle();
      this.deliver(timed);
      return;
    }
    const previous = held.at(-1)?.time ?? TIME_ZERO;
    held.push(timed);
    if (isEarlier(time, previous)) {
      this.areDifferences = true;
      this.output.assumed.add("stamps taken as time since the frame before", record.at);
      this.settle();
    } else if (held.length >= HELD_MAX) {
      this.settle();
    }
  }

  finish(): void {
    this.settle();
  }

  private settle(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const record of held) this.deliver(record);
  }

  private deliver(record: TraceRecord): void {
    if (!this.areDifferences || record.time === null) {
      this.output.deliver(record);
      return;
    }
    this.last = addTimes(this.last, record.time);
    this.output.deliver({ ...record, time: this.last });
  }

  private parse(stamp: string, at: number): TraceTime {
    const digits = SECONDS.exec(stamp);
    if (digits !== null) {
      const [, seconds = "", fraction = ""] = digits;
      const time = timeOfDigits(seconds, fraction);
      this.output.setClockBy(time);
      if (this.output.clock === "epoch") this.settle();
      return time;
    }
    return this.parseDate(stamp, at);
  }

  /** Local time without a zone: kept as the start, and time since then. */
  private parseDate(stamp: string, at: number): TraceTime {
    const match = DATE.exec(stamp);
    if (match === null) return refuseLine(at, `stamp (${stamp.slice(0, 40)}) of an unknown form`);
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[];
    const nanosecond = Number((match[7] ?? "").padEnd(9, "0"));
    const fields = { year, month, day, hour, minute, second, nanosecond };
    const civil = fields as { [key in keyof typeof fields]: number };
    if (!isCivil(civil)) return refuseLine(at, `date ${stamp} does not exist`);
    const time = timeOfCivil(civil);
    this.start ??= time;
    this.output.clock = "start";
    this.output.start ??= { time: this.start, zone: "local" };
    this.settle();
    return subtractTimes(time, this.start);
  }
}
