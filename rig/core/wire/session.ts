/**
 * Sessions of clients on the wire, 13 bits: an owner and a slot. The host owns 0 to 255. A client
 * that lives on a node has an owner of its own for each process, and the node's boot counter as
 * its slot, so that request numbers which begin again after a reset are those of a new session.
 */

import { HOST_STATION } from "../can/bus.ts";
import { SLOT_BITS } from "./transaction.ts";

/** Owners are five bits: 0 is the host, and each of 14 nodes has two. */
export const NODE_PROCESSES_MAX = 2;
const NODES_MAX = 14;

/** `process` is 0 or 1. */
export function ownerOf(node: number, process: number): number {
  return 1 + process * NODES_MAX + node;
}

/** The station that the client of a session is on: the host, or a node. */
export function stationOfSession(session: number): number {
  const owner = session >>> SLOT_BITS;
  return owner === 0 ? HOST_STATION : (owner - 1) % NODES_MAX;
}

export function residentSession(node: number, process: number, boot: number): number {
  return (ownerOf(node, process) << SLOT_BITS) | (boot & 255);
}
