/**
 * One CAN-FD bus segment in virtual time: transmit queues, arbitration, exact frame times, delivery
 * to every station, and error confinement. It has no clock and no events of its own: the caller
 * asks `nextNs`, keeps the event heap and calls `advance` then. Frames are never copied.
 *
 * A frame sent while the bus is idle starts at once, one sent during a frame or its intermission
 * waits; all that wait at the same nanosecond compete. At the end of a frame (last bit of EOF) the
 * order is: observed, delivered to the receivers by rising index, transmitted, changes of state.
 */

import { assert } from "../verdict/rig-error.ts";
import { type AcceptanceFilter, STATION_LIMIT, type StationMask } from "./acceptance.ts";
import type { BusListener } from "./bus-listener.ts";
import type { BusCounters, BusOptions, ErrorSource } from "./bus-options.ts";
import { BusState, NEVER, type StuckLevel } from "./bus-state.ts";
import type { DeliveryPolicy } from "./delivery.ts";
import { isFrameLength } from "./dlc.ts";
import type { ErrorCounters } from "./error-confinement.ts";
import type { CanFrame } from "./frame.ts";
import { closeFrame, destroyFrame } from "./frame-errors.ts";
import { arbitrate, endFrame } from "./frame-passage.ts";
import { endLoneSender, reckonLoneSender } from "./lone-sender.ts";
import { failRecessive, releaseDominant, runDominant, stickDominant } from "./stuck-bus.ts";
import type { QueuedFrame } from "./transmit-queue.ts";

/** What the controller of one station holds. */
export interface ControllerContents {
  /** Best first. */
  readonly frames: readonly Pick<QueuedFrame, "frame" | "token">[];
  readonly counters: ErrorCounters;
  readonly isAttached: boolean;
}

export type { BusListener } from "./bus-listener.ts";
export type { BusCounters, BusOptions, ErrorSource } from "./bus-options.ts";
export { type DeliveryPolicy, LOST } from "./delivery.ts";

/** The station index of the rig itself. */
export const HOST_STATION = 14;

/**
 * Does not model: propagation delay; in a clean frame the bit between the receivers' acceptance and
 * the sender's; integration of a station after attaching (11 recessive bits). A sender cut off in
 * the last ten bits of its frame, where it is silent anyway, still takes the frame with it.
 * One-shot mode gives a frame up after an error, never for lost arbitration.
 *
 * A lone station repeats its frame for ever (`lone-sender.ts`): once it is error-passive its
 * attempts are reckoned instead of made, until anything changes. They are counted when that
 * happens or `advance` is called; their error frames are not told one by one, and the error source
 * is not asked about them. Listen-only stations hear each attempt, so then each is made.
 */
export class BusModel {
  readonly counters: BusCounters;
  private readonly bus: BusState;

  constructor(options: BusOptions, listener: BusListener) {
    this.bus = new BusState(options, listener);
    this.counters = this.bus.counters;
    for (const station of options.stations) this.attach(station, 0);
  }

  /**
   * Puts a frame into the station's transmit queue. False, and counted as refused, when the station
   * is detached or its queue is full.
   */
  send(station: number, frame: CanFrame, token: number, nowNs: number): boolean {
    assert(!frame.error, "an error frame was given to the bus model to send");
    assert(isFrameLength(frame.data.length, frame.fd), "a frame has a length that no DLC can say");
    this.rouse(nowNs);
    if (!this.isAttached(station) || !this.bus.queues.add(station, frame, token)) {
      this.counters.refused++;
      return false;
    }
    // A held station may be what an idle bus waits for; this one may be free to go before it.
    const isHeld = this.bus.holds.held !== 0 && this.bus.wire.bits === 0;
    if (this.bus.dueNs === NEVER || isHeld) this.bus.wake(nowNs);
    return true;
  }

  /** Takes a waiting frame back; false when it is on the wire, repeated by a lone station, gone. */
  cancel(station: number, token: number): boolean {
    const { lone, queues } = this.bus;
    const isRepeating = lone !== undefined && (lone.senders & (1 << station)) !== 0;
    if (isRepeating && queues.headToken(station) === token) return false;
    return queues.cancel(station, token);
  }

  /**
   * Resets the station's controller: its waiting frames are dropped, its frame on the wire is
   * destroyed (no station gets it), its error counters are zero. Returns how many frames that were.
   * A node that starts its program anew without this leaves its frames waiting.
   */
  clear(station: number, nowNs: number): number {
    this.rouse(nowNs);
    const bit = 1 << station;
    const { closing } = this.bus;
    if (closing !== undefined) {
      this.bus.closing = { ...closing, succeeded: closing.succeeded & ~bit };
    }
    const dropped = this.bus.queues.drain(station).length;
    this.bus.errors.reset(station);
    this.bus.recovery.forget(station);
    this.bus.holds.forget(station);
    this.bus.setTimer();
    if ((this.bus.wire.senders & bit) === 0) return dropped;
    this.bus.queues.release(station);
    if (this.bus.wire.senders === bit) destroyFrame(this.bus, nowNs);
    else {
      this.bus.wire.goOn(-1, bit, 0);
      this.planAgain(nowNs);
    }
    return dropped + 1;
  }

  /** Frames that the station has waiting, not counting one on the wire. */
  waitingFrames(station: number): number {
    return this.bus.queues.length(station);
  }

  /** Puts a station on the bus. It gets no part of a frame that has begun before. */
  attach(station: number, nowNs: number): void {
    assert(station >= 0 && station < STATION_LIMIT, "a station index is outside 0 to 15");
    this.rouse(nowNs);
    this.bus.delivery.attached |= 1 << station;
    if (this.bus.dueNs === NEVER) this.bus.wake(nowNs);
  }

  /** Takes a station off the bus (its supply went): `clear`, and deaf from now on. */
  detach(station: number, nowNs: number): number {
    this.rouse(nowNs);
    const bit = 1 << station;
    this.bus.delivery.attached &= ~bit;
    this.bus.wire.listeners &= ~bit;
    const { closing } = this.bus;
    if (closing !== undefined) {
      this.bus.closing = { ...closing, receivers: closing.receivers & ~bit };
    }
    const dropped = this.clear(station, nowNs);
    this.planAgain(nowNs);
    return dropped;
  }

  /**
   * Takes a station off with all that its controller holds, its frame on the wire included: the
   * wire between it and the others was cut.
   */
  takeOut(station: number, nowNs: number): ControllerContents {
    this.rouse(nowNs);
    const { queues, wire } = this.bus;
    const isAttached = this.isAttached(station);
    const counters = this.errorState(station);
    const isSending = (wire.senders & (1 << station)) !== 0;
    const onWire = { frame: queues.wireFrame(station), token: queues.wireToken(station) };
    const frames = [...(isSending ? [onWire] : []), ...queues.drain(station)];
    this.detach(station, nowNs);
    return { frames, counters, isAttached };
  }

  /** Puts a station on with what `takeOut` gave. */
  putIn(station: number, contents: ControllerContents, nowNs: number): void {
    const { frames, counters, isAttached } = contents;
    if (!isAttached) return;
    this.attach(station, nowNs);
    this.bus.adopt(station, counters, nowNs);
    for (const { frame, token } of frames) this.send(station, frame, token, nowNs);
  }

  isAttached(station: number): boolean {
    return (this.bus.delivery.attached & (1 << station)) !== 0;
  }

  /** Error state and counters of the station's controller. */
  errorState(station: number): ErrorCounters {
    return this.bus.errors.of(station);
  }

  /** Gives a controller counters, and the state that follows from them. */
  forceErrorCounters(station: number, tec: number, rec: number, nowNs: number): void {
    this.rouse(nowNs);
    this.bus.recovery.forget(station);
    this.bus.errors.force(station, tec, rec);
    this.bus.tell(nowNs);
  }

  /** Asks a station that is bus-off to come back; it needs 128 times 11 recessive bits for it. */
  restart(station: number, nowNs: number): void {
    this.rouse(nowNs);
    const isQuiet = this.bus.wire.bits === 0 && this.bus.stuck !== "dominant";
    this.bus.recovery.restart(station, isQuiet ? nowNs : NEVER);
    this.bus.setTimer();
  }

  /**
   * Overload frames, one after the other, hold the bus up to a time (ISO 11898-1, 10.4.5). They
   * follow a frame or an error frame: false, and nothing happens, on a bus that is idle or busy
   * with a frame.
   */
  overload(untilNs: number, nowNs: number): boolean {
    const { wire, recovery, counters, holds } = this.bus;
    if (wire.bits !== 0 || nowNs >= wire.idleNs || this.bus.stuck !== null) return false;
    if (untilNs <= wire.idleNs) return false;
    counters.busyNs += untilNs - wire.idleNs;
    wire.idleNs = untilNs;
    holds.forgetAll();
    recovery.quietUntil(nowNs, true);
    recovery.quietFrom(untilNs);
    this.bus.wake(nowNs);
    this.bus.setTimer();
    return true;
  }

  /** In one-shot mode a frame that an error hit is aborted instead of repeated. */
  setOneShot(station: number, isOneShot: boolean, nowNs: number): void {
    this.rouse(nowNs);
    this.bus.oneShot = withStation(this.bus.oneShot, station, isOneShot);
  }

  /** Has the station send from so many numbered mailboxes; see `StationQueues.setMailboxes`. */
  setMailboxes(station: number, count: number | undefined): void {
    this.bus.queues.setMailboxes(station, count);
  }

  /** Listen-only: receives, but neither acknowledges nor signals errors nor sends. */
  setListenOnly(station: number, isListenOnly: boolean, nowNs: number): void {
    this.rouse(nowNs);
    this.bus.silent = withStation(this.bus.silent, station, isListenOnly);
    this.planAgain(nowNs);
    if (this.bus.wire.bits === 0) this.bus.wake(nowNs);
  }

  /** Has each frame's errors decided by `source`; without one frames stay clean. */
  setErrorSource(source: ErrorSource | undefined): void {
    this.bus.errorSource = source;
  }

  /** Holds the bus at one level from now on, or lets it go. */
  setStuck(level: StuckLevel, nowNs: number): void {
    if (level === this.bus.stuck) return;
    this.rouse(nowNs);
    if (this.bus.stuck === "dominant") releaseDominant(this.bus, nowNs);
    this.bus.stuck = level;
    const { senders, listeners, bits } = this.bus.wire;
    if (level === "dominant") stickDominant(this.bus, nowNs);
    else if (level === "recessive" && bits !== 0) {
      failRecessive(this.bus, senders, listeners & ~this.bus.silent, nowNs);
    } else if (bits === 0) {
      this.bus.wake(nowNs);
      this.bus.setTimer();
    }
  }

  /** Sets the station's acceptance filters; without filters it takes everything. */
  setAcceptance(station: number, filters: readonly AcceptanceFilter[] | undefined): void {
    this.bus.delivery.setAcceptance(station, filters);
  }

  /**
   * Sets which stations get the frames of `sender`; `ALL_STATIONS` heals. This is a logical fault:
   * the others still arbitrate and acknowledge, as on one wire. A cut wire is two buses.
   */
  setVisible(sender: number, receivers: StationMask): void {
    this.bus.delivery.setVisible(sender, receivers);
  }

  /** Has each delivery decided by `policy`; without one all are made at once. */
  setDeliveryPolicy(policy: DeliveryPolicy | undefined): void {
    this.bus.delivery.policy = policy;
  }

  /** When the bus next wants `advance`; infinity while nothing can happen by itself. */
  nextNs(): number {
    return Math.min(this.bus.dueNs, this.bus.timerNs);
  }

  /**
   * Does all that is due up to `nowNs`, at the times when it is due. Call it with the value of
   * `nextNs`, after all sends of that same time; times must not go back.
   */
  advance(nowNs: number): void {
    // Infinity means that nothing is due, also to a caller who asks for everything.
    const limitNs = Math.min(nowNs, Number.MAX_VALUE);
    while (this.nextNs() <= limitNs) {
      if (this.bus.timerNs <= this.bus.dueNs) this.onTimer();
      else if (this.bus.wire.bits > 0) endFrame(this.bus);
      else arbitrate(this.bus);
    }
    if (this.bus.lone !== undefined) reckonLoneSender(this.bus, nowNs);
  }

  private onTimer(): void {
    const { bus } = this;
    const timeNs = bus.timerNs;
    if (bus.closing !== undefined && bus.closing.atNs <= timeNs) {
      closeFrame(bus);
      return;
    }
    if (bus.stuckRunNs <= timeNs) {
      runDominant(bus);
      return;
    }
    const restarting = bus.recovery.dueRestart(timeNs);
    if (restarting >= 0) {
      this.restart(restarting, timeNs);
      return;
    }
    bus.recovery.quietUntil(timeNs, false);
    bus.tell(timeNs);
  }

  /** A lone sender's repetition is about to be disturbed. */
  private rouse(nowNs: number): void {
    const { bus } = this;
    if (bus.lone === undefined || !endLoneSender(bus, nowNs)) return;
    // Its attempt has come to `nowNs` unharmed: an error now might lie in the past.
    const { errorSource } = bus;
    bus.errorSource = undefined;
    arbitrate(bus);
    bus.errorSource = errorSource;
  }

  /** Who acknowledges the frame on the wire has changed. */
  private planAgain(nowNs: number): void {
    const { wire, silent } = this.bus;
    if (wire.bits === 0 || nowNs >= wire.ackSlotEndNs()) return;
    this.bus.dueNs = wire.plan(silent);
  }
}

function withStation(mask: StationMask, station: number, isIn: boolean): StationMask {
  return isIn ? mask | (1 << station) : mask & ~(1 << station);
}
