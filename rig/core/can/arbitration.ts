/**
 * Who wins the bus when several nodes start at once (ISO 11898-1, 10.4.2.2 and 10.6): the bits of
 * the arbitration field are compared in the order of sending, and dominant (0) beats recessive (1).
 */

import type { CanFrame } from "./frame.ts";

/**
 * The arbitration field as one unsigned number; the smaller wins. Of frames with the same 11 bits
 * in front, a base data frame beats a base remote frame, and that beats any extended one: the 12th
 * bits are RTR and SRR, the 13th is IDE. Equal keys mean that arbitration cannot decide.
 */
export function arbitrationKey(frame: CanFrame): number {
  const remote = frame.remote ? 1 : 0;
  if (!frame.extended) return ((frame.id << 21) | (remote << 20)) >>> 0;
  const start = ((frame.id >>> 18) << 21) | (0b11 << 19);
  return (start | ((frame.id & 0x3_ffff) << 1) | remote) >>> 0;
}

/** Whether two frames are the same bit by bit, so that two nodes can send them at once unharmed. */
export function isSameFrame(a: CanFrame, b: CanFrame): boolean {
  if (a === b) return true;
  if (a.id !== b.id || a.extended !== b.extended || a.remote !== b.remote) return false;
  if (a.fd !== b.fd || a.data.length !== b.data.length) return false;
  if (a.fd && (a.brs !== b.brs || a.esi !== b.esi)) return false;
  if (a.remote) return true;
  return a.data.every((byte, i) => byte === b.data[i]);
}
