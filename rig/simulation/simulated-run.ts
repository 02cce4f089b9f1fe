/**
 * One run at level `sim`: drives the interpreter on the event heap, in virtual time. It goes on in
 * slices, so that the caller can watch for signals, time limits and progress in between.
 */

import type { Authority } from "../core/auth/authority.ts";
import type { CanFrame } from "../core/can/frame.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { NodeHistoryRecord } from "../core/history/node-history.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import {
  type HandEvent,
  Interpreter,
  type RunEffect,
  type RunEvent,
  type RunProgress,
  type RunTimer,
} from "../core/run/interpreter.ts";
import type { RunSink } from "../core/run/record.ts";
import { EventHeap } from "../core/time/event-heap.ts";
import { Cluster, type ClusterOptions } from "./cluster.ts";

/** What a run drives of a cluster. */
export type DrivenCluster = Pick<
  Cluster,
  | "nowNs"
  | "start"
  | "nextNs"
  | "advance"
  | "setTime"
  | "sendFromHost"
  | "command"
  | "inject"
  | "heal"
  | "statistics"
>;

export interface SimulatedRunOptions {
  readonly plan: RunPlan;
  readonly makeNode: ClusterOptions["makeNode"];
  /** Signs for traitors, with their own keys; that of the plan's profile when left out. */
  readonly authority?: Authority | null;
  readonly sink: RunSink;
  /** Sees every event of the interpreter, with its time: enough to replay the run elsewhere. */
  readonly onEvent?: (event: RunEvent, timeNs: number) => void;
  /** Puts something else in the place of the cluster: a script, to replay recorded events. */
  readonly openCluster?: (options: ClusterOptions) => DrivenCluster;
}

export class SimulatedRun {
  readonly #options: SimulatedRunOptions;
  readonly #interpreter: Interpreter;
  readonly #cluster: DrivenCluster;
  readonly #timers = new EventHeap<RunTimer>();
  readonly #inForce = new Set<Fault>();
  /** Frames for the host, which it gets once the bus is done with their time. */
  #arrived: CanFrame[] = [];
  /** Records of the nodes' own clients, likewise. */
  #fetched: NodeHistoryRecord[] = [];
  #isFinished = false;

  constructor(options: SimulatedRunOptions) {
    this.#options = options;
    const { plan, makeNode, sink } = options;
    this.#interpreter = new Interpreter(plan);
    const onHostFrame = (frame: CanFrame) => this.#arrived.push(frame);
    const open = options.openCluster ?? ((each: ClusterOptions) => new Cluster(each));
    const onHistory = (record: NodeHistoryRecord) => this.#fetched.push(record);
    const authority = options.authority === undefined ? {} : { authority: options.authority };
    this.#cluster = open({ plan, makeNode, sink, onHostFrame, onHistory, ...authority });
    this.#cluster.start();
    this.#step({ kind: "start" });
    this.#takeArrived();
  }

  get nowNs(): number {
    return this.#cluster.nowNs;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  get progress(): RunProgress {
    return this.#interpreter.progress;
  }

  /** Goes on for up to `events` events; true when the run is finished. */
  advance(events: number): boolean {
    for (let count = 0; count < events && !this.#isFinished; count++) {
      // At one time the host's timers come first, as in every driver.
      if (this.#timers.nextNs() <= this.#cluster.nextNs()) {
        this.#cluster.setTime(this.#timers.nextNs());
        this.#step({ kind: "timer", timer: this.#timers.pop() });
        this.#takeFetched();
      } else {
        this.#cluster.advance();
        this.#takeArrived();
      }
    }
    return this.#isFinished;
  }

  /** Goes on with up to `events` of what is due by `timeNs`; false when more of that is left. */
  advanceTo(timeNs: number, events: number): boolean {
    for (let count = 0; count < events; count++) {
      if (this.#isFinished || this.#nextNs() > timeNs) return true;
      this.advance(1);
    }
    return false;
  }

  /**
   * Does something by hand at `timeNs`, or as soon after as nothing else happens at that time: a
   * plan that has a fault at the time recorded then gives the same run.
   */
  byHand(event: HandEvent, timeNs: number): void {
    let atNs = Math.max(Math.ceil(timeNs), this.nowNs);
    do {
      atNs = Math.max(atNs, this.nowNs) + 1;
      while (!this.#isFinished && this.#nextNs() <= atNs) this.advance(1);
    } while (this.nowNs === atNs);
    if (this.#isFinished) return;
    this.#cluster.setTime(atNs);
    this.#step(event);
    this.#takeArrived();
  }

  #nextNs(): number {
    return Math.min(this.#timers.nextNs(), this.#cluster.nextNs());
  }

  /** Writes the last entries of the record; `partial` says why the run was cut short, if it was. */
  end(partial: string | null): void {
    const { sink } = this.#options;
    if (!this.#isFinished) {
      this.#perform(this.#interpreter.abandon(this.nowNs));
      this.#isFinished = true;
    }
    sink.record(this.#cluster.statistics());
    sink.record({ type: "end", time: this.nowNs, partial });
  }

  /** Ends every fault still in force; how many that were. */
  healAll(): number {
    const faults = [...this.#inForce];
    for (const fault of faults) this.#cluster.heal(fault);
    this.#inForce.clear();
    return faults.length;
  }

  /** Until nothing more comes of it: a command may be answered by a record at once. */
  #takeFetched(): void {
    while (this.#fetched.length > 0) {
      const records = this.#fetched;
      this.#fetched = [];
      for (const record of records) this.#step({ kind: "node-history", record });
    }
  }

  #takeArrived(): void {
    this.#takeFetched();
    if (this.#arrived.length === 0) return;
    const frames = this.#arrived;
    this.#arrived = [];
    for (const frame of frames) this.#step({ kind: "frame", frame });
    this.#takeFetched();
  }

  #step(event: RunEvent): void {
    if (this.#isFinished) return;
    this.#options.onEvent?.(event, this.nowNs);
    this.#perform(this.#interpreter.step(event, this.nowNs));
  }

  #perform(effects: readonly RunEffect[]): void {
    // What the interpreter is told of a fault comes after all effects of this step, so that the
    // record keeps the order of the indices.
    const answers: RunEvent[] = [];
    for (const effect of effects) {
      switch (effect.kind) {
        case "send":
          this.#cluster.sendFromHost(effect.frame, effect.request);
          break;
        case "set-timer":
          this.#timers.push(effect.atNs, effect.timer);
          break;
        case "record":
          this.#options.sink.record(effect.entry);
          break;
        case "inject":
          this.#inForce.add(effect.fault);
          this.#cluster.inject(effect.fault);
          answers.push({ kind: "injected", fault: effect.fault });
          break;
        case "heal":
          this.#inForce.delete(effect.fault);
          answers.push({
            kind: "healed",
            fault: effect.fault,
            effects: this.#cluster.heal(effect.fault),
          });
          break;
        case "command":
          this.#cluster.command(effect.node, effect.command);
          break;
        case "finish":
          this.#isFinished = true;
          break;
      }
    }
    for (const answer of answers) this.#step(answer);
  }
}
