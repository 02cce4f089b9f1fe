/**
 * What the world told the run and is not yet interpreted, with its time. Frames have a limited
 * number of places: one that finds none is lost and counted. Answers about faults come before
 * everything else and always have room, since there are never more than faults. Records of nodes'
 * histories come next, and always have room as well: each is fetched once, and there are fewer
 * than frames.
 */

import type { RunEvent } from "../core/run/interpreter.ts";

export interface TimedEvent {
  readonly event: RunEvent;
  readonly timeNs: number;
}

/** Some tenths of a second of a bus that carries nothing but replies. */
const CAPACITY = 4_096;

export class WorldEvents {
  readonly #capacity: number;
  readonly #answers: TimedEvent[] = [];
  readonly #records: TimedEvent[] = [];
  /** Those before `#taken` are interpreted already. */
  #frames: TimedEvent[] = [];
  #taken = 0;
  #lost = 0;

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  /** Frames that found no place. */
  get lost(): number {
    return this.#lost;
  }

  addFrame(event: TimedEvent): void {
    if (this.#frames.length - this.#taken >= this.#capacity) this.#lost++;
    else this.#frames.push(event);
  }

  addRecord(event: TimedEvent): void {
    this.#records.push(event);
  }

  /** Answers to one step stay together, before those to earlier steps that still wait. */
  addAnswers(answers: readonly TimedEvent[]): void {
    this.#answers.unshift(...answers);
  }

  takeAnswer(): TimedEvent | undefined {
    return this.#answers.shift();
  }

  /** The first record, where none of the timers and frames is before it. */
  takeRecord(timerNs: number): TimedEvent | undefined {
    const recordNs = this.#records[0]?.timeNs ?? Number.POSITIVE_INFINITY;
    return recordNs <= Math.min(timerNs, this.nextFrameNs()) ? this.#records.shift() : undefined;
  }

  /** Time of the first frame; infinity when there is none. */
  nextFrameNs(): number {
    return this.#frames[this.#taken]?.timeNs ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the first frame; there must be one. */
  takeFrame(): TimedEvent {
    const event = this.#frames[this.#taken++] as TimedEvent;
    if (this.#taken === this.#frames.length) {
      this.#frames = [];
      this.#taken = 0;
    }
    return event;
  }
}
