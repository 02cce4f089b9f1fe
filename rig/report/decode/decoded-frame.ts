/** A frame of a trace with its signals, and what the rows of all formats say of it. */

import type { DecodedMessage } from "../../core/dbc/index.ts";
import { type FrameRecord, formatTime } from "../../core/trace/index.ts";

export interface DecodedFrame {
  readonly record: FrameRecord;
  readonly decoded: DecodedMessage;
}

/** How decoded frames are written: a head once, then rows, each with its line end. */
export interface RowWriter {
  readonly head: string;
  row(frame: DecodedFrame): string;
}

/** Three digits for 11 bits, eight for 29, as candump has them. */
export function idText(id: number, extended: boolean): string {
  return id
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, "0");
}

/** Seconds with six places, or nine where these say more; empty without a stamp. */
export function timeText({ time }: FrameRecord): string {
  if (time === null) return "";
  return formatTime(time, time.nanoseconds % 1000 === 0 ? 6 : 9);
}
