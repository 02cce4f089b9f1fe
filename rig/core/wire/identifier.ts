/**
 * Arbitration IDs of the rig's own wire format: `[10:8] class | [7:4] kind | [3:0] source`.
 * The source is part of the identifier, because two nodes must never send one identifier with
 * different data. Lower classes win arbitration: acknowledgements above proposals, so that the
 * pipeline drains before it refills. docs/reference/wire.md has the table.
 */

export const CLASS = {
  ack: 2,
  proposal: 3,
  reply: 4,
  request: 5,
  repair: 6,
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

/** A node's acceptance filter: everything but the replies, which are for the host. */
export function isForNodes(id: number): boolean {
  return classOfId(id) !== CLASS.reply;
}

/** The host's acceptance filter: replies alone. */
export function isForHost(id: number): boolean {
  return classOfId(id) === CLASS.reply;
}
