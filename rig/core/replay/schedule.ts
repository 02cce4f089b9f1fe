/**
 * When each frame of a replay is due: nanoseconds after one anchor, never a sum of pauses. Stamps
 * that go backwards on one channel count as those before them; frames of several channels go by
 * their times, equal ones in the order of the trace.
 */

import type { FrameStore } from "./frame-store.ts";

export interface ScheduleOptions {
  /** The bus, as an index, of each channel; -1: not replayed. */
  readonly busOfChannel: readonly number[];
  /** Beside that, frames that their bus can't carry. */
  readonly isLeftOut?: (index: number, bus: number) => boolean;
  /** 2 is twice as fast. */
  readonly speed?: number;
  /** How often; infinite until it is ended. */
  readonly rounds?: number;
  /** From the end of a round to the next one, besides the usual gap between two frames. */
  readonly pauseNs?: number;
}

export class Schedule {
  readonly store: FrameStore;
  readonly rounds: number;
  /** From the start of a round to that of the next. */
  readonly periodNs: number;
  /** How often a stamp lay before the one before it on its channel. */
  readonly backwardStamps: number;
  readonly #order: Uint32Array;
  readonly #dues: Float64Array;
  readonly #busOfChannel: readonly number[];

  constructor(store: FrameStore, options: ScheduleOptions) {
    const { busOfChannel, isLeftOut, speed = 1, rounds = 1, pauseNs = 0 } = options;
    const indices = [...Array(store.length).keys()].filter((index) => {
      const bus = busOfChannel[store.channel(index)] as number;
      return bus >= 0 && isLeftOut?.(index, bus) !== true;
    });
    const { risen, backwards } = risingTimes(store, indices);
    const order = Uint32Array.from(indices);
    const timeOf = (index: number) => risen[index] as number;
    order.sort((a, b) => timeOf(a) - timeOf(b) || a - b);
    const first = order[0] === undefined ? 0 : timeOf(order[0]);
    this.store = store;
    this.rounds = rounds;
    this.backwardStamps = backwards;
    this.#order = order;
    this.#dues = Float64Array.from(order, (index) => Math.round((timeOf(index) - first) / speed));
    this.#busOfChannel = busOfChannel;
    const gapNs = order.length > 1 ? this.lastNs / (order.length - 1) : 0;
    this.periodNs = Math.round(this.lastNs + gapNs + pauseNs);
  }

  /** Frames of one round. */
  get length(): number {
    return this.#order.length;
  }

  /** When the last frame of a round is due. */
  get lastNs(): number {
    return this.#dues.at(-1) ?? 0;
  }

  /** Frames of all rounds. */
  get total(): number {
    return this.length === 0 ? 0 : this.length * this.rounds;
  }

  /** When the frame at this place of all rounds is due, in nanoseconds after the anchor. */
  dueNs(place: number): number {
    const round = Math.floor(place / this.length);
    return round * this.periodNs + (this.#dues[place - round * this.length] as number);
  }

  /** Index in the store of the frame at this place. */
  index(place: number): number {
    return this.#order[place % this.length] as number;
  }

  /** Index of the bus that the frame at this place goes to. */
  bus(place: number): number {
    return this.#busOfChannel[this.store.channel(this.index(place))] as number;
  }
}

function risingTimes(store: FrameStore, indices: readonly number[]) {
  const risen = new Float64Array(store.length);
  const latest = new Map<number, number>();
  let backwards = 0;
  for (const index of indices) {
    const channel = store.channel(index);
    const before = latest.get(channel) ?? Number.NEGATIVE_INFINITY;
    const timeNs = store.timeNs(index);
    if (timeNs < before) backwards++;
    risen[index] = Math.max(before, timeNs);
    latest.set(channel, risen[index] as number);
  }
  return { risen, backwards };
}
