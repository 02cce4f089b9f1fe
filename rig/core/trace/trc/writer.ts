/**
 * Writes PEAK TRC of each version, lines ending in CR LF as PEAK's tools have them. Versions 1.x
 * hold classic frames only. The start is the recorder's local time; day 25569 says there is none.
 */

import { ChannelNumbers } from "../channel-numbers.ts";
import {
  ERROR_CLASS,
  type ErrorRecord,
  type FrameRecord,
  PROTOCOL_ERROR,
  type TraceRecord,
} from "../record.ts";
import { formatBytes, formatHex } from "../text/hex.ts";
import { type TextRows, textWriter } from "../text/text-writer.ts";
import { nanosecondsOf, TIME_ZERO, type TraceTime } from "../trace-time.ts";
import { TimeLine, type TraceOrigin, type WriterFactory } from "../trace-writer.ts";
import { isWrittenAsFd, noteUnknownFlags, noteUnknownLength } from "../unknown-flags.ts";
import { TRC_COLUMNS, TRC_EPOCH_DAYS, TRC_PLACES, type TrcVersion } from "./version.ts";

/** How wide each column is, as far as it matters to readers who look for positions. */
const WIDTHS: Readonly<Record<string, number>> = {
  N: 7,
  O: 13,
  I: 8,
  T: 2,
  t: 5,
  B: 2,
  l: 2,
  L: 4,
};

export function trcWriter(version: TrcVersion): WriterFactory {
  return textWriter((origin) => new TrcRows(origin, version));
}

type Cells = Readonly<Record<string, string>>;

class TrcRows implements TextRows {
  readonly timeLine: TimeLine;
  private readonly version: TrcVersion;
  private readonly channels = new ChannelNumbers();
  private number = 0;

  constructor(origin: TraceOrigin, version: TrcVersion) {
    this.timeLine = new TimeLine(origin, false, 3 + TRC_PLACES[version]);
    this.version = version;
  }

  head(): string {
    const start = formatDays(this.timeLine.startWithoutZone(6) ?? TIME_ZERO);
    const lines = this.hasTypes ? [`;$COLUMNS=${TRC_COLUMNS[this.version].join(",")}`, ";"] : [";"];
    const named = [`;$FILEVERSION=${this.version}`, `;$STARTTIME=${start}`, ...lines];
    return `${named.join("\r\n")}\r\n`;
  }

  row(record: TraceRecord, time: TraceTime): string {
    const cells = this.cells(record);
    if (cells === null) return "";
    this.number++;
    const number = this.hasTypes ? String(this.number) : `${this.number})`;
    const all: Cells = { ...cells, N: number, O: formatOffset(time, TRC_PLACES[this.version]) };
    const texts = TRC_COLUMNS[this.version].map((letter) =>
      (all[letter] ?? "-").padStart(WIDTHS[letter] ?? 0),
    );
    return `${texts.join(" ").trimEnd()}\r\n`;
  }

  private get hasTypes(): boolean {
    return this.version === "2.0" || this.version === "2.1";
  }

  private get losses() {
    return this.timeLine.losses;
  }

  private cells(record: TraceRecord): Cells | null {
    if (record.kind === "data" || record.kind === "remote") return this.frameCells(record);
    if (record.kind === "error" && this.hasTypes) return this.errorCells(record);
    const what = { error: "error frames", overload: "overload frames", event: "events" };
    this.losses.add(what[record.kind], record.at);
    return null;
  }

  private frameCells(record: FrameRecord): Cells | null {
    const isFd = isWrittenAsFd(record);
    if (isFd && !this.hasTypes) {
      this.losses.add("FD frames", record.at);
      return null;
    }
    noteUnknownFlags(record, this.losses);
    noteUnknownLength(record, this.losses);
    const isRemote = record.kind === "remote";
    const common = this.commonCells(record);
    const type = isFd ? fdType(record) : isRemote ? "RR" : "DT";
    const size = this.sizeOf(record, isFd);
    const bytes = isRemote && !this.hasTypes ? "RTR" : formatBytes(record.data, " ");
    const id = formatHex(record.id, record.extended ? 8 : 4);
    return { ...common, T: type, I: id, l: size, L: size, D: bytes };
  }

  /** Bus and direction; both `d` and `t` mean the direction in rows of frames. */
  private commonCells(record: TraceRecord): Cells {
    const { channel, direction, at } = record;
    const columns = TRC_COLUMNS[this.version];
    if (!columns.includes("B")) {
      if (channel !== "") this.losses.add("channels", at);
    } else if (channel !== "" && !this.channels.isKept(channel)) {
      this.losses.add("channel names: written as numbers", at);
    }
    const bus = channel === "" ? "-" : String(this.channels.of(channel));
    const hasDirection = columns.includes("d") || columns.includes("t");
    if (!hasDirection && direction !== null) this.losses.add("directions", at);
    if (hasDirection && direction === null && record.kind !== "error") {
      this.losses.add("that the direction is unknown: written as Rx", at);
    }
    const mark = direction === "tx" ? "Tx" : "Rx";
    return { B: bus, d: mark, t: mark };
  }

  private sizeOf({ dlc, data, kind, at }: FrameRecord, isFd: boolean): string {
    const isCode = TRC_COLUMNS[this.version].includes("L");
    if (isFd) return String(isCode ? (dlc ?? 0) : data.length);
    const code = dlc ?? 0;
    const fits = code <= 8 || (isCode && code <= 15 && (data.length === 8 || kind === "remote"));
    if (fits && (kind === "remote" || data.length === Math.min(code, 8))) return String(code);
    this.losses.add("length codes that differ from the length", at);
    return String(kind === "remote" ? 8 : data.length);
  }

  private errorCells(record: ErrorRecord): Cells {
    const { classes, detail, at } = record;
    const [, , protocol = 0, position = 0, , , sendCount = 0, receiveCount = 0] = detail;
    const kind = protocol & 7;
    const held = ERROR_CLASS.protocol | ERROR_CLASS.bus | ERROR_CLASS.counters;
    const isOtherwise = (classes & ~held) !== 0 || (protocol & 0x58) !== 0 || record.text !== "";
    if (detail.length !== 8 || isOtherwise || detail[0] !== 0 || detail[1] !== 0) {
      this.losses.add("classes and details of error frames, apart from kind and place", at);
    }
    if (record.direction !== null) this.losses.add("the direction of error frames", at);
    const receives = (protocol & PROTOCOL_ERROR.sending) === 0 ? 1 : 0;
    const bytes = Uint8Array.of(receives, position, receiveCount, sendCount);
    const size = { l: "4", L: "4", D: formatBytes(bytes, " ") };
    return {
      ...this.commonCells(record),
      ...size,
      T: "ER",
      I: formatHex(kind === 0 ? 8 : kind, 4),
    };
  }
}

function fdType({ brs, esi }: FrameRecord): string {
  if (brs === true) return esi === true ? "BI" : "FB";
  return esi === true ? "FE" : "FD";
}

function formatOffset({ seconds, nanoseconds }: TraceTime, places: number): string {
  const milliseconds = seconds * 1000 + Math.floor(nanoseconds / 1e6);
  if (places === 0) return String(milliseconds);
  return `${milliseconds}.${String(1e6 + (nanoseconds % 1e6)).slice(1, 1 + places)}`;
}

/** Days since 1899-12-30 with sixteen digits, enough for a microsecond. */
function formatDays(time: TraceTime): string {
  const day = 86_400_000_000_000n;
  const nanoseconds = nanosecondsOf(time) + BigInt(TRC_EPOCH_DAYS) * day;
  const fraction = ((nanoseconds % day) * 10n ** 16n) / day;
  return `${nanoseconds / day}.${String(fraction).padStart(16, "0")}`;
}
