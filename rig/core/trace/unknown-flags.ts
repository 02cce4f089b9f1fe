/** What a writer says when it must put down as a fact what the source could not tell. */

import type { FrameRecord } from "./record.ts";
import type { Tally } from "./tally.ts";

/** Counts unknown flags of a frame; whether its format is known. */
export function noteUnknownFlags(frame: FrameRecord, losses: Tally): boolean {
  const { fd, brs, esi, at } = frame;
  if (fd === null) {
    losses.add("that FD or classic is unknown: by length, up to 8 bytes as classic", at);
  } else if (fd && (brs === null || esi === null)) {
    losses.add("that BRS and ESI are unknown: written as clear", at);
  }
  return fd !== null;
}

/** For formats that must name a length code also where it is unknown. */
export function noteUnknownLength({ dlc, kind, at }: FrameRecord, losses: Tally): void {
  if (dlc !== null) return;
  const written = kind === "remote" ? "written as 0" : "written by the length";
  losses.add(`that the length code is unknown: ${written}`, at);
}

/** Whether a frame has to be written in FD format: by its flag, or by its length. */
export function isWrittenAsFd({ fd, data }: FrameRecord): boolean {
  return fd === true || data.length > 8;
}
