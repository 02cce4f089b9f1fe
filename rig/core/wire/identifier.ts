/**
 * Arbitration IDs of the rig's own wire format: `[10:8] class | [7:4] kind | [3:0] source`.
 * The source is part of the identifier, because two nodes must never send one identifier with
 * different data. Lower classes win arbitration: acknowledgements above proposals, so that the
 * pipeline drains before it refills. docs/reference/wire.md has the table.
 */

import type { AcceptanceFilter } from "../can/acceptance.ts";

export const CLASS = {
  ack: 2,
  proposal: 3,
  reply: 4,
  request: 5,
  repair: 6,
  telemetry: 7,
} as const;

export function makeId(messageClass: number, kind: number, source: number): number {
  return (messageClass << 8) | (kind << 4) | source;
}

export function classOfId(id: number): number {
  return id >>> 8;
}

export function sourceOfId(id: number): number {
  return id & 15;
}

function filterOfClass(messageClass: number): AcceptanceFilter {
  return { extended: false, mask: 0x700, match: messageClass << 8 };
}

/**
 * A node takes everything but the replies and markers, which are for the host; the host takes
 * those alone.
 */
export const NODE_FILTERS: readonly AcceptanceFilter[] = [
  filterOfClass(CLASS.ack),
  filterOfClass(CLASS.proposal),
  filterOfClass(CLASS.request),
  filterOfClass(CLASS.repair),
];
export const HOST_FILTERS: readonly AcceptanceFilter[] = [
  filterOfClass(CLASS.reply),
  filterOfClass(CLASS.telemetry),
];
/** A node on which a client lives takes replies as well. */
export const RESIDENT_FILTERS: readonly AcceptanceFilter[] = [
  ...NODE_FILTERS,
  filterOfClass(CLASS.reply),
];
