/**
 * What can be seen of a run from its record: faults in force, states of nodes, counts, load of the
 * bus; and what there is to tell of it on the event stream. Fed live, or with a stored record.
 */

import type { NodeState, Telling } from "../core/api/index.ts";
import { bitsDurationNs, frameBits } from "../core/can/bit-count.ts";
import type { CanFrame } from "../core/can/frame.ts";
import type { NodeRecord } from "../core/consensus/node-core.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { Operation } from "../core/history/operation.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { BusStatistics } from "../core/run/evidence.ts";
import type { RunRecord, RunSink } from "../core/run/record.ts";

type FaultRecord = Extract<RunRecord, { type: "fault" }>;

export interface FaultInForce {
  readonly id: string;
  readonly kind: FaultRecord["kind"];
  readonly target: string;
  readonly startNs: number;
  readonly fault: Fault | undefined;
}

/** Kinds that keep a node's program from running, whatever else they do. */
const STOPS: ReadonlySet<string> = new Set([
  "crash",
  "power-cut",
  "power-cycle",
  "brown-out-all",
  "freeze",
]);

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface LiveViewOptions {
  readonly plan: RunPlan;
  readonly tell: (telling: Telling) => void;
  /** Called with each operation of the clients' history. */
  readonly onOperation: (operation: Operation) => void;
}

export class LiveView implements RunSink {
  readonly plan: RunPlan;
  readonly inForce = new Map<string, FaultInForce>();
  readonly counts = { issued: 0, ok: 0, fail: 0, info: 0 };
  readonly nodes: Mutable<NodeState>[];
  bus: BusStatistics | null = null;
  messages: Readonly<Record<string, number>> = {};
  lastNs = 0;
  isRestored = true;
  readonly #options: LiveViewOptions;
  /** Faults that were added to those of the plan. */
  readonly #byHand = new Map<string, Fault>();
  #busyNs = 0;
  #window = { startNs: 0, busyNs: 0, frames: 0, errorFrames: 0 };
  #areNodesChanged = true;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.plan = options.plan;
    this.nodes = Array.from({ length: options.plan.nodes }, (_, node) => ({
      node_id: node,
      state: "running",
      is_byzantine: false,
      boots: 0,
      decided: 0,
      applied: 0,
      expired: 0,
      bus_state: "error-active",
      tec: 0,
      rec: 0,
    }));
  }

  addByHand(fault: Fault): void {
    this.#byHand.set(fault.id, fault);
  }

  forgetByHand(fault: Fault): void {
    this.#byHand.delete(fault.id);
  }

  isByHand(id: string): boolean {
    return this.#byHand.has(id);
  }

  get hasHandFaults(): boolean {
    return this.#byHand.size > 0;
  }

  /** Share of the time so far in which the bus was busy, in per cent. */
  get busLoadPercent(): number {
    return percentOf(this.#busyNs, this.lastNs);
  }

  record(entry: RunRecord): void {
    this.lastNs = Math.max(this.lastNs, entry.time);
    switch (entry.type) {
      case "operation":
        this.#onOperation(entry.operation);
        break;
      case "fault":
        this.#onFault(entry);
        break;
      case "bus-state":
        this.#onBusState(entry);
        break;
      case "phase":
        this.#options.tell({ type: "phase", timeNs: entry.time, phase: entry.phase });
        break;
      case "violation": {
        const { time: timeNs, invariant, text } = entry;
        this.#options.tell({ type: "violation", timeNs, invariant, text });
        break;
      }
      case "teardown":
        this.isRestored &&= entry.step.ok;
        this.#options.tell({ type: "teardown", timeNs: entry.time, step: entry.step });
        break;
      case "statistics":
        this.bus = entry.bus;
        this.messages = entry.messages;
        this.#takeStatistics(entry);
        break;
      default:
      // The rest is for the judge.
    }
  }

  node(node: number, boot: number, timeNs: number, record: NodeRecord): void {
    const state = this.nodes[node];
    if (state === undefined) return;
    this.lastNs = Math.max(this.lastNs, timeNs);
    this.#areNodesChanged = true;
    if (record.event === "boot") {
      state.boots = boot;
      state.applied = 0;
    } else if (record.event === "commit") state.decided++;
    else if (record.event === "apply") state.applied += record.requests?.length ?? 0;
    else if (record.event === "expire") state.expired++;
  }

  frame(timeNs: number, frame: CanFrame): void {
    this.lastNs = Math.max(this.lastNs, timeNs);
    if (frame.error) this.#window.errorFrames++;
    else {
      const busyNs = bitsDurationNs(frameBits(frame), this.plan.bus);
      this.#busyNs += busyNs;
      this.#window.busyNs += busyNs;
      this.#window.frames++;
    }
  }

  /** Tells what has gathered since the last time. */
  tick(nowNs: number = this.lastNs): void {
    const { startNs, busyNs, frames, errorFrames } = this.#window;
    const windowNs = nowNs - startNs;
    if (windowNs > 0) {
      const loadPercent = percentOf(busyNs, windowNs);
      const load = { windowNs, loadPercent, frames, errorFrames };
      this.#options.tell({ type: "bus-load", timeNs: nowNs, ...load });
      this.#window = { startNs: nowNs, busyNs: 0, frames: 0, errorFrames: 0 };
    }
    if (!this.#areNodesChanged) return;
    this.#areNodesChanged = false;
    const nodes = this.nodes.map((node) => ({ ...node }));
    this.#options.tell({ type: "node-state", timeNs: nowNs, nodes });
  }

  #onOperation(operation: Operation): void {
    if (typeof operation.process === "number") {
      if (operation.type === "invoke") this.counts.issued++;
      else this.counts[operation.type]++;
    }
    this.#options.onOperation(operation);
  }

  #onFault(entry: FaultRecord): void {
    const { id, kind, target, action, effects, time: timeNs } = entry;
    const fault = this.#byHand.get(id) ?? this.plan.faults.find((each) => each.id === id);
    if (action === "inject") this.inForce.set(id, { id, kind, target, startNs: timeNs, fault });
    else if (action === "heal") this.inForce.delete(id);
    const byHand = this.isByHand(id);
    this.#options.tell({ type: "fault", timeNs, action, id, kind, target, effects, byHand });
    this.#noteStates();
  }

  #noteStates(): void {
    for (const state of this.nodes) {
      const kinds = [...this.inForce.values()].flatMap(({ fault, kind }) => {
        const isStruck = fault !== undefined && "nodes" in fault && isOn(fault, state.node_id);
        return isStruck ? [kind] : [];
      });
      state.is_byzantine = kinds.includes("byzantine");
      if (kinds.some((kind) => STOPS.has(kind))) state.state = "down";
      else state.state = kinds.includes("pause") ? "paused" : "running";
    }
    this.#areNodesChanged = true;
  }

  #onBusState(entry: Extract<RunRecord, { type: "bus-state" }>): void {
    const { node, state: bus_state, tec, rec, time: timeNs } = entry;
    this.#options.tell({ type: "bus-state", timeNs, node, state: bus_state, tec, rec });
    const struck = node === "host" ? undefined : this.nodes[node];
    if (struck === undefined) return;
    Object.assign(struck, { bus_state, tec, rec });
    this.#areNodesChanged = true;
  }

  #takeStatistics({ nodes }: Extract<RunRecord, { type: "statistics" }>): void {
    for (const { node, boots, decided, applied, expired, controller } of nodes) {
      const state = this.nodes[node];
      if (state === undefined) continue;
      Object.assign(state, { boots, decided, applied, expired });
      if (controller === undefined) continue;
      const { state: bus_state, tec, rec } = controller;
      Object.assign(state, { bus_state, tec, rec });
    }
    this.#areNodesChanged = true;
  }
}

function isOn({ nodes }: { readonly nodes: readonly number[] }, node: number): boolean {
  return nodes.includes(node);
}

/** In hundredths of a per cent. */
function percentOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.round((part * 10_000) / whole) / 100;
}
