/**
 * Reads Vector ASC files: head lines in any order, each optional, stamps since the start or since
 * the event before, classic, CANFD and CANXL lines. What is no frame becomes an event, and counts
 * for relative stamps.
 */

import type { TraceEvent } from "../record.ts";
import { parseCalendarDate } from "../text/calendar.ts";
import { lineReader } from "../text/line-reader.ts";
import { splitBlanks } from "../text/split-blanks.ts";
import type { TraceOutput } from "../trace-reader.ts";
import { addTimes, TIME_ZERO, type TraceTime, timeOfDigits } from "../trace-time.ts";
import { type AscLine, parseClassicLine } from "./classic-line.ts";
import { parseFdLine } from "./fd-line.ts";
import { PlainAscLines } from "./plain-lines.ts";
import { parseXlLine } from "./xl-line.ts";

const STAMPED = /^\s*(\d{1,15})\.(\d{1,9})\d*\s+(.*)$/;
const BASE = /^\s*base\s+(hex|dec)(?:\s+timestamps\s+(absolute|relative))?/i;
const HEAD = /^\s*(?:\/\/|(?:no )?internal events logged|end trigger\s?block|previous log file|$)/i;

export const readAsc = lineReader((output) => {
  const parser = new AscParser(output);
  return { line: (text, number) => parser.line(text, number) };
});

class AscParser {
  private readonly output: TraceOutput;
  private readonly plain: PlainAscLines;
  private base: 10 | 16 = 16;
  private isRelative = false;
  private last: TraceTime = TIME_ZERO;

  constructor(output: TraceOutput) {
    this.output = output;
    this.plain = new PlainAscLines(output);
    output.clock = "start";
  }

  line(text: string, at: number): void {
    const isUsual = this.base === 16 && !this.isRelative;
    const record = isUsual ? this.plain.parse(text, at) : null;
    if (record === null) this.otherLine(text, at);
    else {
      this.last = record.time ?? this.last;
      this.output.deliver(record);
    }
  }

  private otherLine(text: string, at: number): void {
    const stamped = STAMPED.exec(text);
    if (stamped === null) {
      this.headLine(text, at);
      return;
    }
    const [, seconds = "", fraction = "", rest = ""] = stamped;
    const stamp = timeOfDigits(seconds, fraction);
    const time = this.isRelative ? addTimes(this.last, stamp) : stamp;
    this.last = time;
    this.eventLine({ time, tokens: splitBlanks(rest), at, base: this.base }, rest);
  }

  private headLine(text: string, at: number): void {
    const date = /^\s*(?:date|begin trigger\s?block)\s+(.*)$/i.exec(text);
    const base = BASE.exec(text);
    if (date !== null) {
      const start = parseCalendarDate(date[1] ?? "");
      if (start === null) this.output.skipped.add("dates of an unknown form", at);
      // The zero of Unix time stands for no date, as the writer has it.
      else this.output.start = start.time.seconds === 0 ? null : start;
    } else if (base !== null) {
      this.base = base[1]?.toLowerCase() === "dec" ? 10 : 16;
      this.isRelative = base[2]?.toLowerCase() === "relative";
    } else if (!HEAD.test(text)) {
      this.output.skipped.add("lines without a time stamp", at);
    }
  }

  private eventLine(line: AscLine, text: string): void {
    const { output } = this;
    const form = line.tokens[0];
    if (form === "CANXL") {
      const record = parseXlLine(line, output);
      if (record !== null) output.deliver(record);
      return;
    }
    const record = form === "CANFD" ? parseFdLine(line, output) : parseClassicLine(line, output);
    if (record !== null) {
      output.deliver(record);
      return;
    }
    const channel = /^(?:CAN )?(\d{1,3}) /.exec(text)?.[1] ?? "";
    const head = { time: line.time, channel, direction: null, at: line.at };
    output.deliver({ ...head, kind: "event", event: eventOf(text), text });
  }
}

function eventOf(text: string): TraceEvent {
  if (/\bTxRq\b/.test(text)) return "request";
  if (/Status:/.test(text)) return "status";
  if (/Statistic:/.test(text)) return "statistics";
  return text.startsWith("//") ? "comment" : "other";
}
