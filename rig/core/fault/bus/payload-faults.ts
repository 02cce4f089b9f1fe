/**
 * Faults that change what a receiver gets, without any sign of it on the bus: two contents of one
 * frame (Janus), and errors that the check sequence lets pass. Changed is one bit of the message
 * behind its header, by default; a Janus frame shows all its receivers the same other content.
 *
 * Does not model: how a Janus frame comes about (samples at different points of a bit).
 */

import type { CanFrame } from "../../can/frame.ts";
import { Random } from "../../random/random.ts";
import { HEADER_LENGTH } from "../../wire/header.ts";
import type { Fault } from "../fault.ts";
import type { BusFaultHost } from "./faulty-bus.ts";
import { FrameChooser } from "./frame-choice.ts";

type Janus = Extract<Fault, { kind: "janus" }>;
type Residual = Extract<Fault, { kind: "crc-residual" }>;

interface Forger {
  readonly fault: Janus | Residual;
  readonly receivers: readonly number[];
  readonly chooser: FrameChooser;
  readonly random: Random;
  /** The last Janus frame: all its receivers see one and the same. */
  original: CanFrame | null;
  shown: CanFrame | null;
}

export class PayloadFaults {
  readonly #host: BusFaultHost;
  readonly #forgers = new Map<Fault, Forger>();

  constructor(host: BusFaultHost) {
    this.#host = host;
  }

  inject(fault: Fault): void {
    if (fault.kind !== "janus" && fault.kind !== "crc-residual") return;
    const random = Random.of(this.#host.seed, "fault", fault.id);
    const isJanus = fault.kind === "janus";
    const receivers = isJanus ? fault.receivers : fault.nodes;
    const choice = isJanus ? { ...fault, senders: fault.nodes } : fault;
    const chooser = new FrameChooser(choice, random);
    this.#forgers.set(fault, { fault, receivers, chooser, random, original: null, shown: null });
  }

  heal(fault: Fault): void {
    this.#forgers.delete(fault);
  }

  /** The frame as this receiver gets it. */
  seen(sender: number, receiver: number, frame: CanFrame): CanFrame {
    let seen = frame;
    for (const forger of this.#forgers.values()) {
      if (!forger.receivers.includes(receiver) || sender === receiver) continue;
      const shown = this.#shown(forger, sender, frame);
      if (shown === null) continue;
      seen = shown;
      this.#host.count(forger.fault);
    }
    return seen;
  }

  #shown(forger: Forger, sender: number, frame: CanFrame): CanFrame | null {
    const { fault, chooser, random } = forger;
    if (fault.kind === "janus" && forger.original === frame) return forger.shown;
    forger.original = frame;
    const isTaken = chooser.takes(1 << sender, frame) && frame.data.length > HEADER_LENGTH;
    forger.shown = isTaken ? altered(frame, random) : null;
    return forger.shown;
  }
}

function altered(frame: CanFrame, random: Random): CanFrame {
  const data = frame.data.slice();
  const at = HEADER_LENGTH + random.below(data.length - HEADER_LENGTH);
  data[at] = (data[at] as number) ^ (1 << random.below(8));
  return { ...frame, data };
}
