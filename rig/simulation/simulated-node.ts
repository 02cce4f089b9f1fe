/**
 * One simulated node: its protocol core, storage, supply and timers, and what is held back while
 * it stands still. It only keeps state; the cluster makes things happen.
 */

import type { ErrorCounters, ErrorState } from "../core/can/error-confinement.ts";
import type { NodeCore, NodeEvent, NodeRecord } from "../core/consensus/node-core.ts";
import type { Fault, FaultKind } from "../core/fault/fault.ts";
import { POWER_FAULT_KINDS } from "../core/fault/power-faults.ts";
import type { ControllerStatistics, NodeStatistics } from "../core/run/evidence.ts";
import { TrustCounts } from "../core/run/trust-counts.ts";
import { NodeClock } from "./node-clock.ts";
import type { NodeStorage } from "./storage.ts";

export class SimulatedNode {
  core: NodeCore;
  readonly storage: NodeStorage;
  readonly clock = new NodeClock();
  /** By timer, which of its settings is the valid one. */
  readonly #settings: number[] = [];
  /** By timer, the local time at which it is due; infinity when it is not set. */
  readonly #dueNs: number[] = [];
  #held: NodeEvent[] = [];
  /** Faults that keep the node down until the last of them ends, and whether each had effect. */
  readonly #holds = new Map<Fault, boolean>();
  #isOn = false;
  #overruns = 0;
  #hasPower = true;
  #decided = 0;
  #applied = 0;
  #expired = 0;
  #passives = 0;
  #busOffs = 0;
  readonly trust = new TrustCounts();
  boots = 0;
  pausedBy: Fault | null = null;

  constructor(core: NodeCore, storage: NodeStorage) {
    this.core = core;
    this.storage = storage;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  get hasPower(): boolean {
    return this.#hasPower;
  }

  get isHeldDown(): boolean {
    return this.#holds.size > 0;
  }

  /** The boot event for the core. */
  boot(): NodeEvent {
    this.#isOn = true;
    this.#hasPower = true;
    this.#holds.clear();
    this.boots++;
    this.#decided = 0;
    this.#applied = 0;
    return this.bootEvent();
  }

  /** The event of its last boot, with what its storage holds now. */
  bootEvent(): NodeEvent {
    return { kind: "boot", incarnation: this.boots, ...this.storage.read() };
  }

  /** The node stays down at least until `letGo`. */
  keepDown(fault: Fault, hadEffect: boolean): void {
    this.#holds.set(fault, hadEffect);
  }

  /** False when the fault did not keep the node down. */
  letGo(fault: Fault): boolean {
    return this.#holds.delete(fault);
  }

  /** Faults that had no effect so far: by now, the node would be back without them. */
  takeIdleHolds(): readonly Fault[] {
    const idle = [...this.#holds].flatMap(([fault, hadEffect]) => (hadEffect ? [] : [fault]));
    for (const fault of idle) this.#holds.set(fault, true);
    return idle;
  }

  /** The program stops, or its supply goes, perhaps after it. */
  stop(losesPower: boolean, nowNs: number): void {
    const wasOn = this.#isOn;
    this.#isOn = false;
    this.pausedBy = null;
    this.#held = [];
    for (let timer = 0; timer < this.#settings.length; timer++) this.setTimer(timer);
    if (losesPower) {
      this.#hasPower = false;
      this.storage.powerCut(nowNs);
    }
    if (wasOn) this.storage.rest(true);
  }

  pause(fault: Fault): void {
    if (this.#isOn && this.pausedBy === null) this.pausedBy = fault;
  }

  /** What was held back, to be dispatched now. */
  resume(fault: Fault): readonly NodeEvent[] {
    if (this.pausedBy !== fault) return [];
    this.pausedBy = null;
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** False when there is no room for it. */
  hold(event: NodeEvent, capacity: number): boolean {
    if (this.#held.length >= capacity) return false;
    this.#held.push(event);
    return true;
  }

  /** Makes every earlier setting of the timer void and returns the new one; `dueNs` is local. */
  setTimer(timer: number, dueNs = Number.POSITIVE_INFINITY): number {
    const setting = (this.#settings[timer] ?? 0) + 1;
    this.#settings[timer] = setting;
    this.#dueNs[timer] = dueNs;
    return setting;
  }

  /** Whether this setting is the valid one; then the timer is not set any more. */
  takeSetting(timer: number, setting: number): boolean {
    if (this.#settings[timer] !== setting) return false;
    this.#dueNs[timer] = Number.POSITIVE_INFINITY;
    return true;
  }

  /** By timer, when it is due on the local clock; infinity when it is not set. */
  get timersDueNs(): readonly number[] {
    return this.#dueNs;
  }

  count(record: NodeRecord): void {
    if (record.event === "apply") {
      this.#decided++;
      this.#applied += record.requests?.length ?? 0;
    } else if (record.event === "snapshot") this.#decided = record.slot;
    else if (record.event === "expire") this.#expired++;
    else this.trust.note(record);
  }

  /** The node's controller came into another error state. */
  noteState(state: ErrorState): void {
    if (state === "error-passive") this.#passives++;
    else if (state === "bus-off") this.#busOffs++;
  }

  countOverrun(): void {
    this.#overruns++;
  }

  controller({ state, tec, rec }: ErrorCounters): ControllerStatistics {
    const counts = { state, tec, rec, passives: this.#passives, busOffs: this.#busOffs };
    return this.#overruns === 0 ? counts : { ...counts, overruns: this.#overruns };
  }

  statistics(node: number, counters: ErrorCounters): NodeStatistics {
    const { boots } = this;
    return {
      node,
      boots,
      decided: this.#decided,
      applied: this.#applied,
      expired: this.#expired,
      controller: this.controller(counters),
      ...this.trust.statistics(),
    };
  }
}

const POWER_LOSSES: ReadonlySet<FaultKind> = new Set([
  "power-cut",
  "power-cut-in-write",
  "omission",
  ...POWER_FAULT_KINDS,
]);

/** Whether the fault takes the node's supply away. */
export function isPowerLoss({ kind }: Fault): boolean {
  return POWER_LOSSES.has(kind);
}
