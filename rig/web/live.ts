/** What the two streams have told of the live run, for views that look again at each frame. */

import type { CurrentRun, Envelope, NodeState, RunSummary } from "../core/api/index.ts";
import type { Operation } from "../core/history/operation.ts";
import type { BusStateChange } from "../core/run/bus-course.ts";
import { addRecorded, type FaultSpan, History } from "./operations.ts";

export interface Load {
  readonly timeMs: number;
  readonly percent: number;
  readonly errorFrames: number;
}

/** What the lane of the bus shows. */
export interface Bus {
  readonly loads: readonly Load[];
  readonly states: readonly BusStateChange[];
}

export const NO_BUS: Bus = { loads: [], states: [] };

type Progress = NonNullable<CurrentRun["progress"]>;

const NS_PER_MS = 1e6;

export class Live {
  history = new History();
  faults: FaultSpan[] = [];
  bus: { readonly loads: Load[]; readonly states: BusStateChange[] } = { loads: [], states: [] };
  nodes: readonly NodeState[] = [];
  run: RunSummary | null = null;
  progress: Progress | null = null;
  violations: string[] = [];
  isConnected = false;
  version = 0;
  readonly #listeners = new Set<() => void>();
  #isAnnounced = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): number => this.version;

  connected(isConnected: boolean): void {
    this.isConnected = isConnected;
    this.#changed();
  }

  operation(operation: Operation): void {
    // A new run begins at 0 again.
    if (operation.index === 0) this.history = new History();
    addRecorded(this.history, operation);
    this.#changed();
  }

  event(envelope: Envelope): void {
    const timeMs = envelope.timeNs / NS_PER_MS;
    if (envelope.type === "run-started") {
      this.clear();
      this.run = envelope.summary;
    } else if (envelope.type === "run-ended") {
      this.run = envelope.summary;
    } else if (envelope.type === "fault") {
      shade(this.faults, envelope, timeMs);
    } else if (envelope.type === "bus-load" || envelope.type === "bus-state") {
      noteBus(this.bus, envelope);
    } else if (envelope.type === "node-state") {
      this.nodes = envelope.nodes;
    } else if (envelope.type === "progress") {
      this.progress = envelope.progress;
    } else if (envelope.type === "violation") {
      this.violations = [...this.violations, `${envelope.invariant}: ${envelope.text}`];
    }
    this.#changed();
  }

  clear(): void {
    this.faults = [];
    this.bus = { loads: [], states: [] };
    this.nodes = [];
    this.progress = null;
    this.violations = [];
  }

  /** Views are told once in a frame, however much has come. */
  #changed(): void {
    this.version += 1;
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    window.requestAnimationFrame(() => {
      this.#isAnnounced = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

type FaultEvent = Extract<Envelope, { type: "fault" }>;

function shade(faults: FaultSpan[], event: FaultEvent, timeMs: number): void {
  const { action, id, kind, target } = event;
  if (action === "inject") faults.push({ id, kind, target, startMs: timeMs, endMs: null });
  if (action !== "heal") return;
  const struck = faults.find((fault) => fault.id === id && fault.endMs === null);
  if (struck !== undefined) struck.endMs = timeMs;
}

type BusEvent = Extract<Envelope, { type: "bus-load" | "bus-state" }>;

function noteBus({ loads, states }: Live["bus"], event: BusEvent): void {
  const { timeNs } = event;
  if (event.type === "bus-state") states.push({ timeNs, node: event.node, state: event.state });
  else {
    const { loadPercent: percent, errorFrames } = event;
    loads.push({ timeMs: timeNs / NS_PER_MS, percent, errorFrames });
  }
}

/** Faults and the bus of a run that is over, from the events of its folder. */
export function courseOf(events: readonly Envelope[]): { faults: FaultSpan[]; bus: Bus } {
  const faults: FaultSpan[] = [];
  const bus: Live["bus"] = { loads: [], states: [] };
  for (const event of events) {
    if (event.type === "fault") shade(faults, event, event.timeNs / NS_PER_MS);
    if (event.type === "bus-load" || event.type === "bus-state") noteBus(bus, event);
  }
  return { faults, bus };
}
