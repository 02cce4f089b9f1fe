/** Frames of a trace that can be ours: FD format, 11-bit identifier of a known class, header. */

import { frameOfRecord, type TraceRecord } from "../trace/record.ts";
import {
  HEADER_LENGTH,
  type Header,
  PROTOCOL_ROJ,
  PROTOCOL_ROJ_SIGNED,
  readHeader,
  SEALED,
} from "../wire/header.ts";
import { CLASS, classOfId, sourceOfId } from "../wire/identifier.ts";

export interface WireFrame {
  /** 0 to 13 are nodes, 14 is the rig host. */
  readonly source: number;
  readonly messageClass: number;
  readonly header: Header;
  readonly data: Uint8Array;
}

/** Null for what is not of our wire format. */
export function wireFrameOf(record: TraceRecord): WireFrame | null {
  if (record.kind !== "data" || record.extended) return null;
  const frame = frameOfRecord(record);
  if (frame === null || record.fd === false || frame.data.length < HEADER_LENGTH) return null;
  const messageClass = classOfId(frame.id);
  if (messageClass < CLASS.ack || messageClass > CLASS.telemetry) return null;
  const header = readHeader(frame.data);
  const protocol = header.protocol & ~SEALED;
  if (protocol !== PROTOCOL_ROJ && header.protocol !== PROTOCOL_ROJ_SIGNED) return null;
  const source = sourceOfId(frame.id);
  return source > 14 ? null : { source, messageClass, header, data: frame.data };
}
