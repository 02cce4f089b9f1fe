/**
 * One logical client on the host: its open operation, the replies to it, and how it ends. The
 * operation is acknowledged by f + 1 equal replies from distinct nodes; after an unknown outcome
 * the process retires, and the client goes on under a new process number.
 */

import type { WorkloadModel } from "../elle/result.ts";
import type { MicroOp } from "../history/operation.ts";
import { type ClientReply, STATUS } from "../wire/client-message.ts";
import { OPCODE, type Transaction } from "../wire/transaction.ts";

interface Candidate {
  readonly reply: ClientReply;
  /** Bit per node that said so. */
  voters: number;
}

export interface OpenOperation {
  readonly transaction: Transaction;
  readonly value: readonly MicroOp[];
  readonly candidates: Candidate[];
  /** Tells the timers of this operation from those of earlier ones. */
  readonly serial: number;
}

const OPCODES = { append: OPCODE.append, w: OPCODE.write, r: OPCODE.read } as const;

export const REQUEST_MAX = 0xffff;

export class Client {
  /** Session slot on the wire: never the process number. */
  session: number;
  process: number;
  open: OpenOperation | null = null;
  /** The node that somebody asked by hand; null where nobody did. */
  node: number | null = null;
  #request = 0;
  #serial = 0;

  constructor(index: number) {
    this.session = index;
    this.process = index;
  }

  /** True when the session's request numbers are used up: it needs a fresh slot first. */
  get isExhausted(): boolean {
    return this.#request === REQUEST_MAX;
  }

  renewSession(session: number): void {
    this.session = session;
    this.#request = 0;
  }

  invoke(value: readonly MicroOp[]): OpenOperation {
    this.#request++;
    this.#serial++;
    const microOps = value.map(([f, key, argument]) => ({
      opcode: OPCODES[f],
      key,
      value: typeof argument === "number" ? argument : 0,
    }));
    const transaction = { client: this.session, request: this.#request, microOps };
    this.open = { transaction, value, candidates: [], serial: this.#serial };
    return this.open;
  }

  /** The reply, once `needed` distinct nodes have given it; null before. */
  hear(source: number, reply: ClientReply, needed: number): ClientReply | null {
    const { candidates } = this.open as OpenOperation;
    let candidate = candidates.find((each) => isSameReply(each.reply, reply));
    if (candidate === undefined) {
      candidate = { reply, voters: 0 };
      candidates.push(candidate);
    }
    candidate.voters |= 1 << source;
    let count = 0;
    for (let rest = candidate.voters; rest !== 0; rest &= rest - 1) count++;
    return count >= needed ? reply : null;
  }
}

/**
 * The micro-operations with what the reply has for the reads: lists, or of registers the value, and
 * null where none was written.
 */
export function completedValue(
  value: readonly MicroOp[],
  reply: ClientReply,
  workload: WorkloadModel = "list-append",
): readonly MicroOp[] {
  let read = 0;
  return value.map((microOp) => {
    if (microOp[0] !== "r") return microOp;
    const list = reply.reads[read++] ?? [];
    return ["r", microOp[1], workload === "list-append" ? list : (list.at(-1) ?? null)] as const;
  });
}

function isSameReply(a: ClientReply, b: ClientReply): boolean {
  if (a.status !== b.status || a.reads.length !== b.reads.length) return false;
  if (a.status !== STATUS.applied) return true;
  return a.reads.every((list, index) => {
    const other = b.reads[index] as readonly number[];
    return list.length === other.length && list.every((element, at) => element === other[at]);
  });
}
