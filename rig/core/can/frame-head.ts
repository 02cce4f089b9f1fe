/**
 * The bits of a frame between start of frame and its data, as integers, highest bit first
 * (ISO 11898-1, 10.4.2 and 10.4.3). Stuffing, check sequences and arbitration all read these.
 *
 * An extended head is longer than an integer, so it comes in two parts: the first 19 bits, which
 * both formats share, and the rest.
 */

import { dlcOfFrame } from "./dlc.ts";
import type { CanFrame } from "./frame.ts";

/** FDF recessive and the reserved bit dominant; BRS follows. */
const FDF_RES = 0b10;

/** 18 bits: identifier, RTR, IDE, r0, length code. */
export function baseClassicHead(frame: CanFrame): number {
  return (frame.id << 7) | ((frame.remote ? 1 : 0) << 6) | dlcOfFrame(frame);
}

/** 16 bits: identifier, RRS, IDE, FDF, res, BRS. */
export function baseFdHead(frame: CanFrame): number {
  return (frame.id << 5) | (FDF_RES << 1) | (frame.brs ? 1 : 0);
}

/** 19 bits: identifier 28 to 18, SRR, IDE, identifier 17 to 12. */
export function extendedHeadStart(frame: CanFrame): number {
  return ((frame.id >>> 18) << 8) | (0b11 << 6) | ((frame.id >>> 12) & 0x3f);
}

/** 19 bits: identifier 11 to 0, RTR, r1, r0, length code. */
export function extendedClassicHeadRest(frame: CanFrame): number {
  return ((frame.id & 0xfff) << 7) | ((frame.remote ? 1 : 0) << 6) | dlcOfFrame(frame);
}

/** 16 bits: identifier 11 to 0, RRS, FDF, res, BRS. */
export function extendedFdHeadRest(frame: CanFrame): number {
  return ((frame.id & 0xfff) << 4) | (FDF_RES << 1) | (frame.brs ? 1 : 0);
}

/** 5 bits: ESI and length code, the first that run at the data rate. */
export function fdControl(frame: CanFrame): number {
  return ((frame.esi ? 1 : 0) << 4) | dlcOfFrame(frame);
}
