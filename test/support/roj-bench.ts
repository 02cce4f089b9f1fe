/**
 * One ROJ node on a table: the test plays all other nodes, the clients, the timers and the
 * storage, and reads the node's effects as messages.
 */

import { type Authority, NodeAuth } from "../../rig/core/auth/authority.ts";
import type { CanFrame } from "../../rig/core/can/frame.ts";
import type {
  NodeEffect,
  NodeEvent,
  NodeRecord,
  StoreResult,
} from "../../rig/core/consensus/node-core.ts";
import { TIMER } from "../../rig/core/consensus/roj/agreement.ts";
import { decodeRecord, type JournalRecord } from "../../rig/core/consensus/roj/journal.ts";
import { RojNode } from "../../rig/core/consensus/roj/node.ts";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { COMPACTION, type Compaction } from "../../rig/core/consensus/roj/snapshot.ts";
import { requestEnvelope, writeRequest } from "../../rig/core/wire/client-message.ts";
import {
  CRASH_FORMAT,
  ONE_PHASE_FORMAT,
  SIGNED_FORMAT,
  type WireFormat,
} from "../../rig/core/wire/format.ts";
import { FrameMaker, readHeader } from "../../rig/core/wire/header.ts";
import { sourceOfId } from "../../rig/core/wire/identifier.ts";
import { Reassembler } from "../../rig/core/wire/reassembly.ts";
import {
  type AnyRojMessage,
  decodeRojMessage,
  type RojMessage,
  TYPE,
} from "../../rig/core/wire/roj-message.ts";
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
  readonly #format: WireFormat;
  readonly #host = new FrameMaker(1);
  /** Messages sent since the last look, and all records written but not yet durable. */
  sent: AnyRojMessage[] = [];
  replies: CanFrame[] = [];
  traces: NodeRecord[] = [];
  writing: Persisted[] = [];
  readonly image: Uint8Array[] = [];
  /** Slots of records that are there and can't be read. */
  readonly damaged: number[] = [];
  /** Token of each record of the image, or none for those of earlier boots. */
  #tokens: (number | null)[] = [];
  #boots = 0;
  #reassembler = new Reassembler();

  constructor(options: {
    node: number;
    nodes: number;
    rules?: RojRules;
    compaction?: Compaction;
    /** Makes it a node of the signed profile. */
    authority?: Authority;
    /** Makes it a node of ROJ-A. */
    isOnePhase?: boolean;
  }) {
    const { node, nodes, rules = ROJ_RULES, compaction = COMPACTION, authority } = options;
    const { isOnePhase = false } = options;
    const unsigned = isOnePhase ? ONE_PHASE_FORMAT : CRASH_FORMAT;
    this.#format = authority === undefined ? unsigned : SIGNED_FORMAT;
    const auth = authority === undefined ? {} : { auth: new NodeAuth(authority, node) };
    this.node = node;
    this.nodes = nodes;
    const timers = { roundTimeoutNs: 1000, roundDeltaNs: 100 };
    this.#core = new RojNode({ node, nodes, ...timers, rules, compaction, isOnePhase, ...auth });
    this.boot();
  }

  /** Power goes and comes back: what was not durable is lost. */
  boot(): void {
    this.writing = [];
    this.sent = [];
    this.traces = [];
    this.#reassembler = new Reassembler();
    this.#boots++;
    this.#tokens = this.image.map(() => null);
    const { damaged } = this;
    const image = this.image.slice();
    this.#step({ kind: "boot", incarnation: this.#boots, image, damaged: damaged.slice() });
  }

  /** The last durable record of this kind can't be read any more. */
  spoil(kind: JournalRecord["kind"]): void {
    const at = this.image.findLastIndex(
      (bytes) => decodeRecord(bytes, this.#format)?.kind === kind,
    );
    const [bytes] = this.image.splice(at, 1);
    this.#tokens.splice(at, 1);
    const record = bytes === undefined ? null : decodeRecord(bytes, this.#format);
    if (record === null) throw new Error(`there is no ${kind} to spoil`);
    this.damaged.push(record.slot);
  }

  request(transaction: Transaction, station = HOST): void {
    const body = new Uint8Array(64);
    const length = writeRequest(body, transaction);
    this.#host.frames(requestEnvelope(station, 15), body, length, (frame) =>
      this.#step({ kind: "frame", frame }),
    );
  }

  /** Another node says something. */
  hear(
    source: number,
    message: AnyRojMessage,
    options: { boot?: number; destination?: number } = {},
  ): void {
    const format = this.#format;
    for (const frame of framesOf(message, source, { ...options, format })) this.frame(frame);
  }

  /** Every record written so far becomes durable, in order. */
  store(): void {
    while (this.writing.length > 0) this.storeOne();
  }

  storeOne(): void {
    const write = this.#nextWrite();
    this.image.push(write.bytes);
    this.#tokens.push(write.token);
    this.#step({ kind: "stored", token: write.token, result: "ok" });
  }

  /** The store does not take the next record. */
  refuse(result: StoreResult): void {
    this.#step({ kind: "stored", token: this.#nextWrite().token, result });
  }

  #nextWrite(): Persisted {
    const write = this.writing.shift();
    if (write === undefined) throw new Error("nothing is being written");
    return write;
  }

  catchUpTimer(): void {
    this.#step({ kind: "timer", timer: TIMER.catchUp });
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
  take(...kinds: readonly AnyRojMessage["kind"][]): AnyRojMessage[] {
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
      const record = decodeRecord(effect.record, this.#format);
      if (record === null) throw new Error("the node wrote what it can't read");
      this.writing.push({ token: effect.token, bytes: effect.record, record });
    } else if (effect.kind === "truncate") {
      const at = this.#tokens.indexOf(effect.token);
      if (at < 0) throw new Error("the node dropped what stood before nothing durable");
      this.image.splice(0, at);
      this.#tokens.splice(0, at);
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
    const message = decodeRojMessage(header, whole, this.#format);
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
