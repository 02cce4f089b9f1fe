/**
 * Writes BUSMASTER logs: hexadecimal, time since the start of the recording in steps of 0.1 ms.
 * Classic frames only, since the format has no sign of FD.
 */

import { ChannelNumbers } from "../channel-numbers.ts";
import type { FrameRecord, TraceRecord } from "../record.ts";
import { formatBytes, formatHex } from "../text/hex.ts";
import { type TextRows, textWriter } from "../text/text-writer.ts";
import { civilOfTime, type TraceTime, zeroPadded } from "../trace-time.ts";
import { TimeLine, type TraceOrigin } from "../trace-writer.ts";
import { noteUnknownLength } from "../unknown-flags.ts";

export const writeBusmaster = textWriter((origin) => new BusmasterRows(origin));

class BusmasterRows implements TextRows {
  readonly timeLine: TimeLine;
  private readonly channels = new ChannelNumbers(0);

  constructor(origin: TraceOrigin) {
    this.timeLine = new TimeLine(origin, false, 4);
  }

  head(): string {
    const start = this.timeLine.startWithoutZone(3);
    const lines = ["***BUSMASTER Ver 2.4.0***", "***PROTOCOL CAN***"];
    lines.push("***NOTE: PLEASE DO NOT EDIT THIS DOCUMENT***", "***[START LOGGING SESSION]***");
    if (start !== null) lines.push(`***START DATE AND TIME ${formatStart(start)}***`);
    lines.push("***HEX***", "***ABSOLUTE MODE***");
    return `${lines.join("\r\n")}\r\n`;
  }

  foot(): string {
    return "***[STOP LOGGING SESSION]***\r\n";
  }

  row(record: TraceRecord, time: TraceTime): string {
    const { losses } = this.timeLine;
    if (record.kind !== "data" && record.kind !== "remote") {
      losses.add(record.kind === "event" ? "events" : "error and overload frames", record.at);
      return "";
    }
    if (record.fd === true || record.data.length > 8) {
      losses.add("FD frames", record.at);
      return "";
    }
    if (record.kind === "data" && record.fd === false) {
      losses.add("that frames are classic: the format can't tell", record.at);
    }
    noteUnknownLength(record, losses);
    return `${formatStamp(time)} ${this.columns(record)} \r\n`;
  }

  private columns(record: FrameRecord): string {
    const { losses } = this.timeLine;
    const { channel, direction, dlc, data, at, extended } = record;
    if (!this.channels.isKept(channel)) losses.add("channel names: written as numbers", at);
    if (direction === null) losses.add("that the direction is unknown: written as Rx", at);
    const isRemote = record.kind === "remote";
    if (dlc !== null && dlc !== data.length && !isRemote) {
      losses.add("length codes that differ from the length", at);
    }
    const type = `${extended ? "x" : "s"}${isRemote ? "r" : ""}`;
    const id = formatHex(record.id, 8);
    const length = isRemote ? (dlc ?? 0) : data.length;
    const head = `${direction === "tx" ? "Tx" : "Rx"} ${this.channels.of(channel)} ${id} ${type}`;
    return `${head} ${length} ${formatBytes(data, " ")}`.trimEnd();
  }
}

function formatStamp({ seconds, nanoseconds }: TraceTime): string {
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = zeroPadded(Math.floor(nanoseconds / 1e5), 4);
  return `${clock.map((part) => zeroPadded(part, 2)).join(":")}:${fraction}`;
}

function formatStart(time: TraceTime): string {
  const { year, month, day, hour, minute, second, nanosecond } = civilOfTime(time);
  const fraction = zeroPadded(Math.floor(nanosecond / 1e6), 3);
  return `${day}:${month}:${year} ${hour}:${minute}:${second}:${fraction}`;
}
