/**
 * The interpreter: clients, timeouts, fault triggers and recording, once and for every level, as
 * `step(event) -> effects`. The simulation drives it on its event heap, the engine over ports.
 * A run goes through workload, heal and final reads; then it is finished.
 */

import type { CanFrame } from "../can/frame.ts";
import type { Fault, Position } from "../fault/fault.ts";
import { describeTarget } from "../fault/target.ts";
import type { NodeHistoryRecord } from "../history/node-history.ts";
import type { MicroOp, OperationType } from "../history/operation.ts";
import type { RunPlan } from "../plan/plan.ts";
import { Random } from "../random/random.ts";
import type { ResidentCommand } from "../resident/resident-command.ts";
import { NS_PER_S } from "../time/time.ts";
import { STATUS } from "../wire/client-message.ts";
import { CLASS, classOfId } from "../wire/identifier.ts";
import { makeWorkload } from "../workload/make-workload.ts";
import type { TransactionWorkload } from "../workload/transactions.ts";
import { Client, completedValue, type OpenOperation } from "./client.ts";
import { HostLink } from "./host-link.ts";
import type { RunRecord } from "./record.ts";
import { ReplyReader } from "./reply-reader.ts";
import { markerIn, ResidentCourse } from "./resident-course.ts";

export type RunEvent =
  | { readonly kind: "start" }
  /** A frame that the host's channel received. */
  | { readonly kind: "frame"; readonly frame: CanFrame }
  | { readonly kind: "timer"; readonly timer: RunTimer }
  /** A record of the history of a node's own clients. */
  | { readonly kind: "node-history"; readonly record: NodeHistoryRecord }
  /** A fault came into force, or is out of it; with how often it took effect. */
  | { readonly kind: "injected"; readonly fault: Fault }
  | { readonly kind: "healed"; readonly fault: Fault; readonly effects: number }
  | HandEvent;

/** What somebody does to a run under way. One without operations stands until it is concluded. */
export type HandEvent =
  | { readonly kind: "strike" | "lift"; readonly fault: Fault }
  /** Of a standing run alone; nothing happens when all its clients are busy. */
  | { readonly kind: "propose"; readonly value: readonly MicroOp[]; readonly node: number }
  | { readonly kind: "conclude" };

export type RunTimer =
  | { readonly kind: "timeout" | "retry"; readonly client: number; readonly serial: number }
  /** The time of the client's next operation has come. */
  | { readonly kind: "issue"; readonly client: number }
  | { readonly kind: "inject" | "heal"; readonly fault: Fault }
  | { readonly kind: "residents"; readonly stage: Stage };

export type RunEffect =
  /** `request` names the client's request in the frame, for whoever checks what was asked for. */
  | {
      readonly kind: "send";
      readonly frame: CanFrame;
      readonly request: readonly [client: number, request: number];
    }
  | { readonly kind: "set-timer"; readonly timer: RunTimer; readonly atNs: number }
  | { readonly kind: "inject" | "heal"; readonly fault: Fault }
  | { readonly kind: "record"; readonly entry: RunRecord }
  /** For the clients that live on a node. */
  | { readonly kind: "command"; readonly node: number; readonly command: ResidentCommand }
  | { readonly kind: "finish" };

type Stage = "workload" | "heal" | "final-reads" | "finished";
type FaultState = "waiting" | "striking" | "healing-soon" | "in-force" | "healing" | "over";

export interface RunProgress {
  readonly issued: number;
  readonly acknowledged: number;
  /** Kinds of the faults in force. */
  readonly faults: readonly string[];
}

export class Interpreter {
  readonly #plan: RunPlan;
  readonly #clients: Client[];
  readonly #workload: TransactionWorkload;
  readonly #link: HostLink;
  readonly #faults = new Map<Fault, FaultState>();
  readonly #replies: ReplyReader<Client>;
  readonly #residents: ResidentCourse | null;
  readonly #bySession = new Map<number, Client>();
  #out: RunEffect[] = [];
  #stage: Stage = "workload";
  #nowNs = 0;
  #index = 0;
  #issued = 0;
  #acknowledged = 0;
  #open = 0;
  /** Clients that wait for the time of their next operation. */
  #waiting = 0;
  #finalReads = 0;
  #sessions: number;
  #isStanding: boolean;
  readonly #proposedKeys = new Set<number>();

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#link = new HostLink(plan);
    this.#isStanding = plan.workload.operations === 0;
    const { residents } = plan;
    const clients = residents?.hostClients === false ? 0 : plan.workload.clients;
    this.#clients = Array.from({ length: clients }, (_, index) => new Client(index));
    for (const client of this.#clients) this.#bySession.set(client.session, client);
    this.#sessions = clients;
    this.#workload = makeWorkload(plan.workload, Random.of(plan.seed, "workload"));
    this.#replies = new ReplyReader(plan.nodes, (session) => this.#bySession.get(session));
    this.#residents = residents === undefined ? null : new ResidentCourse(plan, residents);
    for (const fault of plan.faults) this.#faults.set(fault, "waiting");
  }

  get progress(): RunProgress {
    const inForce = [...this.#faults].filter(([, state]) => state === "in-force");
    return {
      issued: this.#issued,
      acknowledged: this.#acknowledged,
      faults: inForce.map(([fault]) => fault.kind),
    };
  }

  /** The effects are the caller's to keep. Times must not go back. */
  step(event: RunEvent, timeNs: number): readonly RunEffect[] {
    this.#nowNs = timeNs;
    this.#out = [];
    switch (event.kind) {
      case "start":
        this.#start();
        break;
      case "frame":
        this.#onFrame(event.frame);
        break;
      case "timer":
        this.#onTimer(event.timer);
        break;
      case "node-history":
        this.#onNodeHistory(event.record);
        break;
      case "injected":
        this.#onInjected(event.fault);
        break;
      case "healed":
        this.#onHealed(event.fault, event.effects);
        break;
      default:
        this.#onHand(event);
    }
    return this.#out;
  }

  /**
   * Ends the record early: every operation still open gets `info`. The caller heals the faults.
   */
  abandon(timeNs: number): readonly RunEffect[] {
    this.#nowNs = timeNs;
    this.#out = [];
    this.#stage = "finished";
    for (const client of this.#clients) {
      if (client.open !== null) this.#complete(client, "info", "interrupted");
    }
    return this.#out;
  }

  #start(): void {
    for (const fault of this.#faults.keys()) {
      this.#atTime(fault, "inject", fault.start);
      if (fault.end !== undefined) this.#atTime(fault, "heal", fault.end);
    }
    for (const client of this.#clients) this.#issueNext(client);
    this.#watchResidents();
  }

  #atTime(fault: Fault, kind: "inject" | "heal", position: Position): void {
    if (!("atNs" in position)) return;
    this.#out.push({ kind: "set-timer", timer: { kind, fault }, atNs: position.atNs });
  }

  #issueNext(client: Client): void {
    const { operations, ratePerS = Number.POSITIVE_INFINITY } = this.#plan.workload;
    const number = this.#issued + this.#waiting;
    if (this.#stage === "workload" && number < operations) {
      const dueNs = Math.round((number * NS_PER_S) / ratePerS);
      if (dueNs <= this.#nowNs) this.#issue(client);
      else {
        this.#waiting++;
        const timer = { kind: "issue", client: this.#clients.indexOf(client) } as const;
        this.#out.push({ kind: "set-timer", timer, atNs: dueNs });
      }
    } else if (this.#stage === "final-reads" && this.#finalReads < this.#finalReadCount()) {
      const key = this.#finalKey(this.#finalReads);
      this.#finalReads++;
      this.#issued++;
      this.#invoke(client, [["r", key, null]]);
    } else if (this.#open === 0 && this.#waiting === 0 && !this.#isStanding) this.#nextStage();
  }

  #issue(client: Client): void {
    this.#strikeAt(this.#issued);
    this.#issued++;
    this.#invoke(client, this.#workload.next());
  }

  #onDue(client: Client): void {
    if (this.#stage !== "workload") return;
    this.#waiting--;
    this.#issue(client);
  }

  #onHand(event: HandEvent): void {
    switch (event.kind) {
      case "strike":
        this.#faults.set(event.fault, "waiting");
        this.#inject(event.fault);
        break;
      case "lift":
        this.#heal(event.fault);
        break;
      case "propose": {
        const client = this.#clients.find(({ open }) => open === null);
        if (!this.#isStanding || client === undefined) return;
        for (const [, key] of event.value) this.#proposedKeys.add(key);
        client.node = event.node;
        this.#issued++;
        this.#invoke(client, event.value);
        break;
      }
      case "conclude":
        this.#isStanding = false;
        if (this.#open === 0) this.#nextStage();
        break;
    }
  }

  #finalReadCount(): number {
    const keys = this.#proposedKeys.size || this.#workload.keyCount;
    return Math.max(this.#plan.workload.finalReadsMin, keys);
  }

  #finalKey(read: number): number {
    const proposed = this.#proposedKeys;
    return [...proposed][read % proposed.size] ?? read % this.#workload.keyCount;
  }

  /** Starts and ends the faults that are placed before this operation. */
  #strikeAt(operation: number): void {
    for (const [fault, state] of this.#faults) {
      const { start, end } = fault;
      if (state === "waiting" && "atOperation" in start && start.atOperation <= operation) {
        this.#inject(fault);
      }
      if (end !== undefined && "atOperation" in end && end.atOperation <= operation) {
        this.#heal(fault);
      }
    }
  }

  #inject(fault: Fault): void {
    if (this.#faults.get(fault) !== "waiting" || this.#stage !== "workload") return;
    this.#faults.set(fault, "striking");
    this.#out.push({ kind: "inject", fault });
  }

  #heal(fault: Fault): void {
    const state = this.#faults.get(fault);
    if (state === "striking") this.#faults.set(fault, "healing-soon");
    if (state !== "in-force") return;
    this.#faults.set(fault, "healing");
    this.#out.push({ kind: "heal", fault });
  }

  #onInjected(fault: Fault): void {
    // Its end may have come while it was on its way.
    const isOver = this.#faults.get(fault) === "healing-soon" || this.#stage !== "workload";
    this.#faults.set(fault, "in-force");
    this.#recordFault(fault, "inject", 0);
    if (isOver) this.#heal(fault);
  }

  #onHealed(fault: Fault, effects: number): void {
    this.#faults.set(fault, "over");
    this.#recordFault(fault, "heal", effects);
    if (this.#stage === "heal") this.#afterHeal();
  }

  #recordFault(fault: Fault, action: "inject" | "heal", effects: number): void {
    const target = describeTarget(fault);
    const { id, kind } = fault;
    const time = this.#nowNs;
    this.#record({ type: "fault", time, action, id, kind, target, effects });
    const f = `${action === "inject" ? "start" : "stop"}-${kind}`;
    const operation = { index: this.#index++, type: "info", f, process: "nemesis" } as const;
    this.#record({ type: "operation", time, operation: { ...operation, time, value: target } });
  }

  #nextStage(): void {
    if (this.#stage === "workload") {
      this.#stage = "heal";
      this.#record({ type: "phase", time: this.#nowNs, phase: "workload-end" });
      this.#out.push(...(this.#residents?.stop() ?? []));
      for (const fault of this.#faults.keys()) this.#heal(fault);
      this.#afterHeal();
    } else if (this.#stage === "final-reads" && this.#residents?.isBusy !== true) {
      this.#stage = "finished";
      this.#record({ type: "phase", time: this.#nowNs, phase: "end" });
      this.#out.push({ kind: "finish" });
    }
  }

  /** What nodes' clients did at this very time is noted first: their keys are to be read, too. */
  #afterHeal(): void {
    if (this.#residents === null) this.#tryFinalReads();
    else this.#wakeForResidents("heal", this.#nowNs);
  }

  #tryFinalReads(): void {
    for (const state of this.#faults.values()) {
      if (state !== "over" && state !== "waiting") return;
    }
    this.#stage = "final-reads";
    this.#record({ type: "phase", time: this.#nowNs, phase: "healed" });
    this.#out.push(...(this.#residents?.finalReads() ?? []));
    this.#watchResidents();
    for (const client of this.#clients) this.#issueNext(client);
  }

  #invoke(client: Client, value: readonly MicroOp[]): void {
    if (client.isExhausted) {
      this.#bySession.delete(client.session);
      client.renewSession(this.#sessions++);
      this.#bySession.set(client.session, client);
    }
    const open = client.invoke(value);
    this.#open++;
    this.#recordOperation(client, "invoke", value);
    this.#send(open);
    const { operationTimeoutNs } = this.#plan.client;
    this.#setTimer("timeout", client, open, operationTimeoutNs);
    this.#setTimer("retry", client, open, this.#plan.client.retryNs);
  }

  #send({ transaction }: OpenOperation): void {
    const request = [transaction.client, transaction.request] as const;
    for (const frame of this.#link.request(transaction)) {
      this.#out.push({ kind: "send", frame, request });
    }
  }

  #setTimer(kind: "timeout" | "retry", client: Client, open: OpenOperation, delayNs: number): void {
    const timer = { kind, client: this.#clients.indexOf(client), serial: open.serial };
    this.#out.push({ kind: "set-timer", timer, atNs: this.#nowNs + delayNs });
  }

  #onTimer(timer: RunTimer): void {
    if (timer.kind === "residents") this.#onResidentTimer(timer.stage);
    else if (timer.kind === "issue") this.#onDue(this.#clients[timer.client] as Client);
    else if ("fault" in timer) {
      if (timer.kind === "inject") this.#inject(timer.fault);
      else this.#heal(timer.fault);
    } else {
      const client = this.#clients[timer.client] as Client;
      const { open } = client;
      if (open === null || open.serial !== timer.serial) return;
      if (timer.kind === "timeout") this.#complete(client, "info", "timeout");
      else {
        this.#send(open);
        this.#setTimer("retry", client, open, this.#plan.client.retryNs);
      }
    }
  }

  #onFrame(frame: CanFrame): void {
    if (classOfId(frame.id) === CLASS.telemetry) {
      this.#onMarker(frame);
      return;
    }
    for (const heard of this.#link.heard(frame)) this.#onReply(heard);
  }

  #onReply(frame: CanFrame): void {
    const agreed = this.#replies.add(frame);
    if (agreed === null) return;
    const { client, reply } = agreed;
    if (reply.status === STATUS.applied) {
      this.#acknowledged++;
      const { value } = client.open as OpenOperation;
      this.#complete(
        client,
        "ok",
        undefined,
        completedValue(value, reply, this.#plan.workload.kind),
      );
    } else this.#complete(client, "fail", "refused: a list is full");
  }

  #onMarker(frame: CanFrame): void {
    const marker = markerIn(frame);
    if (marker === null || marker.node >= this.#plan.nodes || this.#residents === null) return;
    this.#record({ type: "marker", time: this.#nowNs, marker });
    this.#residents.heard(marker);
    if (this.#open === 0 && this.#stage === "final-reads") this.#endFinalReads();
  }

  #onNodeHistory(record: NodeHistoryRecord): void {
    if (this.#stage === "finished" || this.#residents === null) return;
    this.#record({ type: "node-history", time: this.#nowNs, record });
    this.#out.push(...this.#residents.note(record));
    if (record.kind === "boot") {
      this.#out.push(...this.#residents.booted(record.node, this.#stage));
    } else if (this.#clients.length === 0) {
      if (record.kind === "ok") this.#acknowledged++;
      if (record.kind === "invoke") this.#issuedByNode();
    }
    if (this.#open === 0 && this.#stage === "final-reads") this.#endFinalReads();
  }

  /** An operation of a node's client began, or could not begin since no node is up. */
  #issuedByNode(): void {
    this.#issued++;
    if (this.#stage !== "workload") return;
    this.#strikeAt(this.#issued - 1);
    if (this.#issued >= this.#plan.workload.operations) this.#nextStage();
  }

  #watchResidents(): void {
    if (this.#residents === null) return;
    const stage = this.#stage;
    this.#wakeForResidents(stage, this.#nowNs + this.#residents.limitNs(stage === "workload"));
  }

  #wakeForResidents(stage: Stage, atNs: number): void {
    this.#out.push({ kind: "set-timer", timer: { kind: "residents", stage }, atNs });
  }

  #onResidentTimer(stage: Stage): void {
    if (this.#stage !== stage || this.#residents === null) return;
    if (stage === "heal") {
      this.#tryFinalReads();
      return;
    }
    if (stage === "final-reads") {
      this.#residents.giveUp();
      if (this.#open === 0) this.#endFinalReads();
      return;
    }
    // Faults that are placed by operation come to their end even when no node is up.
    const missed = this.#clients.length > 0 ? 0 : this.#residents.missed();
    for (let count = 0; count < missed; count++) this.#issuedByNode();
    this.#watchResidents();
  }

  #endFinalReads(): void {
    const isDone = this.#clients.length === 0 || this.#finalReads >= this.#finalReadCount();
    if (isDone) this.#nextStage();
  }

  /** `value` defaults to that of the invocation, which `fail` and `info` repeat. */
  #complete(
    client: Client,
    type: OperationType,
    error: string | undefined,
    value: readonly MicroOp[] = (client.open as OpenOperation).value,
  ): void {
    client.open = null;
    this.#open--;
    this.#recordOperation(client, type, value, error);
    client.node = null;
    // An info may still happen later, so its process never speaks again.
    if (type === "info") client.process += this.#clients.length;
    if (this.#stage !== "finished") this.#issueNext(client);
  }

  #recordOperation(
    client: Client,
    type: OperationType,
    value: readonly MicroOp[],
    error?: string,
  ): void {
    const { process, node } = client;
    const time = this.#nowNs;
    const named = node === null ? {} : { node };
    const base = { index: this.#index++, type, f: "txn", process, time, value, ...named };
    const operation = error === undefined ? base : { ...base, error };
    this.#record({ type: "operation", time, operation });
  }

  #record(entry: RunRecord): void {
    this.#out.push({ kind: "record", entry });
  }
}
