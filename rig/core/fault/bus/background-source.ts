/** The frames of a `background` fault, each with the time at which it is due, round after round. */

import type { CanFrame } from "../../can/frame.ts";
import { NS_PER_S } from "../../time/time.ts";
import { parseCandumpLine } from "../../trace/candump.ts";
import type { Background } from "../traffic-faults.ts";

interface TimedFrame {
  readonly timeNs: number;
  readonly frame: CanFrame;
}

export class BackgroundSource {
  readonly #frames: readonly TimedFrame[];
  readonly #periodNs: number;
  readonly #startNs: number;
  #place = 0;

  constructor({ frames, periodNs }: Background, nowNs: number) {
    this.#frames = frames.map((line, index) => {
      const { seconds, nanoseconds, frame } = parseCandumpLine(line, index + 1);
      return { timeNs: seconds * NS_PER_S + nanoseconds, frame };
    });
    this.#periodNs = periodNs;
    this.#startNs = nowNs;
  }

  /** When the next frame is due. */
  nextNs(): number {
    const round = Math.floor(this.#place / this.#frames.length);
    const { timeNs } = this.#at(this.#place);
    return this.#startNs + round * this.#periodNs + timeNs;
  }

  /** Another object each time: the same one would be taken for a repetition by the controller. */
  take(): CanFrame {
    const { frame } = this.#at(this.#place++);
    return { ...frame, data: frame.data.slice() };
  }

  #at(place: number) {
    return this.#frames[place % this.#frames.length] as TimedFrame;
  }
}
