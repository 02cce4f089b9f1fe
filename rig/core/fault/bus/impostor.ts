/**
 * A stranger that speaks in nodes' names. It needs no key, as the crash profile has none: the
 * source in the identifier, the boot counter overheard, and it votes before the node can, whose
 * own vote has to be stored first. A first vote counts, so the node's own is then left out.
 */

import type { CanFrame } from "../../can/frame.ts";
import type { Random } from "../../random/random.ts";
import { hexOfWord } from "../../wire/digest.ts";
import { FrameMaker, HEADER_LENGTH, readHeader } from "../../wire/header.ts";
import { RojEncoder, TYPE } from "../../wire/roj-message.ts";

export class Impostor {
  readonly #victims: readonly number[];
  readonly #random: Random;
  readonly #send: (frame: CanFrame) => void;
  readonly #encoder = new RojEncoder();
  /** By victim, the boot counter that it was last heard with, and frames with it. */
  readonly #voices = new Map<number, { readonly boot: number; readonly frames: FrameMaker }>();

  constructor(victims: readonly number[], random: Random, send: (frame: CanFrame) => void) {
    this.#victims = victims;
    this.#random = random;
    this.#send = send;
  }

  /** A frame of a node. */
  hear(sender: number, { fd, data }: CanFrame): void {
    if (!fd || data.length < HEADER_LENGTH) return;
    const header = readHeader(data);
    if (this.#victims.includes(sender) && this.#voices.get(sender)?.boot !== header.boot) {
      this.#voices.set(sender, { boot: header.boot, frames: new FrameMaker(header.boot) });
    }
    if (header.type !== TYPE.propose || header.fragment !== 0) return;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const slot = view.getUint32(HEADER_LENGTH, true);
    const round = view.getUint16(HEADER_LENGTH + 4, true);
    for (const victim of this.#victims) if (victim !== sender) this.#vote(victim, slot, round);
  }

  #vote(victim: number, slot: number, round: number): void {
    const voice = this.#voices.get(victim);
    if (voice === undefined) return;
    const digest = this.#random.chance(1, 2) ? null : hexOfWord(this.#random.u32()).repeat(2);
    for (const kind of ["vote", "confirm"] as const) {
      const message = { kind, slot, round, digest };
      const { envelope, body, length } = this.#encoder.encode(message, victim);
      voice.frames.frames(envelope, body, length, this.#send);
    }
  }
}
