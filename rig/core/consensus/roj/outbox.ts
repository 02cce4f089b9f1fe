/**
 * Collects the effects of one step: encodes messages into frames, numbers what is sent and what
 * is made durable.
 */

import type { NodeAuth } from "../../auth/authority.ts";
import type { Statement } from "../../auth/statement.ts";
import type { CanFrame } from "../../can/frame.ts";
import { replyEnvelope } from "../../wire/client-message.ts";
import { CRASH_FORMAT, SIGNED_FORMAT, type WireFormat } from "../../wire/format.ts";
import { FrameMaker } from "../../wire/header.ts";
import { type AnyRojMessage, RojEncoder, TYPE } from "../../wire/roj-message.ts";
import type { NodeEffect, NodeRecord } from "../node-core.ts";
import { encodeRecord, type JournalRecord } from "./journal.ts";

export class Outbox {
  readonly effects: NodeEffect[] = [];
  readonly format: WireFormat;
  readonly #node: number;
  readonly #auth: NodeAuth | null;
  readonly #encoder: RojEncoder;
  readonly #frames: FrameMaker;
  #token = 0;
  /** Bytes of all records written since the boot. */
  written = 0;

  /** `unsigned` is the format where there is nobody to sign. */
  constructor(node: number, boot: number, auth: NodeAuth | null, unsigned = CRASH_FORMAT) {
    this.#node = node;
    this.#auth = auth;
    this.format = auth === null ? unsigned : SIGNED_FORMAT;
    this.#encoder = new RojEncoder(this.format);
    this.#frames = new FrameMaker(boot, this.format.protocol);
  }

  /** The node's signature; undefined in the crash profile, which has none. */
  sign(statement: Statement): Uint8Array | undefined {
    return this.#auth?.sign(statement);
  }

  send(message: AnyRojMessage, destination?: number): void {
    const { envelope, body, length } = this.#encoder.encode(message, this.#node, destination);
    this.#frames.frames(envelope, body, length, this.#emit);
  }

  /** Sends the body of a reply to the client on station `destination`. */
  reply(body: Uint8Array, destination: number): void {
    this.#frames.frames(replyEnvelope(this.#node, destination), body, body.length, this.#emit);
  }

  /** The token that the `stored` event will carry. */
  persist(record: JournalRecord): number {
    const token = ++this.#token;
    const bytes = encodeRecord(record);
    this.written += bytes.length;
    const isBase = record.kind === "snapshot";
    this.effects.push({ kind: "persist", token, slot: record.slot, record: bytes, isBase });
    return token;
  }

  /** Drops the records before the one with this token. */
  truncate(token: number): void {
    this.effects.push({ kind: "truncate", token });
  }

  setTimer(timer: number, delayNs: number): void {
    this.effects.push({ kind: "set-timer", timer, delayNs });
  }

  clearTimer(timer: number): void {
    this.effects.push({ kind: "clear-timer", timer });
  }

  /**
   * Whether a message bears this node's own name, which is then noted. The identifier is no proof,
   * and what a node has said it knows better from its own journal. Requests in its name are those
   * of the clients that live on it.
   */
  isInOwnName(source: number, type: number): boolean {
    if (source !== this.#node || type === TYPE.request) return false;
    const place = { slot: 0, round: 0, digest: null };
    this.trace({ event: "reject", ...place, message: "frame", reason: "own-name" });
    return true;
  }

  trace(record: NodeRecord): void {
    this.effects.push({ kind: "trace", record });
  }

  readonly #emit = (frame: CanFrame): void => {
    this.effects.push({ kind: "send", token: ++this.#token, frame });
  };
}
