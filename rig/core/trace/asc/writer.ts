/**
 * Writes Vector ASC as CANoe takes it: three digits in dates, six in stamps, channels from 1,
 * CANFD lines with all their columns. Zero Unix time as the date says that there is none.
 */

import { ChannelNumbers } from "../channel-numbers.ts";
import type { ErrorRecord, EventRecord, FrameRecord, TraceRecord } from "../record.ts";
import { formatCalendarDate } from "../text/calendar.ts";
import { formatBytes, formatHex } from "../text/hex.ts";
import { type TextRows, textWriter } from "../text/text-writer.ts";
import { formatTime, TIME_ZERO, type TraceTime } from "../trace-time.ts";
import { TimeLine, type TraceOrigin } from "../trace-writer.ts";
import { isWrittenAsFd, noteUnknownFlags } from "../unknown-flags.ts";
import { ASC_BRS, ASC_ESI, ASC_FD } from "./fd-line.ts";

/** Duration and bit count, which are unknown here; then, behind the flags, check sum and timing. */
const UNKNOWN_DURATION = "        0    0";
const UNKNOWN_TIMING = "        0        0        0        0        0";
/** What only ASC files have as events, so that they may be written back as they were. */
const ASC_EVENT = /^(?:CAN \d+ Status:|\d+ +(?:Statistic:|J1939TP )|Start of measurement$)/;
const ASC_ERROR = /^(?:ECC: |Flags = )/;

export const writeAsc = textWriter((origin) => new AscRows(origin));

class AscRows implements TextRows {
  readonly timeLine: TimeLine;
  private readonly channels = new ChannelNumbers();

  constructor(origin: TraceOrigin) {
    this.timeLine = new TimeLine(origin, false, 6);
  }

  head(): string {
    const date = formatCalendarDate(this.timeLine.startWithoutZone(3) ?? TIME_ZERO);
    const lines = [`date ${date}`, "base hex  timestamps absolute", "internal events logged"];
    return `${[...lines, "// version 9.0.0", `Begin Triggerblock ${date}`].join("\r\n")}\r\n`;
  }

  foot(): string {
    return "End TriggerBlock\r\n";
  }

  row(record: TraceRecord, time: TraceTime): string {
    return `${formatTime(time, 6).padStart(11)} ${this.content(record)}\r\n`;
  }

  private content(record: TraceRecord): string {
    if (record.kind === "event") return this.event(record);
    const channel = this.channel(record);
    if (record.kind === "overload") return `${channel} OverloadFrame`;
    if (record.kind === "error") return this.error(record, channel);
    noteUnknownFlags(record, this.losses);
    return isWrittenAsFd(record) ? this.fdLine(record, channel) : this.classicLine(record, channel);
  }

  private get losses() {
    return this.timeLine.losses;
  }

  private channel(record: TraceRecord): number {
    if (!this.channels.isKept(record.channel)) {
      this.losses.add("channel names: written as numbers", record.at);
    }
    return this.channels.of(record.channel);
  }

  private event({ event, text, at }: EventRecord): string {
    if (ASC_EVENT.test(text) || (event === "comment" && /^\/\/(?: \S+)+$/.test(text))) return text;
    this.losses.add("events: written as comments", at);
    return `// ${text.replace(/^\/\/ ?/, "").replace(/\s+/g, " ")}`;
  }

  private error(record: ErrorRecord, channel: number): string {
    const { text, at, direction } = record;
    if (record.detail.length > 0) this.losses.add("classes and details of error frames", at);
    if (text.startsWith("CANFD ") && direction !== null) {
      return `CANFD ${channel} ${this.direction(record)} ErrorFrame ${text.slice(6)}`;
    }
    if (ASC_ERROR.test(text)) return `${channel} ErrorFrame ${text}`;
    if (text !== "") this.losses.add("remarks at error frames", at);
    if (direction !== null) this.losses.add("the direction of error frames", at);
    return `${channel} ErrorFrame`;
  }

  private direction({ direction, at }: TraceRecord): string {
    if (direction === null) this.losses.add("that the direction is unknown: written as Rx", at);
    return direction === "tx" ? "Tx" : "Rx";
  }

  private classicLine(record: FrameRecord, channel: number): string {
    const id = `${formatHex(record.id)}${record.extended ? "x" : ""}`.padEnd(15);
    const head = `${String(channel).padEnd(2)} ${id} ${this.direction(record).padEnd(4)}`;
    const { dlc, data } = record;
    if (record.kind === "remote") return `${head} r${dlc === null ? "" : ` ${formatHex(dlc)}`}`;
    return `${head} d ${formatHex(classicDlc(record))} ${formatBytes(data, " ")}`.trimEnd();
  }

  private fdLine(record: FrameRecord, channel: number): string {
    const { data } = record;
    const id = `${formatHex(record.id)}${record.extended ? "x" : ""}`.padStart(10);
    const brs = record.brs === true;
    const esi = record.esi === true;
    const flags = ASC_FD | (brs ? ASC_BRS : 0) | (esi ? ASC_ESI : 0);
    const bits = `${brs ? 1 : 0} ${esi ? 1 : 0} ${formatHex(record.dlc ?? 0).toLowerCase()}`;
    const bytes = data.length > 0 ? ` ${formatBytes(data, " ")}` : "";
    const size = `${bits} ${String(data.length).padStart(2)}${bytes}`;
    const head = `CANFD ${String(channel).padStart(3)} ${this.direction(record)} ${id}`;
    const tail = `${UNKNOWN_DURATION} ${formatHex(flags).padStart(8)} ${UNKNOWN_TIMING}`;
    return `${head.padEnd(62)} ${size} ${tail}`;
  }
}

/** The raw code where it fits the bytes, else what the bytes say. */
function classicDlc({ dlc, data }: FrameRecord): number {
  const isRaw = dlc !== null && dlc > 8 && dlc <= 15 && data.length === 8;
  return isRaw ? dlc : data.length;
}
