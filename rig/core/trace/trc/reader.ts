/**
 * Reads PEAK TRC files of versions 1.0 to 2.1. A file without a version line is 1.0. Only versions
 * 2.x can tell FD frames; before that all frames are classic. Rows of types other than frames and
 * errors become events with the row as text, since their columns differ.
 */

import { lineReader } from "../text/line-reader.ts";
import { splitBlanks } from "../text/split-blanks.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import { addTimes, isCivil, type TraceTime, timeOfCivil, timeOfUnits } from "../trace-time.ts";
import { PlainTrcRows } from "./plain-rows.ts";
import { parseErrorRow, parseFrameRow, type TrcRow, typeOfRow } from "./row.ts";
import { TRC_COLUMNS, TRC_EPOCH_DAYS, trcVersionOf } from "./version.ts";

const START = /^;\s+Start time: (\d\d?)\.(\d\d?)\.(\d{4}) (\d\d?):(\d\d):(\d\d)((?:\.\d+)*)$/;
const LETTERS = /^[NOTBIdRlLD](?:,[NOTBIdRlLD])*$/;

export const readTrc = lineReader((output) => {
  const parser = new TrcParser(output);
  return { line: (text, number) => parser.line(text, number) };
});

class TrcParser {
  private readonly output: TraceOutput;
  private readonly plain = new PlainTrcRows();
  private columns = TRC_COLUMNS["1.0"];
  private hasExactStart = false;

  constructor(output: TraceOutput) {
    this.output = output;
    output.clock = "start";
  }

  line(text: string, at: number): void {
    if (text.startsWith(";")) this.headLine(text, at);
    else if (text !== "") {
      const record = this.plain.parse(text, this.columns, at);
      if (record === null) this.row(text, at);
      else this.output.deliver(record);
    }
  }

  private headLine(text: string, at: number): void {
    const [key, value = ""] = text.split("=", 2);
    if (key === ";$FILEVERSION") {
      const version = trcVersionOf(value.trim());
      if (version === null) {
        refuseLine(at, `file version ${value.slice(0, 20)} where 1.0 to 2.1 is expected`);
      }
      this.columns = TRC_COLUMNS[version];
    } else if (key === ";$STARTTIME") {
      this.setStart(parseDays(value.trim()), at);
      this.hasExactStart = true;
    } else if (key === ";$COLUMNS") {
      const letters = value.trim();
      if (!LETTERS.test(letters)) refuseLine(at, "column letters that are not known");
      this.columns = letters.split(",");
    } else if (!this.hasExactStart && START.test(text)) {
      this.setStart(parseStartComment(text), at);
    }
  }

  private setStart(time: TraceTime | null, at: number): void {
    if (time === null) this.output.skipped.add("start times of an unknown form", at);
    // The zero of Unix time stands for no date, as the writer has it.
    else this.output.start = time.seconds === 0 ? null : { time, zone: "local" };
  }

  private row(text: string, at: number): void {
    const tokens = splitBlanks(text);
    const [number = "", offset = ""] = tokens;
    const match = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(offset);
    if (!/^\d+\)?$/.test(number) || match === null) {
      refuseLine(at, "no row with NUMBER and OFFSET in milliseconds");
    }
    const milliseconds = Number(match[1]);
    const fraction = Number((match[2] ?? "").padEnd(6, "0"));
    const seconds = Math.floor(milliseconds / 1000);
    const time = { seconds, nanoseconds: (milliseconds % 1000) * 1_000_000 + fraction };
    this.deliver({ tokens, columns: this.columns, time, at, text: text.trim() });
  }

  private deliver(row: TrcRow): void {
    const type = typeOfRow(row);
    if (type === "frame") this.output.deliver(parseFrameRow(row, this.output));
    else if (type === "error") this.output.deliver(parseErrorRow(row));
    else {
      const text = row.tokens.slice(2).join(" ");
      const head = { time: row.time, channel: "", direction: null, at: row.at };
      this.output.deliver({ ...head, kind: "event", event: type, text });
    }
  }
}

/** Days since 1899-12-30, rounded to microseconds: tools write ten or more digits of fraction. */
function parseDays(text: string): TraceTime | null {
  const match = /^(\d{1,7})(?:\.(\d{1,20}))?$/.exec(text);
  if (match === null) return null;
  const fraction = match[2] ?? "";
  const scale = 10n ** BigInt(fraction.length);
  const microseconds = (BigInt(fraction === "" ? 0 : fraction) * 86_400_000_000n * 2n) / scale;
  const rounded = timeOfUnits((microseconds + 1n) / 2n, 1_000_000n);
  const days = (Number(match[1]) - TRC_EPOCH_DAYS) * 86_400;
  return addTimes({ seconds: days, nanoseconds: 0 }, rounded);
}

function parseStartComment(text: string): TraceTime | null {
  const match = START.exec(text);
  if (match === null) return null;
  const [day, month, year, hour, minute, second] = match.slice(1, 7).map(Number);
  const fraction = (match[7] ?? "").replaceAll(".", "").slice(0, 9).padEnd(9, "0");
  const fields = { year, month, day, hour, minute, second, nanosecond: Number(fraction) };
  const civil = fields as { [key in keyof typeof fields]: number };
  return isCivil(civil) ? timeOfCivil(civil) : null;
}
