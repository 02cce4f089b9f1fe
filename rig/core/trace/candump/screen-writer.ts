/**
 * Writes what `candump -t a -x` shows on the terminal. The columns that tell BRS and ESI tell the
 * direction too, so they are left out where that is unknown.
 */

import { dlcOfFrame } from "../../can/dlc.ts";
import { type FrameRecord, frameOfRecord, type TraceRecord } from "../record.ts";
import type { Tally } from "../tally.ts";
import { formatBytes, formatHex } from "../text/hex.ts";
import { textWriter } from "../text/text-writer.ts";
import { EPOCH_SECONDS } from "../trace-reader.ts";
import { formatTime, hasPlaces, isEarlier, type TraceTime } from "../trace-time.ts";
import { TimeLine } from "../trace-writer.ts";
import { isWrittenAsFd, noteUnknownFlags, noteUnknownLength } from "../unknown-flags.ts";
import { channelName } from "./log-writer.ts";

export const writeCandumpScreen = textWriter((origin) => {
  const timeLine = new TimeLine(origin, true, 9);
  let last: TraceTime | null = null;
  return {
    timeLine,
    head: () => "",
    row(record, time) {
      const frame = frameColumns(record, timeLine.losses);
      if (frame === "") return "";
      // Stamps since 1970 are never taken for differences.
      if (last !== null && time.seconds < EPOCH_SECONDS && isEarlier(time, last)) {
        timeLine.losses.add("stamps that go back: they may be read as differences", record.at);
      }
      last = time;
      const stamp = formatTime(time, hasPlaces(time, 6) ? 6 : 9, 3);
      const flags = flagColumns(record);
      return ` (${stamp})  ${channelName(record, timeLine.losses)}  ${flags}${frame}\n`;
    },
  };
});

function flagColumns(record: TraceRecord): string {
  if (record.direction === null) return "";
  const fd = record.kind === "data" && record.fd === true ? record : null;
  const brs = fd?.brs === true ? "B" : "-";
  return `${record.direction.toUpperCase()} ${brs} ${fd?.esi === true ? "E" : "-"}  `;
}

function frameColumns(record: TraceRecord, losses: Tally): string {
  const frame = frameOfRecord(record);
  if (frame === null) {
    losses.add(record.kind === "error" ? "error frames without details" : "events", record.at);
    return "";
  }
  if (record.kind === "error") {
    if (record.text !== "") losses.add("remarks at error frames", record.at);
    const id = formatHex(0x2000_0000 + record.classes, 8);
    return `${id}   [8]  ${formatBytes(record.detail, " ")}   ERRORFRAME`;
  }
  const { extended, id, data } = frame;
  const bytes = frame.remote ? "  remote request" : ` ${formatBytes(data, " ")}`.padEnd(2);
  const size = sizeColumn(record as FrameRecord, losses, dlcOfFrame(frame));
  return `${formatHex(id, extended ? 8 : 3)}  ${size} ${bytes}`.trimEnd();
}

function sizeColumn(record: FrameRecord, losses: Tally, dlcOfData: number): string {
  const hasFlags = record.direction !== null;
  noteUnknownFlags(hasFlags ? record : { ...record, brs: false, esi: false }, losses);
  noteUnknownLength(record, losses);
  if (isWrittenAsFd(record)) {
    if (!hasFlags && (record.brs !== null || record.esi !== null)) {
      losses.add("BRS and ESI where the direction is unknown", record.at);
    }
    return `[${String(record.data.length).padStart(2, "0")}]`;
  }
  const { dlc } = record;
  return dlc !== null && dlc > 8 && dlc <= 15 ? ` {${formatHex(dlc)}}` : ` [${dlcOfData}]`;
}
