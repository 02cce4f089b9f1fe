/**
 * The interpreter on a table: the test plays the nodes, the clock and the faults, and reads what
 * the interpreter asks for and records.
 */

import type { Fault } from "../../rig/core/fault/fault.ts";
import type { Operation } from "../../rig/core/history/operation.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import {
  Interpreter,
  type RunEffect,
  type RunEvent,
  type RunTimer,
} from "../../rig/core/run/interpreter.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import { encodeReply, replyEnvelope, STATUS } from "../../rig/core/wire/client-message.ts";
import { FrameMaker, HEADER_LENGTH } from "../../rig/core/wire/header.ts";
import { OPCODE, readTransaction, type Transaction } from "../../rig/core/wire/transaction.ts";

const HOST = 14;

export class HostBench {
  readonly plan: RunPlan;
  readonly interpreter: Interpreter;
  readonly records: RunRecord[] = [];
  /** Requests in the order they left, retries included. */
  readonly requests: Transaction[] = [];
  timers: { readonly timer: RunTimer; readonly atNs: number }[] = [];
  /** Faults that were to be injected or healed, in order. */
  readonly strikes: { readonly kind: "inject" | "heal"; readonly fault: Fault }[] = [];
  isFinished = false;
  /** Whether the world does what it is asked with faults by itself. */
  readonly #isObedient: boolean;
  readonly #nodes: readonly FrameMaker[];
  nowNs = 0;

  constructor(plan: RunPlan, options: { readonly isObedient?: boolean } = {}) {
    this.plan = plan;
    this.#isObedient = options.isObedient ?? true;
    this.#nodes = Array.from({ length: 14 }, () => new FrameMaker(1));
    this.interpreter = new Interpreter(plan);
    this.step({ kind: "start" });
  }

  step(event: RunEvent): void {
    this.#perform(this.interpreter.step(event, this.nowNs));
  }

  abandon(): void {
    this.#perform(this.interpreter.abandon(this.nowNs));
  }

  get operations(): Operation[] {
    return this.records.flatMap((entry) => (entry.type === "operation" ? [entry.operation] : []));
  }

  /** The request of a client that was sent last. */
  last(client: number): Transaction {
    const request = this.requests.findLast((each) => each.client === client);
    if (request === undefined) throw new Error(`client ${client} sent nothing`);
    return request;
  }

  /** A node replies: with empty lists unless said otherwise. */
  reply(
    node: number,
    { client, request, microOps }: Transaction,
    options: { readonly reads?: readonly (readonly number[])[]; readonly status?: number } = {},
  ): void {
    const count = microOps.filter(({ opcode }) => opcode === OPCODE.read).length;
    const reads = options.reads ?? Array.from({ length: count }, () => []);
    const status = options.status ?? STATUS.applied;
    const body = encodeReply({
      client,
      request,
      status,
      reads: status === STATUS.applied ? reads : [],
    });
    const maker = this.#nodes[node] as FrameMaker;
    maker.frames(replyEnvelope(node, HOST), body, body.length, (frame) =>
      this.step({ kind: "frame", frame }),
    );
  }

  /** Enough nodes reply the same. */
  acknowledge(request: Transaction): void {
    const needed = Math.floor((this.plan.nodes - 1) / 3) + 1;
    for (let node = 0; node < needed; node++) this.reply(node, request);
  }

  /** Answers whatever is open until nothing changes any more. */
  acknowledgeAll(limit = 10_000): void {
    for (let count = 0; count < limit && !this.isFinished; count++) {
      const next = this.requests.find((each) => this.#isOpen(each));
      if (next === undefined) return;
      this.acknowledge(next);
    }
  }

  /** Fires the earliest timer of this kind and takes it away. */
  fire(kind: RunTimer["kind"]): void {
    const [next] = this.timers
      .filter(({ timer }) => timer.kind === kind)
      .sort((a, b) => a.atNs - b.atNs);
    if (next === undefined) throw new Error(`no timer of kind ${kind} is set`);
    this.timers = this.timers.filter((each) => each !== next);
    this.nowNs = Math.max(this.nowNs, next.atNs);
    this.step({ kind: "timer", timer: next.timer });
  }

  #answered = new Set<string>();

  #isOpen({ client, request }: Transaction): boolean {
    const key = `${client}/${request}`;
    if (this.#answered.has(key)) return false;
    this.#answered.add(key);
    return true;
  }

  #perform(effects: readonly RunEffect[]): void {
    const answers: RunEvent[] = [];
    for (const effect of effects) {
      switch (effect.kind) {
        case "record":
          this.records.push(effect.entry);
          break;
        case "send": {
          const request = readTransaction(effect.frame.data, HEADER_LENGTH);
          if (request === null) throw new Error("the host sent no request");
          this.requests.push(request);
          break;
        }
        case "set-timer":
          this.timers.push(effect);
          break;
        case "inject":
          this.strikes.push(effect);
          answers.push({ kind: "injected", fault: effect.fault });
          break;
        case "heal":
          this.strikes.push(effect);
          answers.push({ kind: "healed", fault: effect.fault, effects: 3 });
          break;
        case "finish":
          this.isFinished = true;
          break;
      }
    }
    if (this.#isObedient) for (const answer of answers) this.step(answer);
  }
}
