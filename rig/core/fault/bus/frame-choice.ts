/** Picks the frames that a fault strikes: by sender, message, identifier, and how often. */

import type { CanFrame } from "../../can/frame.ts";
import type { Random } from "../../random/random.ts";
import { HEADER_LENGTH, readHeader } from "../../wire/header.ts";
import { messageName } from "../../wire/message-name.ts";
import type { FrameChoice } from "../bus-faults.ts";
import { maskOf } from "./faulty-bus.ts";

const ONE = 1_000_000_000;

export class FrameChooser {
  readonly #choice: FrameChoice;
  readonly #random: Random;
  readonly #senders: number;
  #count = 0;

  constructor(choice: FrameChoice, random: Random) {
    this.#choice = choice;
    this.#random = random;
    this.#senders = choice.senders === undefined ? -1 : maskOf(choice.senders);
  }

  /** Asked once for each frame; `senders` is a mask of stations. */
  takes(senders: number, frame: CanFrame): boolean {
    const { probability, every, canId } = this.#choice;
    if ((senders & this.#senders) === 0) return false;
    if (canId !== undefined && frame.id !== canId) return false;
    if (!this.#isMessage(frame)) return false;
    this.#count++;
    if (every !== undefined) return this.#count % every === 0;
    return probability === undefined || this.#random.below(ONE) < probability * ONE;
  }

  #isMessage({ fd, data }: CanFrame): boolean {
    const { messages } = this.#choice;
    if (messages === undefined) return true;
    if (!fd || data.length < HEADER_LENGTH) return false;
    return messages.includes(messageName(readHeader(data).type));
  }
}

/** True with this probability. */
export function happens(random: Random, probability: number): boolean {
  return random.below(ONE) < probability * ONE;
}
