/**
 * The replicated state: lists by key, and one session per client. A register is a list of the one
 * value written last. Applying the same transactions in the same order gives the same state and
 * the same replies on every node; a request applied once is never applied again, and its reply is
 * kept for retries.
 */

import {
  type ClientReply,
  ELEMENT_MAX,
  encodeReply,
  LIST_LENGTH_MAX,
  STATUS,
} from "../wire/client-message.ts";
import { OPCODE, type Transaction } from "../wire/transaction.ts";

export interface Session {
  /** Highest request applied; lower ones are void. */
  readonly request: number;
  /** Body of the reply to it. */
  readonly reply: Uint8Array;
}

export class ListStore {
  readonly #lists: Map<number, number[]>;
  readonly #sessions: Map<number, Session>;

  /** Takes over the maps, which a snapshot was read into. */
  constructor(lists = new Map<number, number[]>(), sessions = new Map<number, Session>()) {
    this.#lists = lists;
    this.#sessions = sessions;
  }

  /** In the order of the first append or write to each. */
  get lists(): ReadonlyMap<number, readonly number[]> {
    return this.#lists;
  }

  /** In the order of each client's first request. */
  get sessions(): ReadonlyMap<number, Session> {
    return this.#sessions;
  }

  session(client: number): Session | undefined {
    return this.#sessions.get(client);
  }

  /** Whether the request was applied before, or was overtaken by a later one of its client. */
  isVoid(client: number, request: number): boolean {
    const session = this.#sessions.get(client);
    return session !== undefined && request <= session.request;
  }

  /** The encoded reply, or null when the request is void. */
  apply(transaction: Transaction): Uint8Array | null {
    const { client, request } = transaction;
    if (this.isVoid(client, request)) return null;
    const reads = this.#execute(transaction);
    const outcome: ClientReply =
      reads === null
        ? { client, request, status: STATUS.refused, reads: [] }
        : { client, request, status: STATUS.applied, reads };
    const reply = encodeReply(outcome);
    this.#sessions.set(client, { request, reply });
    return reply;
  }

  /** The reply as of now, of a transaction that only reads; nothing is done for it. */
  answer({ client, request, microOps }: Transaction): Uint8Array {
    const asked = microOps.filter(({ opcode }) => opcode === OPCODE.read);
    const reads = asked.map(({ key }) => this.#lists.get(key) ?? []);
    return encodeReply({ client, request, status: STATUS.applied, reads });
  }

  /** The lists read; null, and nothing done, when an append would overfill its list. */
  #execute({ microOps }: Transaction): number[][] | null {
    for (const { opcode, key, value } of microOps) {
      if (opcode === OPCODE.write && value > ELEMENT_MAX) return null;
      if (opcode !== OPCODE.append) continue;
      const appends = microOps.filter((each) => each.opcode === OPCODE.append && each.key === key);
      const length = this.#lists.get(key)?.length ?? 0;
      if (length + appends.length > LIST_LENGTH_MAX || value > ELEMENT_MAX) return null;
    }
    const reads: number[][] = [];
    for (const { opcode, key, value } of microOps) {
      const list = this.#lists.get(key);
      if (opcode === OPCODE.read) reads.push(list === undefined ? [] : list.slice());
      else if (list === undefined || opcode === OPCODE.write) this.#lists.set(key, [value]);
      else list.push(value);
    }
    return reads;
  }
}
