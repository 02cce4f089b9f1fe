/**
 * A node that may turn traitor and back during a run: an honest core, and what becomes of its
 * messages on their way out. It signs with its own key alone. Its link sequences stay in order,
 * whatever it adds or leaves out.
 */

import type { NodeAuth } from "../../auth/authority.ts";
import type { CanFrame } from "../../can/frame.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../../consensus/node-core.ts";
import type { Random } from "../../random/random.ts";
import { SIGNED_FORMAT, type WireFormat } from "../../wire/format.ts";
import { type Envelope, FrameMaker, readHeader } from "../../wire/header.ts";
import { CLASS, makeId, sourceOfId } from "../../wire/identifier.ts";
import { Reassembler } from "../../wire/reassembly.ts";
import { decodeRojMessage, RojEncoder } from "../../wire/roj-message.ts";
import { Colluding } from "./colluding.ts";
import type { Outgoing, TraitorHands, Treachery } from "./outgoing.ts";

/** A treachery in force, and what it draws from and counts with. */
export interface Treason {
  readonly treachery: Treachery;
  readonly random: Random;
  readonly count: () => void;
}

export class Traitor implements NodeCore {
  readonly #core: NodeCore;
  readonly #auth: NodeAuth;
  readonly #nodes: number;
  readonly #format: WireFormat = SIGNED_FORMAT;
  readonly #encoder = new RojEncoder(SIGNED_FORMAT);
  /** Of the frames that wait to be passed on. */
  readonly #tokens = new Map<CanFrame, number>();
  #treason: Treason | null = null;
  #effects: NodeEffect[] = [];
  #boot: number;
  #sequence = 0;

  /** `boot` is the boot counter of a core that runs already. */
  constructor(core: NodeCore, options: { auth: NodeAuth; nodes: number; boot: number }) {
    this.#core = core;
    this.#auth = options.auth;
    this.#nodes = options.nodes;
    this.#boot = options.boot;
  }

  /** Null makes it honest again. */
  turn(treason: Treason | null): void {
    this.#treason = treason;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    this.#effects = [];
    if (event.kind === "boot") this.#boot = event.incarnation;
    const treachery = this.#treason?.treachery ?? null;
    if (!(treachery instanceof Colluding)) {
      this.#take(this.#core.step(event, timeNs), (out, hands) => treachery?.send(out, hands));
      return this.#effects;
    }
    const first = treachery.forFirst(event);
    if (first !== null) {
      const effects = this.#core.step(first, timeNs);
      this.#take(effects, (out, hands) => treachery.send(out, hands));
    }
    const second = treachery.forSecond(event);
    if (second !== null) {
      const effects: NodeEffect[] = [];
      treachery.step(second, timeNs, (effect) => effects.push(effect));
      this.#take(effects, (out, hands) => treachery.sendSecond(out, hands));
    }
    return this.#effects;
  }

  /** Effects pass, but for messages, which go to `send` whole while a treason is in force. */
  #take(
    effects: readonly NodeEffect[],
    send: (outgoing: Outgoing, hands: TraitorHands) => void,
  ): void {
    let frames: CanFrame[] = [];
    for (const effect of effects) {
      if (effect.kind !== "send") {
        this.#effects.push(effect);
        continue;
      }
      if (this.#treason === null) {
        this.#pass(effect.frame, effect.token);
        continue;
      }
      frames.push(effect.frame);
      this.#tokens.set(effect.frame, effect.token);
      const { fragment, lastFragment } = readHeader(effect.frame.data);
      if (fragment < lastFragment) continue;
      send(this.#outgoing(frames), this.#hands(this.#treason));
      frames = [];
    }
    this.#tokens.clear();
  }

  #outgoing(frames: readonly CanFrame[]): Outgoing {
    const [first] = frames as [CanFrame];
    const header = readHeader(first.data);
    const reassembler = new Reassembler();
    let whole: Uint8Array | null = null;
    for (const { id, data } of frames) {
      whole = reassembler.add(sourceOfId(id), readHeader(data), data);
    }
    const message = whole === null ? null : decodeRojMessage(header, whole, this.#format);
    return { frames, header, message };
  }

  #hands({ random, count }: Treason): TraitorHands {
    return {
      node: this.#auth.node,
      nodes: this.#nodes,
      auth: this.#auth,
      format: this.#format,
      random,
      count,
      pass: (frame) => this.#pass(frame, this.#tokens.get(frame) ?? 0),
      say: (message, destination) => {
        const { envelope, body, length } = this.#encoder.encode(
          message,
          this.#auth.node,
          destination,
        );
        this.#send(envelope, body, length);
      },
      sayFirst: (message) => {
        const { envelope, body, length } = this.#encoder.encode(message, this.#auth.node);
        const id = makeId(CLASS.ack, 0, this.#auth.node);
        this.#send({ ...envelope, id }, body, length);
      },
    };
  }

  #send(envelope: Envelope, body: Uint8Array, length: number): void {
    const maker = new FrameMaker(this.#boot, this.#format.protocol);
    maker.frames(envelope, body, length, (frame) => this.#pass(frame, 0));
  }

  #pass(frame: CanFrame, token: number): void {
    const data = frame.data.slice();
    data[4] = this.#sequence & 255;
    data[5] = this.#sequence >>> 8;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#effects.push({ kind: "send", token, frame: { ...frame, data } });
  }
}
