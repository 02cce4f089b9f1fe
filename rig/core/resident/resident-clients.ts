/**
 * The clients that live on a node, from one boot of it to the next: they run the workload, keep
 * the node's history and send its markers. An operation is recorded, then announced by its marker,
 * and only when that was on the bus does its request leave: so the marker's place on the bus is a
 * true beginning. f + 1 equal replies of distinct nodes, this one among them, acknowledge it.
 */

import type { CanFrame } from "../can/frame.ts";
import type { NodeEffect } from "../consensus/node-core.ts";
import type { NodeHistoryRecord } from "../history/node-history.ts";
import type { MicroOp } from "../history/operation.ts";
import type { WorkloadPlan } from "../plan/plan.ts";
import { Client, completedValue } from "../run/client.ts";
import { ReplyReader } from "../run/reply-reader.ts";
import { requestEnvelope, STATUS, writeRequest } from "../wire/client-message.ts";
import { type Envelope, FrameMaker, TO_ALL } from "../wire/header.ts";
import { type MarkerKind, markerEnvelope, writeMarker } from "../wire/marker.ts";
import { residentSession } from "../wire/session.ts";
import type { ResidentCommand } from "./resident-command.ts";
import { BOOTS_MAX, ResidentWorkload } from "./resident-workload.ts";

export interface ResidentOptions {
  readonly node: number;
  readonly nodes: number;
  readonly seed: number;
  /** Operations open at once, 1 or 2. */
  readonly processes: number;
  readonly workload: WorkloadPlan;
  readonly client: { readonly operationTimeoutNs: number; readonly retryNs: number };
}

/** Timers from here on are the clients': two of each. */
export const RESIDENT_TIMERS = 64;
/** Tokens of frames likewise: more than a core ever sends, and each boot has its own. */
export const RESIDENT_TOKENS = 1 << 30;
const TOKENS_PER_BOOT = 1 << 21;

/** What is done with a request: it goes to this node's own core as well as on the bus. */
export type SubmitRequest = (frame: CanFrame) => void;

class Worker extends Client {
  /** Token of the marker that the operation waits for; null when its request has left. */
  announcing: number | null = null;
}

export class ResidentClients {
  readonly #options: ResidentOptions;
  readonly #boot: number;
  readonly #out: NodeEffect[];
  readonly #submit: SubmitRequest;
  readonly #workers: readonly Worker[];
  readonly #workload: ResidentWorkload;
  readonly #frames: FrameMaker;
  readonly #body = new Uint8Array(64);
  readonly #replies: ReplyReader<Worker>;
  #nowNs = 0;
  #isRunning = false;
  #finalReads: number[] = [];
  #records = 0;
  #sent = 0;

  /** Effects are pushed to `out`. */
  constructor(
    options: ResidentOptions,
    boot: number,
    { out, submit }: { readonly out: NodeEffect[]; readonly submit: SubmitRequest },
  ) {
    const { node, nodes, processes } = options;
    this.#options = options;
    this.#boot = boot;
    this.#out = out;
    this.#submit = submit;
    const count = boot > BOOTS_MAX ? 0 : processes;
    this.#workers = Array.from({ length: count }, (_, process) => {
      const worker = new Worker(process);
      worker.renewSession(residentSession(node, process, boot));
      return worker;
    });
    this.#workload = new ResidentWorkload({ ...options, boot });
    this.#frames = new FrameMaker(boot);
    this.#replies = new ReplyReader(nodes, (session) =>
      this.#workers.find((worker) => worker.session === session),
    );
  }

  booted(timeNs: number): void {
    this.#nowNs = timeNs;
    this.#record({ kind: "boot", process: 0, value: null });
  }

  command(command: ResidentCommand, timeNs: number): void {
    this.#nowNs = timeNs;
    this.#isRunning = command.kind === "start";
    if (command.kind === "final-reads") this.#finalReads.push(...command.keys);
    else this.#finalReads = [];
    for (const worker of this.#workers) this.#invokeNext(worker);
  }

  /** A marker was acknowledged on the bus: what it announced may begin. */
  transmitted(token: number, timeNs: number): void {
    this.#nowNs = timeNs;
    const worker = this.#workers.find(({ announcing }) => announcing === token);
    if (worker === undefined) return;
    worker.announcing = null;
    this.#request(worker);
  }

  timer(timer: number, timeNs: number): void {
    this.#nowNs = timeNs;
    const index = timer - RESIDENT_TIMERS;
    const worker = this.#workers[index >> 1];
    if (worker === undefined || worker.open === null) return;
    if (index % 2 === 0) this.#complete(worker, "info", { error: "timeout" });
    // A node that was paused may hear of the last operation's timer after that has completed.
    else if (worker.announcing === null) this.#request(worker);
  }

  /** A reply, from the bus or from this node's own core. */
  reply(frame: CanFrame, timeNs: number): void {
    this.#nowNs = timeNs;
    const agreed = this.#replies.add(frame);
    if (agreed === null) return;
    const { client: worker, reply } = agreed;
    if (reply.status === STATUS.applied) {
      const { kind } = this.#options.workload;
      const value = completedValue(worker.open?.value ?? [], reply, kind);
      this.#complete(worker, "ok", { value });
    } else this.#complete(worker, "fail", { error: "refused: a list is full" });
  }

  #invokeNext(worker: Worker): void {
    if (worker.open !== null || worker.isExhausted) return;
    const value = this.#next();
    if (value === null) return;
    const { transaction } = worker.invoke(value);
    const request = [transaction.client, transaction.request] as const;
    worker.announcing = this.#record({ kind: "invoke", process: worker.process, value, request });
    this.#setTimer(worker, 0, this.#options.client.operationTimeoutNs);
  }

  #next(): readonly MicroOp[] | null {
    if (this.#isRunning) return this.#workload.next();
    const key = this.#finalReads.shift();
    return key === undefined ? null : [["r", key, null]];
  }

  #request(worker: Worker): void {
    const { open } = worker;
    if (open === null) return;
    const length = writeRequest(this.#body, open.transaction);
    const frame = this.#send(requestEnvelope(this.#options.node, TO_ALL), length);
    this.#setTimer(worker, 1, this.#options.client.retryNs);
    // A controller doesn't hear itself.
    this.#submit(frame);
  }

  #complete(
    worker: Worker,
    kind: "ok" | "fail" | "info",
    { value = worker.open?.value ?? [], error }: { value?: readonly MicroOp[]; error?: string },
  ): void {
    worker.open = null;
    worker.announcing = null;
    for (const which of [0, 1] as const) {
      this.#out.push({ kind: "clear-timer", timer: this.#timerOf(worker, which) });
    }
    const record = { kind, process: worker.process, value };
    this.#record(error === undefined ? record : { ...record, error });
    // An info may still happen later, so its process never speaks again.
    if (kind === "info") worker.process += this.#workers.length;
    this.#invokeNext(worker);
  }

  /** Writes the record and sends its marker, whose token it returns. */
  #record(
    record: Pick<NodeHistoryRecord, "process" | "value" | "request" | "error"> & {
      readonly kind: MarkerKind;
    },
  ): number {
    const { node } = this.#options;
    const number = this.#records++;
    const whole = { node, boot: this.#boot, number, ...record, localNs: this.#nowNs };
    this.#out.push({ kind: "history", record: whole });
    const length = writeMarker(this.#body, record.process & 0xffff, number);
    this.#send(markerEnvelope(node, record.kind), length);
    return this.#token();
  }

  /** Requests and markers fit one frame each. */
  #send(envelope: Envelope, length: number): CanFrame {
    const sent: CanFrame[] = [];
    this.#frames.frames(envelope, this.#body, length, (frame) => {
      this.#sent++;
      this.#out.push({ kind: "send", token: this.#token(), frame });
      sent.push(frame);
    });
    return sent[0] as CanFrame;
  }

  /** Of the last frame. A controller may still tell of one that it held from before a reset. */
  #token(): number {
    const first = RESIDENT_TOKENS + (this.#boot & BOOTS_MAX) * TOKENS_PER_BOOT;
    return first + (this.#sent % TOKENS_PER_BOOT);
  }

  #setTimer(worker: Worker, which: 0 | 1, delayNs: number): void {
    this.#out.push({ kind: "set-timer", timer: this.#timerOf(worker, which), delayNs });
  }

  #timerOf(worker: Worker, which: 0 | 1): number {
    return RESIDENT_TIMERS + 2 * this.#workers.indexOf(worker) + which;
  }
}
