/**
 * Marker frames: a node that runs clients of its own says on the bus that it wrote a record into
 * its history. The order of these frames, and no clock, tells how the records of several nodes
 * lie to each other. Body: process u16, record number u32; the kind stands in the header's count.
 */

import type { Envelope } from "./header.ts";
import { HEADER_LENGTH, type Header, TO_ALL } from "./header.ts";
import { CLASS, makeId } from "./identifier.ts";
import { TYPE } from "./roj-message.ts";
import { readU16, readU32, writeU16, writeU32 } from "./transaction.ts";

/** In the order of their numbers on the wire. */
export const MARKER_KINDS = ["boot", "invoke", "ok", "fail", "info"] as const;
export type MarkerKind = (typeof MARKER_KINDS)[number];

const BODY_LENGTH = 6;

export interface Marker {
  readonly node: number;
  /** Boot counter of the node, low eight bits. */
  readonly boot: number;
  /** Number of the process in this boot of the node. */
  readonly process: number;
  /** Number of the record in this boot of the node, from 0 and without gaps. */
  readonly number: number;
  readonly kind: MarkerKind;
}

export function markerEnvelope(node: number, kind: MarkerKind): Envelope {
  const id = makeId(CLASS.telemetry, 0, node);
  return { id, type: TYPE.marker, count: MARKER_KINDS.indexOf(kind), destination: TO_ALL };
}

/** Writes the body and returns its length. */
export function writeMarker(body: Uint8Array, process: number, number: number): number {
  writeU16(body, 0, process);
  writeU32(body, 2, number);
  return BODY_LENGTH;
}

/** The marker in a frame of `node` whose header is `header`; null when it is none. */
export function decodeMarker(node: number, header: Header, data: Uint8Array): Marker | null {
  const kind = MARKER_KINDS[header.count];
  if (header.type !== TYPE.marker || kind === undefined) return null;
  if (data.length < HEADER_LENGTH + BODY_LENGTH) return null;
  const process = readU16(data, HEADER_LENGTH);
  return { node, boot: header.boot, process, number: readU32(data, HEADER_LENGTH + 2), kind };
}
