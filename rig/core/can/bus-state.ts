/**
 * What a bus is at one moment, shared by the parts of the bus model: the frame on the wire, what
 * every station has to send and in which error state it is, and when something happens next. Here
 * are the steps that more than one of those parts takes; the parts themselves decide.
 */

import { STATION_LIMIT, type StationMask } from "./acceptance.ts";
import type { BusListener } from "./bus-listener.ts";
import { BusOffRecovery, RECESSIVE_SEQUENCE_BITS } from "./bus-off-recovery.ts";
import type { BusCounters, BusOptions, ErrorSource } from "./bus-options.ts";
import { FrameDelivery } from "./delivery.ts";
import type { ErrorCounters } from "./error-confinement.ts";
import { ErrorLedger } from "./error-ledger.ts";
import type { CanFrame } from "./frame.ts";
import { StationHolds } from "./station-holds.ts";
import { lowestStation } from "./station-mask.ts";
import { StationQueues } from "./station-queues.ts";
import { Wire } from "./wire.ts";

export const NEVER = Number.POSITIVE_INFINITY;

const DEFAULT_QUEUE_CAPACITY = 1024;
/** Silence of an error-passive sender after its frame (ISO 11898-1, 10.4.6.4). */
const SUSPEND_BITS = 8;

/** A level at which the bus is held; `null`: it works. */
export type StuckLevel = "dominant" | "recessive" | null;

/** A frame that failed for some and is good for others, a few bits after the error. */
export interface Closing {
  readonly atNs: number;
  readonly frame: CanFrame;
  readonly bits: number;
  readonly senders: StationMask;
  /** Receivers that accept it. */
  readonly receivers: StationMask;
  /** Senders that take it as sent. */
  readonly succeeded: StationMask;
}

/** A frame that its station has given up. */
export interface GivenUp {
  readonly station: number;
  readonly token: number;
  readonly frame: CanFrame;
}

/** The repetition of a sender that nobody hears; see `lone-sender.ts`. */
export interface LoneRepetition {
  /** More than one only while they send the same frame. */
  readonly senders: StationMask;
  /** Start of the next attempt that has not been reckoned yet. */
  readonly fromNs: number;
  readonly periodNs: number;
  /** From the start of an attempt until its acknowledgement is missed. */
  readonly ackNs: number;
  /** From the start of an attempt to the end of its intermission; the rest is suspension. */
  readonly busyNs: number;
}

export class BusState {
  readonly counters: BusCounters = {
    frames: 0,
    bits: 0,
    busyNs: 0,
    refused: 0,
    unacknowledged: 0,
    destroyed: 0,
    collisions: 0,
    errorFrames: 0,
    outbid: 0,
  };
  readonly listener: BusListener;
  readonly wire: Wire;
  readonly queues: StationQueues;
  readonly delivery: FrameDelivery;
  readonly errors = new ErrorLedger();
  readonly holds = new StationHolds();
  readonly recovery: BusOffRecovery;
  errorSource: ErrorSource | undefined;
  /** Stations in one-shot mode, and in listen-only mode. */
  oneShot: StationMask = 0;
  silent: StationMask = 0;

  /** Arbitrations so far, and those who lost the last one. */
  arbitrations = 0;
  competing: StationMask = 0;
  /** By station, the arbitration since which it has competed without a win. */
  readonly competingSince = new Float64Array(STATION_LIMIT);

  /** Next arbitration, or next bit of the frame on the wire that matters. */
  dueNs = NEVER;
  /** Next thing that is neither. */
  timerNs = NEVER;
  closing: Closing | undefined;
  lone: LoneRepetition | undefined;
  stuck: StuckLevel = null;
  stuckSinceNs = 0;
  /** Senders whose frame a dominant bus hit. */
  stuckSenders: StationMask = 0;
  /** When stations on it count eight dominant bits more. */
  stuckRunNs = NEVER;
  private readonly options: BusOptions;

  constructor(options: BusOptions, listener: BusListener) {
    this.options = options;
    this.listener = listener;
    this.wire = new Wire(options);
    this.queues = new StationQueues({
      capacity: options.queueCapacity ?? DEFAULT_QUEUE_CAPACITY,
      mailboxes: options.mailboxes ?? NEVER,
    });
    this.delivery = new FrameDelivery(listener);
    this.recovery = new BusOffRecovery(this.errors, 1e9 / options.nominalBitrateBps);
  }

  /** Stations that take part: with power, and not bus-off. */
  present(): StationMask {
    return this.delivery.attached & ~this.errors.off;
  }

  /** Sets the time of the next arbitration if there is anything to send. */
  wake(nowNs: number): void {
    const waiting = this.queues.waiting & this.present() & ~this.silent;
    if (waiting === 0 || this.stuck === "dominant") {
      this.dueNs = NEVER;
      return;
    }
    const freeNs = Math.max(this.wire.idleNs, nowNs);
    this.dueNs = this.holds.held === 0 ? freeNs : this.holds.earliest(waiting, freeNs);
  }

  /** Takes the station's best frame; an error-passive one says so in it (ISO 11898-1, 10.4.2.5). */
  take(station: number): CanFrame {
    const frame = this.queues.take(station);
    const isPassive = (this.errors.passive & (1 << station)) !== 0;
    return isPassive && frame.fd && !frame.esi ? { ...frame, esi: true } : frame;
  }

  /** Takes the frame off the wire, which stays busy up to `idleNs`. */
  freeWire(idleNs: number): void {
    this.wire.idleNs = idleNs;
    this.counters.busyNs += this.wire.free();
    if (this.recovery.recovering !== 0 && this.stuck !== "dominant") {
      this.recovery.quietFrom(idleNs - this.wire.nominalNs(RECESSIVE_SEQUENCE_BITS));
    }
  }

  /** Frames of these stations were not sent: they wait again, or are given up in one-shot mode. */
  repeat(senders: StationMask): GivenUp[] {
    const givenUp: GivenUp[] = [];
    for (let rest = senders; rest !== 0; rest &= rest - 1) {
      const station = lowestStation(rest);
      if ((this.oneShot & (1 << station)) === 0) {
        this.queues.putBack(station);
        continue;
      }
      const frame = this.queues.wireFrame(station);
      givenUp.push({ station, token: this.queues.wireToken(station), frame });
      this.queues.release(station);
    }
    return givenUp;
  }

  /** Error-passive ones among `senders` stay silent for a while from `fromNs` on. */
  suspend(senders: StationMask, fromNs: number): void {
    const { suspendBits = SUSPEND_BITS } = this.options;
    for (let rest = senders & this.errors.passive; rest !== 0; rest &= rest - 1) {
      this.holds.hold(lowestStation(rest), fromNs + this.wire.nominalNs(suspendBits));
    }
  }

  /** Tells changes of state and frames given up. The last step of what happened at `timeNs`. */
  tell(timeNs: number, givenUp: readonly GivenUp[] = []): void {
    const changes = this.errors.takeChanges();
    let aborted = givenUp;
    for (const { station, counters } of changes) {
      if (counters.state === "bus-off") aborted = [...aborted, ...this.leave(station, timeNs)];
    }
    if (changes.length > 0 && this.wire.bits === 0 && this.lone === undefined) this.wake(timeNs);
    this.setTimer();
    for (const { station, counters } of changes) {
      this.listener.busState(station, counters, timeNs);
    }
    for (const { station, token, frame } of aborted) {
      this.listener.aborted(station, token, frame, timeNs);
    }
  }

  /** A station comes with counters from elsewhere, which is no news for its node. */
  adopt(station: number, counters: ErrorCounters, nowNs: number): void {
    this.errors.adopt(station, counters);
    const { busOffRestartNs } = this.options;
    if (counters.state !== "bus-off" || busOffRestartNs === undefined) return;
    this.recovery.restartAt(station, nowNs + busOffRestartNs);
    this.setTimer();
  }

  setTimer(): void {
    this.timerNs = Math.min(
      this.closing?.atNs ?? NEVER,
      this.stuckRunNs,
      this.recovery.nextRestartNs(),
      this.recovery.nextRecoveryNs(),
    );
  }

  /** The station went bus-off. */
  private leave(station: number, timeNs: number): GivenUp[] {
    const { busOffRestartNs, busOffQueue } = this.options;
    this.wire.listeners &= ~(1 << station);
    if (busOffRestartNs !== undefined) this.recovery.restartAt(station, timeNs + busOffRestartNs);
    if (busOffQueue !== "abort") return [];
    return this.queues.drain(station).map(({ token, frame }) => ({ station, token, frame }));
  }
}
