/**
 * The frame on the wire: who sends it, who follows it, and the next bit of it in which something
 * goes wrong, if any. A frame without such a bit is never laid out bit by bit.
 */

import { assert } from "../verdict/rig-error.ts";
import type { StationMask } from "./acceptance.ts";
import {
  type BitRates,
  bitsDurationNs,
  frameBits,
  INTERMISSION_BITS,
  totalBits,
} from "./bit-count.ts";
import { ackSlotBit, bitEndNs, lastBit } from "./bit-position.ts";
import { firstDifference, prevailing } from "./collision.ts";
import type { BitHit, WireSituation } from "./error-signalling.ts";
import type { CanFrame } from "./frame.ts";
import { lowestStation } from "./station-mask.ts";
import { type WireBits, wireBits } from "./wire-bits.ts";

type StationStates = Pick<WireSituation, "passive" | "passiveByReception" | "silent">;

const NO_HITS: readonly BitHit[] = [];
const NEVER = Number.POSITIVE_INFINITY;

export class Wire {
  /** Packed count of the frame; 0 when there is none. */
  bits = 0;
  frame: CanFrame | undefined;
  startNs = 0;
  /** More than one while they send the same frame, or different ones that collide. */
  senders: StationMask = 0;
  /** Stations that have followed the frame since it began. */
  listeners: StationMask = 0;
  /** When the last intermission ends or ended. */
  idleNs = 0;
  /** The bit at whose end the bus has to look closer; infinity while the frame is clean. */
  errorBit = NEVER;
  private readonly rates: BitRates;
  private readonly intermissionNs: number;
  /** Up to here the frame has been looked at. */
  private checkedBit = -1;
  private hits = NO_HITS;
  /** By sender, its own frame; only when they differ. */
  private contest: (CanFrame | undefined)[] | undefined;
  /** The frame that was laid out last: mostly the one that is repeated after an error. */
  private laidOut: { readonly frame: CanFrame; readonly layout: WireBits } | undefined;

  constructor(rates: BitRates) {
    this.rates = rates;
    this.intermissionNs = this.nominalNs(INTERMISSION_BITS);
  }

  nominalNs(bits: number): number {
    return Math.round((bits * 1e9) / this.rates.nominalBitrateBps);
  }

  layoutOf(frame: CanFrame): WireBits {
    if (this.laidOut?.frame !== frame) this.laidOut = { frame, layout: wireBits(frame) };
    return this.laidOut.layout;
  }

  begin(frame: CanFrame, senders: StationMask, timeNs: number): void {
    this.bits = frameBits(frame);
    this.frame = frame;
    this.senders = senders;
    this.startNs = timeNs;
    this.checkedBit = -1;
    this.idleNs = timeNs + bitsDurationNs(this.bits, this.rates);
  }

  /** Senders of one arbitration field with different frames, given by station. */
  beginContest(frames: (CanFrame | undefined)[], senders: StationMask, timeNs: number): void {
    this.contest = frames;
    this.senders = senders;
    this.begin(this.prevailingFrame(), senders, timeNs);
  }

  /** End of the last bit of end of frame. */
  endNs(): number {
    return this.idleNs - this.intermissionNs;
  }

  ackSlotEndNs(): number {
    return this.startNs + bitEndNs(this.bits, ackSlotBit(this.bits), this.rates);
  }

  bitCount(): number {
    return totalBits(this.bits);
  }

  setHits(hits: readonly BitHit[] | null): void {
    if (hits === null) return;
    const last = lastBit(this.bits);
    for (const { kind, bit } of hits) {
      assert(kind === "crc" || (bit >= 0 && bit <= last), "a hit lies outside of its frame");
    }
    this.hits = hits;
  }

  /** Whether different frames are being sent. */
  isContested(): boolean {
    return this.contest !== undefined;
  }

  /**
   * Finds the next bit that needs a closer look, and returns the time of its end, or of the end of
   * a frame that stays clean. `silent` stations don't acknowledge.
   */
  plan(silent: StationMask): number {
    const after = this.checkedBit;
    const ackSlot = ackSlotBit(this.bits);
    let next = NEVER;
    for (const { kind, bit } of this.hits) {
      const at = kind === "crc" ? ackSlot : bit;
      if (at > after) next = Math.min(next, at);
    }
    if ((this.listeners & ~silent) === 0 && ackSlot > after) next = Math.min(next, ackSlot);
    if (this.contest !== undefined) {
      next = Math.min(next, firstDifference(this.layouts(), after));
    }
    this.errorBit = next;
    return next === NEVER ? this.endNs() : this.startNs + bitEndNs(this.bits, next, this.rates);
  }

  /** The bits up to `checkedBit` are over; some stations dropped out, and the frame goes on. */
  goOn(checkedBit: number, senders: StationMask, listeners: StationMask): void {
    const checkedBits = Math.max(this.checkedBit, checkedBit);
    this.senders &= ~senders;
    this.listeners &= ~listeners;
    if (this.contest !== undefined) this.begin(this.prevailingFrame(), this.senders, this.startNs);
    this.checkedBit = checkedBits;
  }

  situation(states: StationStates): WireSituation {
    const wires: (WireBits | undefined)[] = [];
    const layout = this.layoutOf(this.frame as CanFrame);
    for (let rest = this.senders; rest !== 0; rest &= rest - 1) {
      const sender = lowestStation(rest);
      const own = this.contest?.[sender];
      wires[sender] = own === undefined ? layout : wireBits(own);
    }
    return {
      bits: this.bits,
      wires,
      layout,
      senders: this.senders,
      receivers: this.listeners,
      ...states,
      hits: this.hits,
      firstBit: this.errorBit,
      startNs: this.startNs,
      rates: this.rates,
    };
  }

  /** Takes the frame off; returns how long the wire was busy with it, up to `idleNs`. */
  free(): number {
    this.bits = 0;
    this.frame = undefined;
    this.senders = 0;
    this.errorBit = NEVER;
    this.hits = NO_HITS;
    this.contest = undefined;
    return this.idleNs - this.startNs;
  }

  private frames(): CanFrame[] {
    const frames: CanFrame[] = [];
    for (let rest = this.senders; rest !== 0; rest &= rest - 1) {
      frames.push(this.contest?.[lowestStation(rest)] as CanFrame);
    }
    return frames;
  }

  private layouts(): WireBits[] {
    return this.frames().map(wireBits);
  }

  private prevailingFrame(): CanFrame {
    return this.frames()[prevailing(this.layouts())] as CanFrame;
  }
}
