/**
 * Reads BUSMASTER logs: rows `TIME Rx|Tx CHANNEL ID s|x|sr|xr LENGTH BYTES`, the time being that
 * of the day, since the start, or since the row before, by the head. The format has no sign of FD
 * frames, so only a length above eight proves one.
 */

import { CLASSIC_FLAGS, dlcFor, type FrameRecord, frameRecord, paddedData } from "../record.ts";
import { checkId, type NumberBase, parseBytes, parseDigits } from "../text/hex.ts";
import { lineReader } from "../text/line-reader.ts";
import { splitBlanks } from "../text/split-blanks.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import {
  addTimes,
  isCivil,
  isEarlier,
  subtractTimes,
  TIME_ZERO,
  type TraceTime,
  timeOfCivil,
} from "../trace-time.ts";

const START = /^\*\*\*START DATE AND TIME (\d+):(\d+):(\d{4}) (\d+):(\d+):(\d+):(\d+)\*\*\*$/;
const STAMP = /^(\d{1,9}):(\d\d?):(\d\d?):(\d{1,4})$/;
const TYPES: Readonly<Record<string, { remote: boolean; extended: boolean }>> = {
  s: { remote: false, extended: false },
  x: { remote: false, extended: true },
  sr: { remote: true, extended: false },
  xr: { remote: true, extended: true },
};
const DAY: TraceTime = { seconds: 86_400, nanoseconds: 0 };
const HALF_DAY: TraceTime = { seconds: 43_200, nanoseconds: 0 };

export const readBusmaster = lineReader((output) => {
  const parser = new BusmasterParser(output);
  return { line: (text, number) => parser.line(text, number) };
});

class BusmasterParser {
  private readonly output: TraceOutput;
  private base: NumberBase = 16;
  private mode: "day" | "start" | "previous" = "day";
  private last: TraceTime = TIME_ZERO;
  /** Days that the time of day has begun anew. */
  private days: TraceTime = TIME_ZERO;
  /** What the time of day is counted from. */
  private dayStart: TraceTime | null = null;

  constructor(output: TraceOutput) {
    this.output = output;
    output.clock = "start";
  }

  line(text: string, at: number): void {
    if (text.startsWith("***")) this.headLine(text, at);
    else if (/^\s*\d+:/.test(text)) this.row(text.trim(), at);
    else if (text !== "") this.output.skipped.add("lines that are no frames", at);
  }

  private headLine(text: string, at: number): void {
    if (text === "***HEX***") this.base = 16;
    else if (text === "***DEC***") this.base = 10;
    else if (text === "***SYSTEM MODE***") this.mode = "day";
    else if (text === "***ABSOLUTE MODE***") this.mode = "start";
    else if (text === "***RELATIVE MODE***") this.mode = "previous";
    else if (text.startsWith("***START DATE AND TIME")) this.startLine(text, at);
  }

  private startLine(text: string, at: number): void {
    const match = START.exec(text);
    const [day, month, year, hour, minute, second] = (match ?? []).slice(1, 7).map(Number);
    const fraction = (match?.[7] ?? "").slice(0, 9);
    const nanosecond = Number(fraction.padStart(3, "0").padEnd(9, "0"));
    const fields = { year, month, day, hour, minute, second, nanosecond };
    const civil = fields as { [key in keyof typeof fields]: number };
    if (match === null || !isCivil(civil)) {
      this.output.skipped.add("start times of an unknown form", at);
      return;
    }
    const time = timeOfCivil(civil);
    if (this.output.start !== null) {
      this.output.assumed.add("sessions after the first: by the clock of the first", at);
      return;
    }
    this.output.start = { time, zone: "local" };
    this.dayStart = { seconds: time.seconds % 86_400, nanoseconds: time.nanoseconds };
  }

  private row(text: string, at: number): void {
    const tokens = splitBlanks(text);
    const [stamp = "", mark, channel = "", id = "", type = "", size] = tokens;
    const form = TYPES[type];
    if ((mark !== "Rx" && mark !== "Tx") || form === undefined) {
      refuseLine(at, "no row TIME Rx|Tx CHANNEL ID s|x|sr|xr LENGTH BYTES");
    }
    const time = this.timeOf(stamp, at);
    const direction = mark === "Tx" ? "tx" : "rx";
    const digits = /^0x/i.test(id) ? id.slice(2) : id;
    const { extended } = form;
    const named = checkId({ id: parseDigits(digits, this.base), extended }, at, this.output);
    const length = parseDigits(size, 10);
    if (length < 0 || length > 64) refuseLine(at, "no length of 0 to 64 where one is expected");
    const { id: number } = named;
    const head = { time, channel, direction, at, id: number, extended: named.extended } as const;
    this.output.deliver(form.remote ? remoteOf(head, length) : this.dataOf(head, tokens, length));
  }

  private dataOf(head: Head, tokens: readonly string[], length: number): FrameRecord {
    const { at } = head;
    const given = parseBytes({ tokens, from: 6, count: length, base: this.base }, at);
    const data = length > 8 ? paddedData(given) : given;
    if (data !== given) this.output.assumed.add("FD frames of no possible length", at);
    const fd = length > 8 ? true : null;
    const dlc = dlcFor(length);
    return frameRecord(head, head, { kind: "data", fd, brs: null, esi: null, dlc, data });
  }

  private timeOf(stamp: string, at: number): TraceTime {
    const match = STAMP.exec(stamp);
    if (match === null)
      return refuseLine(at, `stamp ${stamp.slice(0, 30)} where h:m:s:f is expected`);
    const [hours, minutes, wholeSeconds] = match.slice(1, 4).map(Number) as [
      number,
      number,
      number,
    ];
    const seconds = hours * 3600 + minutes * 60 + wholeSeconds;
    const read = { seconds, nanoseconds: nanosecondsOfPart(match[4] ?? "") };
    if (this.mode === "start") return read;
    if (this.mode === "previous") {
      this.last = addTimes(this.last, read);
      return this.last;
    }
    return this.timeOfDay(read);
  }

  private timeOfDay(read: TraceTime): TraceTime {
    this.dayStart ??= read;
    let time = addTimes(subtractTimes(read, this.dayStart), this.days);
    // Half a day back is midnight; less than that is disorder.
    if (isEarlier(addTimes(time, HALF_DAY), this.last)) {
      this.days = addTimes(this.days, DAY);
      time = addTimes(time, DAY);
    }
    this.last = time;
    return time;
  }
}

/** Four digits count tenths of a millisecond; other tools write milliseconds, not padded. */
function nanosecondsOfPart(digits: string): number {
  return Number(digits) * (digits.length === 4 ? 1e5 : 1e6);
}

type Head = Pick<FrameRecord, "time" | "channel" | "direction" | "at" | "id" | "extended">;

function remoteOf(head: Head, dlc: number): FrameRecord {
  const data = new Uint8Array(0);
  return frameRecord(head, head, {
    kind: "remote",
    ...CLASSIC_FLAGS,
    dlc: Math.min(dlc, 15),
    data,
  });
}
