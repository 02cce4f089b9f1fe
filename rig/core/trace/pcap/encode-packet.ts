/**
 * Frames as Linux puts them into captures: 16 bytes, or 72 for FD frames. Unknown BRS and ESI are
 * left unsaid as recorders that don't know them do: the long form without flags.
 */

import { viewOf } from "../binary/byte-queue.ts";
import type { ErrorRecord, FrameRecord, TraceRecord } from "../record.ts";
import type { Tally } from "../tally.ts";
import { isWrittenAsFd, noteUnknownFlags, noteUnknownLength } from "../unknown-flags.ts";
import {
  CLASSIC_SIZE,
  FD_SIZE,
  FLAG_BRS,
  FLAG_ESI,
  FLAG_FDF,
  HEAD_SIZE,
  WORD_ERROR,
  WORD_EXTENDED,
  WORD_REMOTE,
} from "./socketcan-packet.ts";

/** Null for what is no frame. */
export function encodePacket(record: TraceRecord, losses: Tally): Uint8Array | null {
  if (record.kind === "error") return errorPacket(record, losses);
  if (record.kind === "data" || record.kind === "remote") return framePacket(record, losses);
  losses.add(record.kind === "event" ? "events" : "overload frames", record.at);
  return null;
}

function errorPacket({ classes, detail, text, at }: ErrorRecord, losses: Tally): Uint8Array {
  if (detail.length !== 8) {
    losses.add("that the details of error frames are unknown: written as zeros", at);
  }
  if (text !== "") losses.add("remarks at error frames", at);
  const bytes = new Uint8Array(CLASSIC_SIZE);
  viewOf(bytes).setUint32(0, WORD_ERROR + classes);
  bytes[4] = 8;
  bytes.set(detail.subarray(0, 8), HEAD_SIZE);
  return bytes;
}

function framePacket(record: FrameRecord, losses: Tally): Uint8Array {
  const { id, extended, data, dlc } = record;
  const isFd = isWrittenAsFd(record);
  noteUnknownFlags({ ...record, brs: false, esi: false }, losses);
  noteUnknownLength(record, losses);
  const bytes = new Uint8Array(isFd ? FD_SIZE : CLASSIC_SIZE);
  const isRemote = record.kind === "remote";
  const word = id + (extended ? WORD_EXTENDED : 0) + (isRemote ? WORD_REMOTE : 0);
  viewOf(bytes).setUint32(0, word);
  bytes[4] = isRemote ? Math.min(dlc ?? 0, 8) : data.length;
  if (isFd && record.brs !== null) {
    bytes[5] = FLAG_FDF | (record.brs ? FLAG_BRS : 0) | (record.esi === true ? FLAG_ESI : 0);
  }
  if (!isFd && bytes[4] === 8 && dlc !== null && dlc > 8 && dlc <= 15) bytes[7] = dlc;
  bytes.set(data, HEAD_SIZE);
  return bytes;
}
