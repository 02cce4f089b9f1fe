/**
 * The transmit side of all controllers of a bus: what each station still has to send, and which of
 * its frames is on the wire. Frames compete from a station's mailboxes; with fewer mailboxes than
 * frames the rest wait in order of sending, so that an urgent frame can stand behind others.
 *
 * A frame on the wire keeps its mailbox until it is released, or put back into its old place.
 */

import { STATION_LIMIT, type StationMask } from "./acceptance.ts";
import { arbitrationKey } from "./arbitration.ts";
import type { CanFrame } from "./frame.ts";
import { type QueuedFrame, TransmitQueue } from "./transmit-queue.ts";

export interface QueueLimits {
  /** Frames that one station can have waiting. */
  readonly capacity: number;
  /** Frames of one station that compete for the bus; infinity when each has a place. */
  readonly mailboxes: number;
}

export class StationQueues {
  /** Stations with frames that compete. */
  waiting: StationMask = 0;
  private readonly limits: QueueLimits;
  private readonly queues: readonly TransmitQueue[];
  /** Frames without a mailbox, oldest first. */
  private readonly backlogs: readonly QueuedFrame[][];
  private sequence = 0;
  /** By station, how many mailboxes it has whose numbers decide; 0: none. */
  private readonly numbered = new Uint8Array(STATION_LIMIT);
  /** By station, the mailbox of each of its frames that has one with a number, by token. */
  private readonly boxes = Array.from({ length: STATION_LIMIT }, () => new Map<number, number>());
  private onWire: StationMask = 0;
  private readonly wireTokens = new Float64Array(STATION_LIMIT);
  private readonly wireSequences = new Float64Array(STATION_LIMIT);
  private readonly wireFrames: (CanFrame | undefined)[] = [];

  constructor(limits: QueueLimits) {
    this.limits = limits;
    this.queues = Array.from({ length: STATION_LIMIT }, () => new TransmitQueue());
    this.backlogs = Array.from({ length: STATION_LIMIT }, () => []);
    for (let station = 0; station < STATION_LIMIT; station++) this.wireFrames.push(undefined);
  }

  /**
   * Gives the station so many mailboxes with numbers: of equal identifiers the lowest number goes
   * first, and a frame gets the lowest that is free. Without a count the oldest frame goes first.
   */
  setMailboxes(station: number, count: number | undefined): void {
    const waiting = this.drain(station).sort((a, b) => a.sequence - b.sequence);
    this.numbered[station] = count ?? 0;
    for (const { frame, token } of waiting) this.add(station, frame, token);
  }

  /** False when the queue is full. */
  add(station: number, frame: CanFrame, token: number): boolean {
    const queue = this.queues[station] as TransmitQueue;
    const backlog = this.backlogs[station] as QueuedFrame[];
    if (queue.length + backlog.length >= this.limits.capacity) return false;
    const queued = { frame, key: arbitrationKey(frame), token, sequence: this.sequence++ };
    if (queue.length + this.isOnWire(station) >= this.mailboxes(station)) backlog.push(queued);
    else this.put(station, queued);
    return true;
  }

  /** Takes a waiting frame back; false when there is none with this token. */
  cancel(station: number, token: number): boolean {
    const backlog = this.backlogs[station] as QueuedFrame[];
    const index = backlog.findIndex((queued) => queued.token === token);
    if (index >= 0) {
      backlog.splice(index, 1);
      return true;
    }
    const queue = this.queues[station] as TransmitQueue;
    const isRemoved = queue.removeToken(token);
    if (isRemoved) {
      this.boxes[station]?.delete(token);
      this.refill(station);
    }
    if (queue.length === 0) this.waiting &= ~(1 << station);
    return isRemoved;
  }

  /** Drops all waiting frames of a station, best first; one on the wire stays. */
  drain(station: number): QueuedFrame[] {
    const queue = this.queues[station] as TransmitQueue;
    const dropped: QueuedFrame[] = [];
    while (queue.length > 0) {
      dropped.push({
        frame: queue.headFrame(),
        key: queue.headKey(),
        token: queue.headToken(),
        sequence: queue.headSequence(),
      });
      queue.removeHead();
    }
    const boxes = this.boxes[station] as Map<number, number>;
    const wireBox = this.isOnWire(station) === 1 ? boxes.get(this.wireToken(station)) : undefined;
    boxes.clear();
    if (wireBox !== undefined) boxes.set(this.wireToken(station), wireBox);
    dropped.push(...(this.backlogs[station] as QueuedFrame[]).splice(0));
    this.waiting &= ~(1 << station);
    return dropped;
  }

  /** Frames that the station has waiting, not counting one on the wire. */
  length(station: number): number {
    return (
      (this.queues[station] as TransmitQueue).length +
      (this.backlogs[station] as QueuedFrame[]).length
    );
  }

  /** Of a station that has frames waiting, as the next two. */
  headKey(station: number): number {
    return (this.queues[station] as TransmitQueue).headKey();
  }

  headToken(station: number): number {
    return (this.queues[station] as TransmitQueue).headToken();
  }

  headFrame(station: number): CanFrame {
    return (this.queues[station] as TransmitQueue).headFrame();
  }

  /** Puts the station's best frame on the wire. */
  take(station: number): CanFrame {
    const queue = this.queues[station] as TransmitQueue;
    const frame = queue.headFrame();
    this.wireTokens[station] = queue.headToken();
    this.wireSequences[station] = queue.headSequence();
    this.wireFrames[station] = frame;
    this.onWire |= 1 << station;
    queue.removeHead();
    if (queue.length === 0) this.waiting &= ~(1 << station);
    return frame;
  }

  /** Token of the frame that the station has, or had last, on the wire. */
  wireToken(station: number): number {
    return this.wireTokens[station] as number;
  }

  /** The frame on the wire as it was given, whatever the controller made of its ESI. */
  wireFrame(station: number): CanFrame {
    return this.wireFrames[station] as CanFrame;
  }

  /** The frame on the wire is done with, well or not: its mailbox is free. */
  release(station: number): void {
    this.onWire &= ~(1 << station);
    if (this.mailboxes(station) === Number.POSITIVE_INFINITY) return;
    this.boxes[station]?.delete(this.wireToken(station));
    this.refill(station);
  }

  /** The frame on the wire waits again, in its old place. */
  putBack(station: number): void {
    const frame = this.wireFrame(station);
    this.onWire &= ~(1 << station);
    (this.queues[station] as TransmitQueue).add({
      frame,
      key: arbitrationKey(frame),
      token: this.wireTokens[station] as number,
      sequence: this.wireSequences[station] as number,
    });
    this.waiting |= 1 << station;
  }

  private isOnWire(station: number): number {
    return (this.onWire >>> station) & 1;
  }

  /** The oldest frame without a mailbox gets the free one. */
  private refill(station: number): void {
    const next = (this.backlogs[station] as QueuedFrame[]).shift();
    if (next === undefined) return;
    this.put(station, next);
  }

  private mailboxes(station: number): number {
    return this.numbered[station] || this.limits.mailboxes;
  }

  private put(station: number, queued: QueuedFrame): void {
    let { sequence } = queued;
    if (this.numbered[station] !== 0) {
      const boxes = this.boxes[station] as Map<number, number>;
      const taken = new Set(boxes.values());
      sequence = 0;
      while (taken.has(sequence)) sequence++;
      boxes.set(queued.token, sequence);
    }
    (this.queues[station] as TransmitQueue).add({ ...queued, sequence });
    this.waiting |= 1 << station;
  }
}
