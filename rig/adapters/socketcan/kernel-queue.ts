/** What the kernel lost of received packets before any socket saw them. */

import { readFileSync } from "node:fs";

/**
 * Packets that the queues of the processors had no room for since the machine started, of whatever
 * interface: frames of virtual CAN go through them (second column of softnet_stat, hexadecimal; 0
 * where there is none).
 */
export function droppedByQueues(text: string = softnetText()): number {
  const rows = text.trim().split("\n");
  return rows.reduce((sum, row) => sum + Number.parseInt(row.split(/\s+/)[1] ?? "0", 16), 0);
}

function softnetText(): string {
  try {
    return readFileSync("/proc/net/softnet_stat", "latin1");
  } catch {
    return "0 0";
  }
}
