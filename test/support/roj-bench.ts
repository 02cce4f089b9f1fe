/**
 * One ROJ node on a table: the test plays all other nodes, the clients, the timers and the
 * storage, and reads the node's effects as messages.
 */

import type { CanFrame } from "../../rig/core/can/frame.ts";
import type { NodeEffect, NodeEvent, NodeRecord } from "../../rig/core/consensus/node-core.ts";
import { TIMER } from "../../rig/core/consensus/roj/agreement.ts";
import { decodeRecord, type JournalRecord } from "../../rig/core/consensus/roj/journal.ts";
import { RojNode } from "../../rig/core/consensus/roj/node.ts";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { requestEnvelope, writeRequest } from "../../rig/core/wire/client-message.ts";
import { FrameMaker, readHeader } from "../../rig/core/wire/header.ts";
import { sourceOfId } from "../../rig/core/wire/identifier.ts";
import { Reassembler } from "../../rig/core/wire/reassembly.ts";
import { decodeRojMessage, type RojMessage, TYPE } from "../../rig/core/wire/roj-message.ts";
import { type Batch, makeBatch, type Transaction } from "../../rig/core/wire/transaction.ts";
import { framesOf } from "./roj-messages.ts";

export const HOST = 14;

export interface Persisted {
  readonly token: number;
  readonly bytes: Uint8Array;
  readonly record: JournalRecord;
}

export class RojBench {
  readonly node: number;
  readonly nodes: number;
  readonly #core: RojNode;
  readonly #host = new FrameMaker(1);
  /** Messages sent since the last look, and all records written but not yet durable. */
  sent: RojMessage[] = [];
  replies: CanFrame[] = [];
  traces: NodeRecord[] = [];
  writing: Persisted[] = [];
  readonly image: Uint8Array[] = [];
  #boots = 0;
  #reassembler = new Reassembler();

  constructor(options: { node: number; nodes: number; rules?: RojRules }) {
    const { node, nodes, rules = ROJ_RULES } = options;
    this.node = node;
    this.nodes = nodes;
    this.#core = new RojNode({ node, nodes, roundTimeoutNs: 1000, roundDeltaNs: 100, rules });
    this.boot();
  }

  /** Power goes and comes back: what was not durable is lost. */
  boot(): void {
    this.writing = [];
    this.sent = [];
    this.traces = [];
    this.#reassembler = new Reassembler();
    this.#boots++;
    this.#step({ kind: "boot", incarnation: this.#boots, image: this.image.slice() });
  }

  request(transaction: Transaction): void {
    const body = new Uint8Array(64);
    const length = writeRequest(body, transaction);
    this.#host.frames(requestEnvelope(HOST, 15), body, length, (frame) =>
      this.#step({ kind: "frame", frame }),
    );
  }

  /** Another node says something. */
  hear(
    source: number,
    message: RojMessage,
    options: { boot?: number; destination?: number } = {},
  ): void {
    for (const frame of framesOf(message, source, options)) this.#step({ kind: "frame", frame });
  }

  /** Every record written so far becomes durable, in order. */
  store(): void {
    while (this.writing.length > 0) this.storeOne();
  }

  storeOne(): void {
    const write = this.writing.shift();
    if (write === undefined) throw new Error("nothing is being written");
    this.image.push(write.bytes);
    this.#step({ kind: "stored", token: write.token });
  }

  roundTimer(): void {
    this.#step({ kind: "timer", timer: TIMER.round });
  }

  /** The moment is over in which a proposer gathers requests. */
  gatherTimer(): void {
    this.#step({ kind: "timer", timer: TIMER.gather });
  }

  frame(frame: CanFrame): void {
    this.#step({ kind: "frame", frame });
  }

  /** Messages of these kinds sent since the last call. */
  take(...kinds: readonly RojMessage["kind"][]): RojMessage[] {
    const taken = this.sent.filter(({ kind }) => kinds.includes(kind));
    this.sent = [];
    return taken;
  }

  /** Slots that the node says it has decided, as its records tell. */
  committed(): NodeRecord[] {
    return this.traces.filter(({ event }) => event === "commit");
  }

  #step(event: NodeEvent): void {
    // A copy: the node reuses its array.
    for (const effect of this.#core.step(event).slice()) this.#note(effect);
  }

  #note(effect: NodeEffect): void {
    if (effect.kind === "persist") {
      const record = decodeRecord(effect.record);
      if (record === null) throw new Error("the node wrote what it can't read");
      this.writing.push({ token: effect.token, bytes: effect.record, record });
    } else if (effect.kind === "trace") this.traces.push(effect.record);
    else if (effect.kind === "send") this.#noteFrame(effect.frame);
  }

  #noteFrame(frame: CanFrame): void {
    const header = readHeader(frame.data);
    if (header.type === TYPE.reply) {
      this.replies.push(frame);
      return;
    }
    const whole = this.#reassembler.add(sourceOfId(frame.id), header, frame.data);
    if (whole === null) return;
    const message = decodeRojMessage(header, whole);
    if (message === null) throw new Error("the node sent what it can't read");
    this.sent.push(message);
  }
}

/** A proposal that is new in its round. */
export function aProposal(slot: number, round: number, batch: Batch): RojMessage {
  return { kind: "propose", slot, round, validRound: null, batch };
}

export function aVote(slot: number, round: number, digest: string | null): RojMessage {
  return { kind: "vote", slot, round, digest };
}

export function aConfirm(slot: number, round: number, digest: string | null): RojMessage {
  return { kind: "confirm", slot, round, digest };
}

/** A batch with one append, told apart by its value. */
export function aBatch(value: number): Batch {
  const microOps = [{ opcode: 0, key: 1, value }];
  return makeBatch([{ client: value, request: 1, microOps }]);
}
