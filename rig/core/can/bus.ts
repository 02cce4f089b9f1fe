/**
 * One CAN-FD bus segment in virtual time: transmit queues, arbitration, exact frame times and
 * delivery to every station. It has no clock and no events of its own: the caller asks `nextNs`,
 * keeps the event heap and calls `advance` when that time has come. Frames are never copied.
 *
 * A frame sent while the bus is idle starts at once, one sent during a frame or its intermission
 * waits; all that wait at the same nanosecond compete. At the end of a frame (last bit of EOF) the
 * order is: observed, delivered to the receivers by rising index, transmitted.
 */

import { assert } from "../verdict/rig-error.ts";
import {
  type AcceptanceFilter,
  AcceptanceTable,
  ALL_STATIONS,
  STATION_LIMIT,
  type StationMask,
} from "./acceptance.ts";
import { arbitrationKey, isSameFrame } from "./arbitration.ts";
import {
  type BitRates,
  bitsDurationNs,
  frameBits,
  INTERMISSION_BITS,
  totalBits,
} from "./bit-count.ts";
import { isFrameLength } from "./dlc.ts";
import type { CanFrame } from "./frame.ts";
import { TransmitQueue } from "./transmit-queue.ts";

/** The station index of the rig itself. */
export const HOST_STATION = 14;

/** What the bus tells its caller, synchronously from `advance`. Each may send, cancel, detach. */
export interface BusListener {
  /** `receiver` got the frame: attached all along, filter passed, visible, not lost. */
  delivered(receiver: number, frame: CanFrame, timeNs: number): void;
  /** At least one station acknowledged the frame; more than that a sender never knows. */
  transmitted(sender: number, token: number, frame: CanFrame, timeNs: number): void;
  /** Each good frame on the wire once, for the capture. */
  observed(sender: number, frame: CanFrame, timeNs: number): void;
  /** The delivery policy put this delivery off: the caller makes it at `atNs`. */
  delayed(receiver: number, frame: CanFrame, atNs: number): void;
  /** A delivery that only the visibility between the two stations prevented. */
  withheld(sender: number, receiver: number, frame: CanFrame, timeNs: number): void;
  /** The frame collided with another of the same identifier and will not be sent. */
  aborted(sender: number, token: number, frame: CanFrame, timeNs: number): void;
}

/** Answer of a delivery policy: this receiver doesn't get the frame. */
export const LOST = -1;

/** Decides on one delivery: 0 at once, more is a delay in nanoseconds, or `LOST`. */
export type DeliveryPolicy = (sender: number, receiver: number, frame: CanFrame) => number;

export interface BusOptions extends BitRates {
  /** Indices, 0 to 15, of the stations attached at the start. */
  readonly stations: readonly number[];
  /** Frames that one station can have waiting. */
  readonly queueCapacity?: number;
}

export interface BusCounters {
  /** Good frames, acknowledged. */
  frames: number;
  /** Bits of the good frames, intermission included. */
  bits: number;
  /** Time with a frame, an error frame or an intermission on the wire. */
  busyNs: number;
  /** Frames refused because the station was detached or its queue full. */
  refused: number;
  /** Frames that ended without any station to acknowledge them. */
  unacknowledged: number;
  /** Frames cut off because their sender lost power or was reset. */
  destroyed: number;
  /** Times that two different frames with the same arbitration field met. */
  collisions: number;
}

const DEFAULT_QUEUE_CAPACITY = 1024;
/** Recessive bits until the others see a stuff error, error flags, delimiter, intermission. */
const CUT_OFF_BITS = 6 + 6 + 8 + INTERMISSION_BITS;
/** Arbitration field of an extended frame, then two error flags, delimiter, intermission. */
const COLLISION_BITS = 33 + 12 + 8 + INTERMISSION_BITS;

/**
 * Does not model: propagation delay and the bit between the receivers' acceptance and the sender's;
 * integration of a station after attaching (11 recessive bits); controllers with fewer mailboxes
 * than their queue is long; overload frames; error frames and error counters. A frame that nobody
 * acknowledges waits until a station attaches, where a real controller repeats it without end. Two
 * different frames with one arbitration field destroy each other for good, where real controllers
 * try again. A sender cut off in the last ten bits of its frame, where it is silent anyway, still
 * takes the frame with it.
 *
 * Extension point: each frame ends in `finish`, `destroy` or `collide`. Error injection decides
 * there, by the rules of `error-confinement.ts`, who accepts the frame and who repeats it.
 */
export class BusModel {
  readonly counters: BusCounters = {
    frames: 0,
    bits: 0,
    busyNs: 0,
    refused: 0,
    unacknowledged: 0,
    destroyed: 0,
    collisions: 0,
  };

  private readonly rates: BitRates;
  private readonly listener: BusListener;
  private readonly queueCapacity: number;
  private readonly intermissionNs: number;
  private readonly queues: readonly TransmitQueue[];
  private readonly acceptance = new AcceptanceTable();
  /** By sender, the receivers that its frames reach. */
  private readonly visible = new Uint16Array(STATION_LIMIT).fill(ALL_STATIONS);
  private policy: DeliveryPolicy | undefined;

  private attached: StationMask = 0;
  /** Stations with waiting frames: always among the attached. */
  private waiting: StationMask = 0;
  private sequence = 0;
  private dueNs = Number.POSITIVE_INFINITY;
  /** When the last intermission ends or ended. */
  private idleNs = 0;

  /** The frame on the wire; `wireBits` is 0 when there is none. */
  private wireBits = 0;
  private wireFrame: CanFrame | undefined;
  private wireStartNs = 0;
  /** More than one only while they send the same frame. */
  private wireSenders: StationMask = 0;
  /** Stations that have been listening since the frame began. */
  private wireListeners: StationMask = 0;
  private readonly wireTokens = new Float64Array(STATION_LIMIT);
  private readonly wireSequences = new Float64Array(STATION_LIMIT);

  constructor(options: BusOptions, listener: BusListener) {
    this.rates = options;
    this.listener = listener;
    this.queueCapacity = options.queueCapacity ?? DEFAULT_QUEUE_CAPACITY;
    this.intermissionNs = this.nominalNs(INTERMISSION_BITS);
    this.queues = Array.from({ length: STATION_LIMIT }, () => new TransmitQueue());
    for (const station of options.stations) this.attach(station, 0);
  }

  /**
   * Puts a frame into the station's transmit queue. False, and counted as refused, when the station
   * is detached or its queue is full.
   */
  send(station: number, frame: CanFrame, token: number, nowNs: number): boolean {
    assert(!frame.error, "an error frame was given to the bus model to send");
    assert(isFrameLength(frame.data.length, frame.fd), "a frame has a length that no DLC can say");
    const queue = this.queues[station] as TransmitQueue;
    const bit = 1 << station;
    if ((this.attached & bit) === 0 || queue.length >= this.queueCapacity) {
      this.counters.refused++;
      return false;
    }
    queue.add({ frame, key: arbitrationKey(frame), token, sequence: this.sequence++ });
    this.waiting |= bit;
    if (this.dueNs === Number.POSITIVE_INFINITY) this.wake(nowNs);
    return true;
  }

  /** Takes a waiting frame back; false when it is on the wire already, or gone. */
  cancel(station: number, token: number): boolean {
    const queue = this.queues[station] as TransmitQueue;
    const isRemoved = queue.removeToken(token);
    if (queue.length === 0) this.waiting &= ~(1 << station);
    return isRemoved;
  }

  /**
   * Resets the station's controller: its waiting frames are dropped, its frame on the wire is
   * destroyed (no station gets it). Returns how many frames that were.
   */
  clear(station: number, nowNs: number): number {
    const bit = 1 << station;
    const dropped = (this.queues[station] as TransmitQueue).clear();
    this.waiting &= ~bit;
    if ((this.wireSenders & bit) === 0) return dropped;
    this.wireSenders &= ~bit;
    if (this.wireSenders === 0) this.destroy(nowNs);
    return dropped + 1;
  }

  /** Frames that the station has waiting, not counting one on the wire. */
  waitingFrames(station: number): number {
    return (this.queues[station] as TransmitQueue).length;
  }

  /** Puts a station on the bus. It gets no part of a frame that has begun before. */
  attach(station: number, nowNs: number): void {
    assert(station >= 0 && station < STATION_LIMIT, "a station index is outside 0 to 15");
    this.attached |= 1 << station;
    if (this.dueNs === Number.POSITIVE_INFINITY) this.wake(nowNs);
  }

  /** Takes a station off the bus (its supply went): `clear`, and deaf from now on. */
  detach(station: number, nowNs: number): number {
    const bit = 1 << station;
    this.attached &= ~bit;
    this.wireListeners &= ~bit;
    return this.clear(station, nowNs);
  }

  isAttached(station: number): boolean {
    return (this.attached & (1 << station)) !== 0;
  }

  /** Sets the station's acceptance filters; without filters it takes everything. */
  setAcceptance(station: number, filters: readonly AcceptanceFilter[] | undefined): void {
    this.acceptance.set(station, filters);
  }

  /**
   * Sets which stations get the frames of `sender`; `ALL_STATIONS` heals. This is a logical fault:
   * the others still arbitrate and acknowledge, as on one wire. A cut wire is two buses.
   */
  setVisible(sender: number, receivers: StationMask): void {
    this.visible[sender] = receivers;
  }

  /** Has each delivery decided by `policy`; without one all are made at once. */
  setDeliveryPolicy(policy: DeliveryPolicy | undefined): void {
    this.policy = policy;
  }

  /** When the bus next wants `advance`; infinity while nothing can happen by itself. */
  nextNs(): number {
    return this.dueNs;
  }

  /**
   * Does all that is due up to `nowNs`, at the times when it is due. Call it with the value of
   * `nextNs`, after all sends of that same time; times must not go back.
   */
  advance(nowNs: number): void {
    while (this.dueNs <= nowNs) {
      if (this.wireBits > 0) this.finish();
      else this.arbitrate();
    }
  }

  /** Sets the time of the next arbitration if there is anything to send and anyone to hear it. */
  private wake(nowNs: number): void {
    const hasTwo = (this.attached & (this.attached - 1)) !== 0;
    if (this.waiting !== 0 && hasTwo) this.dueNs = Math.max(this.idleNs, nowNs);
    else this.dueNs = Number.POSITIVE_INFINITY;
  }

  private arbitrate(): void {
    const timeNs = this.dueNs;
    this.dueNs = Number.POSITIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    let winners = 0;
    for (let rest = this.waiting; rest !== 0; rest &= rest - 1) {
      const station = lowest(rest);
      const key = (this.queues[station] as TransmitQueue).headKey();
      if (key > best) continue;
      winners = key < best ? 1 << station : winners | (1 << station);
      best = key;
    }
    const hasListener = (this.attached & (this.attached - 1)) !== 0;
    if (winners === 0 || !hasListener) return;
    const frame = (this.queues[lowest(winners)] as TransmitQueue).headFrame();
    if ((winners & (winners - 1)) === 0 || this.areSame(winners, frame)) {
      this.start(winners, frame, timeNs);
    } else {
      this.collide(winners, timeNs);
    }
  }

  private areSame(senders: StationMask, frame: CanFrame): boolean {
    for (let rest = senders; rest !== 0; rest &= rest - 1) {
      const queue = this.queues[lowest(rest)] as TransmitQueue;
      if (!isSameFrame(queue.headFrame(), frame)) return false;
    }
    return true;
  }

  private start(senders: StationMask, frame: CanFrame, timeNs: number): void {
    for (let rest = senders; rest !== 0; rest &= rest - 1) {
      const sender = lowest(rest);
      const queue = this.queues[sender] as TransmitQueue;
      this.wireTokens[sender] = queue.headToken();
      this.wireSequences[sender] = queue.headSequence();
      queue.removeHead();
      if (queue.length === 0) this.waiting &= ~(1 << sender);
    }
    this.wireBits = frameBits(frame);
    this.wireFrame = frame;
    this.wireSenders = senders;
    this.wireListeners = this.attached & ~senders;
    this.wireStartNs = timeNs;
    this.idleNs = timeNs + bitsDurationNs(this.wireBits, this.rates);
    this.dueNs = this.idleNs - this.intermissionNs;
  }

  /** The last bit of a frame that nothing disturbed. */
  private finish(): void {
    const timeNs = this.dueNs;
    const frame = this.wireFrame as CanFrame;
    const senders = this.wireSenders;
    const listeners = this.wireListeners;
    const bits = totalBits(this.wireBits);
    this.freeWire();
    if (listeners === 0) {
      this.counters.unacknowledged++;
      this.requeue(senders, frame);
      this.wake(timeNs);
      return;
    }
    this.counters.frames++;
    this.counters.bits += bits;
    this.wake(timeNs);
    this.listener.observed(lowest(senders), frame, timeNs);
    this.deliver(senders, listeners, frame, timeNs);
    for (let rest = senders & this.attached; rest !== 0; rest &= rest - 1) {
      const sender = lowest(rest);
      this.listener.transmitted(sender, this.wireTokens[sender] as number, frame, timeNs);
    }
  }

  private deliver(
    senders: StationMask,
    listeners: StationMask,
    frame: CanFrame,
    timeNs: number,
  ): void {
    let visible = 0;
    for (let rest = senders; rest !== 0; rest &= rest - 1) {
      visible |= this.visible[lowest(rest)] as number;
    }
    const sender = lowest(senders);
    const accepting = listeners & this.acceptance.acceptors(frame);
    for (let rest = accepting & ~visible; rest !== 0; rest &= rest - 1) {
      this.listener.withheld(sender, lowest(rest), frame, timeNs);
    }
    for (let rest = accepting & visible; rest !== 0; rest &= rest - 1) {
      const receiver = lowest(rest);
      // A listener may have detached this station a moment ago.
      if ((this.attached & (1 << receiver)) === 0) continue;
      const delayNs = this.policy === undefined ? 0 : this.policy(sender, receiver, frame);
      if (delayNs === 0) this.listener.delivered(receiver, frame, timeNs);
      else if (delayNs > 0) this.listener.delayed(receiver, frame, timeNs + delayNs);
    }
  }

  /** Puts unacknowledged frames back into their old places. */
  private requeue(senders: StationMask, frame: CanFrame): void {
    for (let rest = senders; rest !== 0; rest &= rest - 1) {
      const sender = lowest(rest);
      (this.queues[sender] as TransmitQueue).add({
        frame,
        key: arbitrationKey(frame),
        token: this.wireTokens[sender] as number,
        sequence: this.wireSequences[sender] as number,
      });
      this.waiting |= 1 << sender;
    }
  }

  /** The sender fell silent in mid-frame: the others see a stuff error and signal it. */
  private destroy(nowNs: number): void {
    this.counters.destroyed++;
    this.idleNs = nowNs + this.nominalNs(CUT_OFF_BITS);
    this.freeWire();
    this.wake(nowNs);
  }

  /** Different frames with one arbitration field: bit errors in all of them but one, then flags. */
  private collide(senders: StationMask, timeNs: number): void {
    this.counters.collisions++;
    this.wireStartNs = timeNs;
    this.idleNs = timeNs + this.nominalNs(COLLISION_BITS);
    this.freeWire();
    const frames: CanFrame[] = [];
    for (let rest = senders; rest !== 0; rest &= rest - 1) {
      const sender = lowest(rest);
      const queue = this.queues[sender] as TransmitQueue;
      frames.push(queue.headFrame());
      this.wireTokens[sender] = queue.headToken();
      queue.removeHead();
      if (queue.length === 0) this.waiting &= ~(1 << sender);
    }
    this.wake(timeNs);
    let rest = senders;
    for (const frame of frames) {
      const sender = lowest(rest);
      rest &= rest - 1;
      this.listener.aborted(sender, this.wireTokens[sender] as number, frame, timeNs);
    }
  }

  /** Ends whatever is on the wire; it counts as busy up to `idleNs`. */
  private freeWire(): void {
    this.counters.busyNs += this.idleNs - this.wireStartNs;
    this.wireBits = 0;
    this.wireFrame = undefined;
    this.wireSenders = 0;
  }

  private nominalNs(bits: number): number {
    return Math.round((bits * 1e9) / this.rates.nominalBitrateBps);
  }
}

/** The lowest station of a mask that isn't empty. */
function lowest(mask: StationMask): number {
  return 31 - Math.clz32(mask & -mask);
}
