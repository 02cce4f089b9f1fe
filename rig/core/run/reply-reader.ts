/**
 * Gathers the replies to clients' open requests, from frames of any kind, until enough distinct
 * nodes have given the same one. The host's clients and those that live on a node hear alike.
 */

import type { CanFrame } from "../can/frame.ts";
import { faultBound } from "../consensus/quorum.ts";
import { type ClientReply, decodeReply } from "../wire/client-message.ts";
import { HEADER_LENGTH, readHeader } from "../wire/header.ts";
import { sourceOfId } from "../wire/identifier.ts";
import { Reassembler } from "../wire/reassembly.ts";
import { TYPE } from "../wire/roj-message.ts";
import type { Client } from "./client.ts";

export interface AgreedReply<T extends Client> {
  readonly client: T;
  readonly reply: ClientReply;
}

export class ReplyReader<T extends Client> {
  readonly #nodes: number;
  readonly #clientOf: (session: number) => T | undefined;
  readonly #reassembler = new Reassembler();

  constructor(nodes: number, clientOf: (session: number) => T | undefined) {
    this.#nodes = nodes;
    this.#clientOf = clientOf;
  }

  /** The reply that f + 1 nodes have now given, with the client whose operation it ends. */
  add(frame: CanFrame): AgreedReply<T> | null {
    if (!frame.fd || frame.data.length < HEADER_LENGTH) return null;
    const source = sourceOfId(frame.id);
    const header = readHeader(frame.data);
    if (header.type !== TYPE.reply || source >= this.#nodes) return null;
    const whole = this.#reassembler.add(source, header, frame.data);
    if (whole === null) return null;
    let client: T | undefined;
    const reply = decodeReply(whole, (session, request) => {
      client = this.#clientOf(session);
      const open = client?.open ?? null;
      if (open === null || open.transaction.request !== request) return null;
      return open.value.filter((microOp) => microOp[0] === "r").length;
    });
    if (reply === null || client === undefined) return null;
    const agreed = client.hear(source, reply, faultBound(this.#nodes) + 1);
    return agreed === null ? null : { client, reply: agreed };
  }
}
