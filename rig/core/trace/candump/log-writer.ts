/**
 * Writes candump's log form as `candump -l` does: FDF among the FD flags, raw length codes only
 * where they differ, six digits of fraction, or nine where six would lose something.
 */

import { formatCandumpFrame } from "../candump.ts";
import { frameOfRecord, type TraceRecord } from "../record.ts";
import type { Tally } from "../tally.ts";
import { formatHex } from "../text/hex.ts";
import { textWriter } from "../text/text-writer.ts";
import { formatTime, hasPlaces } from "../trace-time.ts";
import { TimeLine } from "../trace-writer.ts";
import { noteUnknownFlags, noteUnknownLength } from "../unknown-flags.ts";

const SUFFIX = { rx: " R", tx: " T" } as const;

export const writeCandumpLog = textWriter((origin) => {
  const timeLine = new TimeLine(origin, true, 9);
  return {
    timeLine,
    head: () => "",
    row(record, time) {
      if (record.kind === "event" && record.event === "hole") return holeLine(record.text);
      const frame = frameText(record, timeLine.losses);
      if (frame === "") return "";
      const stamp = formatTime(time, hasPlaces(time, 6) ? 6 : 9, 10);
      const suffix = record.direction === null ? "" : SUFFIX[record.direction];
      return `(${stamp}) ${channelName(record, timeLine.losses)} ${frame}${suffix}\n`;
    },
  };
});

function holeLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.startsWith("DROPCOUNT: ") ? `${line}\n` : `DROPCOUNT: ${line}\n`;
}

/** A name that the line can hold: no blanks, up to 15 characters. */
export function channelName({ channel, at }: TraceRecord, losses: Tally): string {
  if (/^\S{1,15}$/.test(channel)) return channel;
  losses.add("channel names that are empty, too long or have blanks", at);
  const short = channel.replace(/\s+/g, "-").slice(0, 15);
  return short === "" ? "can0" : short;
}

/** The frame without stamp and channel; empty where there is none. */
function frameText(record: TraceRecord, losses: Tally): string {
  const { at } = record;
  if (record.kind === "error" && record.detail.length !== 8) {
    losses.add("that the details of error frames are unknown: written as zeros", at);
    return frameText({ ...record, detail: new Uint8Array(8) }, losses);
  }
  const frame = frameOfRecord(record);
  if (frame === null) {
    losses.add(record.kind === "overload" ? "overload frames" : "events", at);
    return "";
  }
  if (record.kind === "error") {
    if (record.text !== "") losses.add("remarks at error frames", at);
  } else if (record.kind === "data" || record.kind === "remote") {
    const isKnown = noteUnknownFlags(record, losses);
    noteUnknownLength(record, losses);
    const text = formatCandumpFrame(isKnown ? frame : { ...frame, fd: frame.data.length > 8 });
    const { dlc } = record;
    if (!frame.fd && dlc !== null && dlc > 8 && dlc <= 15 && frame.data.length <= 8) {
      return `${text}_${formatHex(dlc)}`;
    }
    return text;
  }
  return formatCandumpFrame(frame);
}
