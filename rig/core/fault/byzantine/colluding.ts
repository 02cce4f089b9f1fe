/**
 * Nodes that lie together, beyond the bound: each keeps two memories, its own and a second one,
 * and is an honest node to each half of the others, in frames addressed to them. Where one of them
 * proposes, the halves are shown different batches, and each half and the traitors are a quorum.
 * They follow each other by overhearing what the others say to the first node of a half, and
 * answer some clients from one memory and some from the other.
 */

import type { CanFrame } from "../../can/frame.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../../consensus/node-core.ts";
import { HEADER_LENGTH, readHeader, TO_ALL } from "../../wire/header.ts";
import { sourceOfId } from "../../wire/identifier.ts";
import { halvesOf, type Outgoing, passAll, type TraitorHands, type Treachery } from "./outgoing.ts";

/** Timers of the second memory stand behind those of the first. */
const TIMERS = 16;

export class Colluding implements Treachery {
  readonly #traitors: readonly number[];
  readonly #halves: readonly [readonly number[], readonly number[]];
  readonly #second: NodeCore;

  /** `second` is a node like the first that arranges its batches in another way, and has booted. */
  constructor(nodes: number, traitors: readonly number[], second: NodeCore) {
    this.#traitors = traitors;
    this.#halves = halvesOf(nodes, traitors);
    this.#second = second;
  }

  /** What the first memory says is for the first half. */
  send(outgoing: Outgoing, hands: TraitorHands): void {
    this.#sendTo(this.#halves[0], outgoing, hands);
  }

  sendSecond(outgoing: Outgoing, hands: TraitorHands): void {
    if (outgoing.message?.kind === "propose") hands.count();
    this.#sendTo(this.#halves[1], outgoing, hands);
  }

  /** The event as the first memory sees it; null when it is not for that one. */
  forFirst(event: NodeEvent): NodeEvent | null {
    if (event.kind === "timer") return event.timer < TIMERS ? event : null;
    return event.kind === "frame" ? this.#frameFor(0, event.frame) : event;
  }

  forSecond(event: NodeEvent): NodeEvent | null {
    switch (event.kind) {
      case "timer":
        return event.timer < TIMERS ? null : { ...event, timer: event.timer - TIMERS };
      case "frame":
        return this.#frameFor(1, event.frame);
      default:
        return null;
    }
  }

  /** Effects of the second memory but its messages; what it writes needs no store. */
  step(event: NodeEvent, timeNs: number, emit: (effect: NodeEffect) => void): void {
    const written: number[] = [];
    for (const effect of this.#second.step(event, timeNs)) {
      if (effect.kind === "set-timer" || effect.kind === "clear-timer") {
        emit({ ...effect, timer: effect.timer + TIMERS });
      } else if (effect.kind === "send") emit(effect);
      else if (effect.kind === "persist") written.push(effect.token);
    }
    for (const token of written) this.step({ kind: "stored", token, result: "ok" }, timeNs, emit);
  }

  #frameFor(half: 0 | 1, frame: CanFrame): NodeEvent | null {
    const source = sourceOfId(frame.id);
    if (this.#halves[half].includes(source)) return { kind: "frame", frame };
    if (this.#halves[1 - half]?.includes(source)) return null;
    if (!this.#traitors.includes(source)) return { kind: "frame", frame };
    const { destination } = readHeader(frame.data);
    if (destination !== this.#halves[half][0]) return null;
    const data = frame.data.slice();
    data[1] = ((data[1] as number) & 0xf0) | TO_ALL;
    return { kind: "frame", frame: { ...frame, data } };
  }

  /** Clients with even numbers are told what the first half holds, the others what the second. */
  #reply(half: readonly number[], outgoing: Outgoing, hands: TraitorHands): void {
    const client = outgoing.frames[0]?.data[HEADER_LENGTH] ?? 0;
    if (half === this.#halves[client & 1]) passAll(outgoing, hands);
  }

  #sendTo(half: readonly number[], outgoing: Outgoing, hands: TraitorHands): void {
    const { message, header } = outgoing;
    if (message === null) this.#reply(half, outgoing, hands);
    else if (header.destination === TO_ALL) for (const node of half) hands.say(message, node);
    else if (half.includes(header.destination)) hands.say(message, header.destination);
  }
}
