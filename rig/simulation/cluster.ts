/**
 * A simulated cluster: protocol cores on the bus model, each with storage and power, and the
 * host's channel. It advances in virtual time, one event at a time; whoever drives it decides
 * what the host does. The level `sim` is this and nothing else.
 *
 * Does not model: the time that a node's program takes to compute, but where a fault says how long;
 * anything electrical.
 */

import { type BusListener, HOST_STATION } from "../core/can/bus.ts";
import type { ErrorCounters } from "../core/can/error-confinement.ts";
import type { ErrorDetail } from "../core/can/error-frame.ts";
import type { CanFrame } from "../core/can/frame.ts";
import { SegmentedBus } from "../core/can/segmented-bus.ts";
import type { NodeEffect, NodeEvent } from "../core/consensus/node-core.ts";
import { BusFaults } from "../core/fault/bus/bus-fault-family.ts";
import { LogicalFaults } from "../core/fault/bus/logical-bus-faults.ts";
import { TrafficFaults } from "../core/fault/bus/traffic-bus-faults.ts";
import type { Fault, FaultKind } from "../core/fault/fault.ts";
import { EffectCounts, type FaultFamily } from "../core/fault/fault-family.ts";
import { describeTarget } from "../core/fault/target.ts";
import type { NodeHistoryRecord } from "../core/history/node-history.ts";
import { InvariantObserver } from "../core/invariant/observer.ts";
import { byzantineAmong, byzantineWithin, facedFaults } from "../core/plan/adversity.ts";
import type { ResidentCommand } from "../core/resident/resident-command.ts";
import type { ControllerStatistics } from "../core/run/evidence.ts";
import type { RunRecord, RunSink } from "../core/run/record.ts";
import { EventHeap } from "../core/time/event-heap.ts";
import {
  HOST_FILTERS,
  NODE_FILTERS,
  RESIDENT_FILTERS,
  sourceOfId,
} from "../core/wire/identifier.ts";
import { BusTally } from "./bus-tally.ts";
import { ClockFaults } from "./clock-faults.ts";
import { ControllerFaults } from "./controller-faults.ts";
import { HostRequests } from "./host-requests.ts";
import type { NodeClock } from "./node-clock.ts";
import { PowerFaults } from "./power-faults.ts";
import { isPowerLoss, SimulatedNode } from "./simulated-node.ts";
import { StopFaults } from "./stop-faults.ts";
import { NodeStorage, type StoreWrite } from "./storage.ts";
import { StorageFaultFamily } from "./storage-fault-family.ts";
import { type StorageFault, StorageFaults } from "./storage-faults.ts";
import { type TraitorMaking, traitorFaults } from "./traitors.ts";
import { TwinFaults } from "./twin-faults.ts";

/** Frames that a controller's driver holds, however long the bus is of no use. */
const QUEUE_CAPACITY = 16_384;
/** Events that a paused node's controller and timers hold for it. */
const HELD_MAX = 65_536;

type WorldEvent =
  | {
      readonly kind: "timer";
      readonly node: number;
      readonly timer: number;
      readonly setting: number;
    }
  | { readonly kind: "stored"; readonly node: number; readonly write: StoreWrite }
  | { readonly kind: "cut"; readonly node: number; readonly fault: StorageFault }
  | { readonly kind: "act"; readonly act: () => void }
  | { readonly kind: "late"; readonly receiver: number; readonly frame: CanFrame };

export interface ClusterOptions extends TraitorMaking {
  readonly sink: RunSink;
  /** A frame arrived on the host's channel. */
  readonly onHostFrame: (frame: CanFrame, timeNs: number) => void;
  /** A client that lives on a node wrote a record. */
  readonly onHistory?: (record: NodeHistoryRecord) => void;
}

export class Cluster implements BusListener {
  readonly #options: ClusterOptions;
  readonly #heap = new EventHeap<WorldEvent>();
  readonly #bus: SegmentedBus;
  readonly #nodes: SimulatedNode[];
  readonly #effects = new EffectCounts((fault) => this.#recordEffect(fault));
  readonly #busFaults: BusFaults;
  readonly #logicalFaults: LogicalFaults;
  readonly #storageFaults: StorageFaults;
  readonly #clockFaults: ClockFaults;
  readonly #trafficFaults: TrafficFaults;
  readonly #controllerFaults: ControllerFaults;
  readonly #twinFaults: TwinFaults;
  readonly #families: ReadonlyMap<FaultKind, FaultFamily>;
  readonly #observer: InvariantObserver;
  readonly #tally = new BusTally();
  readonly #hostRequests = new HostRequests();
  #nowNs = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { plan, makeNode } = options;
    const count = (fault: Fault) => this.#effects.count(fault);
    const time = {
      nowNs: () => this.#nowNs,
      after: (delayNs: number, act: () => void) => this.#after(delayNs, act),
    };
    const stations = Array.from({ length: plan.nodes }, (_, node) => node);
    this.#bus = new SegmentedBus(
      { ...plan.bus, stations: [...stations, HOST_STATION], queueCapacity: QUEUE_CAPACITY },
      this,
    );
    const filters = plan.residents === undefined ? NODE_FILTERS : RESIDENT_FILTERS;
    for (const node of stations) this.#bus.setAcceptance(node, filters);
    this.#bus.setAcceptance(HOST_STATION, HOST_FILTERS);
    this.#storageFaults = new StorageFaults(plan, count);
    this.#nodes = stations.map(
      (node) =>
        new SimulatedNode(makeNode(node), new NodeStorage(node, plan.storage, this.#storageFaults)),
    );
    this.#clockFaults = new ClockFaults(
      { adjust: (node, change) => this.#adjustClock(node, change) },
      count,
    );
    this.#trafficFaults = new TrafficFaults(
      { ...plan, rates: plan.bus, bus: this.#bus, ...time },
      count,
    );
    this.#controllerFaults = new ControllerFaults(
      this.#bus,
      {
        stop: (node, fault) => this.#stop(node, fault),
        release: (node, fault) => this.#release(node, fault),
        ...time,
        take: (node, frame) => this.#dispatch(node, { kind: "frame", frame }),
        overran: (node) => this.#node(node).countOverrun(),
      },
      count,
    );
    this.#busFaults = new BusFaults({
      ...plan,
      bus: this.#bus,
      count,
      nowNs: () => this.#nowNs,
      stop: (node, fault) => this.#stop(node, fault),
      release: (node, fault) => this.#release(node, fault),
    });
    this.#twinFaults = new TwinFaults(
      { plan, bus: this.#bus, makeNode, bootOf: (node) => this.#node(node).bootEvent(), ...time },
      count,
    );
    this.#logicalFaults = new LogicalFaults({ ...plan, bus: this.#bus }, count);
    this.#observer = new InvariantObserver(
      plan.nodes,
      (violation) => this.#record({ type: "violation", time: this.#nowNs, ...violation }),
      {
        unbound: byzantineWithin(plan.nodes, facedFaults(plan)),
        traitors: [...byzantineAmong(plan.nodes, facedFaults(plan))],
        isOnePhase: plan.protocol === "roj-a",
        workload: plan.workload.kind,
      },
    );
    this.#families = new Map(
      this.#makeFamilies(count).flatMap((family) => family.kinds.map((kind) => [kind, family])),
    );
  }

  #makeFamilies(count: (fault: Fault) => void): readonly FaultFamily[] {
    const nodes = {
      stop: (node: number, fault: Fault) => this.#stop(node, fault),
      pause: (node: number, fault: Fault) => this.#node(node).pause(fault),
      release: (node: number, fault: Fault) => this.#release(node, fault),
      after: (delayNs: number, act: () => void) => this.#after(delayNs, act),
      rest: (node: number) => this.#node(node).storage.rest(!this.isRunning(node)),
    };
    const held = { nodes: this.#nodes, observer: this.#observer, nowNs: () => this.#nowNs, count };
    return [
      this.#busFaults,
      this.#logicalFaults,
      new StopFaults(nodes, count),
      new StorageFaultFamily(this.#storageFaults, nodes),
      new PowerFaults(this.#options.plan.seed, nodes, count),
      this.#clockFaults,
      this.#trafficFaults,
      this.#controllerFaults,
      this.#twinFaults,
      ...traitorFaults(this.#options, held),
    ];
  }

  get nowNs(): number {
    return this.#nowNs;
  }

  /** All nodes get power for the first time. */
  start(): void {
    for (let node = 0; node < this.#nodes.length; node++) this.#boot(node);
  }

  /** Gives one node power, or starts its program again; nothing when it runs already. */
  boot(node: number): void {
    if (!this.isRunning(node)) this.#boot(node);
  }

  /** Whether the node's program was started and not stopped since; also while it is paused. */
  isRunning(node: number): boolean {
    return this.#node(node).isOn;
  }

  /** When the next thing happens by itself; infinity when nothing will. */
  nextNs(): number {
    return Math.min(this.#heap.nextNs(), this.#bus.nextNs());
  }

  /** Does the next thing. At one time nodes come before the bus, which needs all sends first. */
  advance(): void {
    const isBusNext = this.#heap.nextNs() > this.#bus.nextNs();
    this.#nowNs = this.nextNs();
    this.#observer.happens(this.#nowNs);
    if (isBusNext) {
      this.#bus.advance(this.#nowNs);
      return;
    }
    const event = this.#heap.pop();
    switch (event.kind) {
      case "act":
        event.act();
        break;
      case "late":
        this.delivered(event.receiver, event.frame);
        break;
      case "timer":
        if (this.#node(event.node).takeSetting(event.timer, event.setting)) {
          this.#dispatch(event.node, { kind: "timer", timer: event.timer });
        }
        break;
      case "stored":
        this.#onStored(event.node, event.write);
        break;
      case "cut":
        if (this.#storageFaults.isInForce(event.fault) && this.#stop(event.node, event.fault)) {
          this.#effects.count(event.fault);
        }
        break;
    }
  }

  /** Moves the clock to `timeNs`, at or before the next event, for what the host does then. */
  setTime(timeNs: number): void {
    this.#nowNs = timeNs;
  }

  /** The host sends a client's request. False, and counted as dropped, when there is no room. */
  sendFromHost(frame: CanFrame, request: readonly [client: number, request: number]): boolean {
    this.#observer.issued(request[0], request[1]);
    if (this.#hostRequests.waits(frame)) return true;
    const isSent = this.#bus.send(HOST_STATION, frame, 0, this.#nowNs);
    if (isSent) this.#hostRequests.sent(frame);
    else this.#tally.dropped++;
    return isSent;
  }

  /** Over the control line of the node: lost when its program doesn't run. */
  command(node: number, command: ResidentCommand): void {
    this.#dispatch(node, { kind: "command", command });
  }

  inject(fault: Fault): void {
    this.#families.get(fault.kind)?.inject(fault);
  }

  /** Ends the fault and returns how often it took effect. */
  heal(fault: Fault): number {
    this.#families.get(fault.kind)?.heal(fault);
    return this.#effects.of(fault);
  }

  statistics(): Extract<RunRecord, { type: "statistics" }> {
    const { frames, busyNs, errorFrames, outbid } = this.#bus.counters;
    return {
      type: "statistics",
      time: this.#nowNs,
      bus: { frames, busyNs: Math.round(busyNs), errorFrames, ...this.#tally.counts(outbid) },
      messages: this.#tally.messages(),
      nodes: this.#nodes.map((node, index) => node.statistics(index, this.#bus.errorState(index))),
      invariants: this.#observer.reports(),
      ...this.#observer.applied(),
    };
  }

  controller(node: number): ControllerStatistics {
    return this.#node(node).controller(this.#bus.errorState(node));
  }

  delivered(receiver: number, frame: CanFrame): void {
    if (receiver === HOST_STATION) {
      this.#options.onHostFrame(frame, this.#nowNs);
      return;
    }
    if (this.#isStranger(receiver)) {
      this.#twinFaults.delivered(receiver, frame);
      return;
    }
    this.#tally.delivered++;
    this.#tally.received(frame, (node) => this.#nodes[node]?.boots);
    const seen = this.#busFaults.seen(sourceOfId(frame.id), receiver, frame);
    if (this.#controllerFaults.receives(receiver, seen)) return;
    this.#dispatch(receiver, { kind: "frame", frame: seen });
  }

  transmitted(sender: number, token: number, frame: CanFrame): void {
    if (sender === HOST_STATION) this.#hostRequests.done(frame);
    else if (token > 0 && this.#isStranger(sender)) this.#twinFaults.transmitted(sender, token);
    else if (!this.#trafficFaults.transmitted(sender, token)) {
      this.#controllerFaults.transmitted(sender, token);
      this.#dispatch(sender, { kind: "transmitted", token });
    }
  }

  observed(sender: number, frame: CanFrame): void {
    this.#tally.observed(sender, frame);
    this.#observer.observed(frame);
    this.#busFaults.observed(sender, frame);
    this.#options.sink.frame(this.#nowNs, frame);
    this.#trafficFaults.observed(sender, frame);
  }

  delayed(receiver: number, frame: CanFrame, atNs: number): void {
    this.#heap.push(atNs, { kind: "late", receiver, frame });
  }

  withheld(sender: number, receiver: number): void {
    this.#tally.withheld++;
    this.#logicalFaults.withheld(sender, receiver);
  }

  busState(station: number, counters: ErrorCounters): void {
    const { state, tec, rec } = counters;
    this.#observer.errorCounters(station, counters);
    this.#tally.busState(station, state, this.#bus.waitingFrames(station));
    this.#trafficFaults.busState(station, state);
    if (this.#isStranger(station)) return;
    const node = station === HOST_STATION ? "host" : station;
    this.#record({ type: "bus-state", time: this.#nowNs, node, state, tec, rec });
    if (node !== "host") {
      this.#node(node).noteState(state);
      this.#dispatch(node, { kind: "bus-state", state, tec, rec });
    }
    this.#busFaults.busState(station, state);
  }

  errorFrame(_timeNs: number, { frame }: ErrorDetail): void {
    this.#options.sink.frame(this.#nowNs, frame);
    this.#busFaults.errorFrame();
  }

  aborted(sender: number, token: number, frame: CanFrame): void {
    this.#busFaults.aborted(sender);
    // The client of a request that the rig's channel gave up asks again.
    if (sender === HOST_STATION) this.#hostRequests.done(frame);
    else if (!this.#trafficFaults.aborted(sender, token) && !this.#isStranger(sender)) {
      this.#dispatch(sender, { kind: "aborted", token });
    }
  }

  #after(delayNs: number, act: () => void): void {
    this.#heap.push(this.#nowNs + delayNs, { kind: "act", act });
  }

  /** Stations that are neither a node nor the host belong to faults. */
  #isStranger(station: number): boolean {
    return station >= this.#nodes.length && station !== HOST_STATION;
  }

  #node(node: number): SimulatedNode {
    return this.#nodes[node] as SimulatedNode;
  }

  #boot(node: number): void {
    const state = this.#node(node);
    const event = state.boot();
    this.#bus.attach(node, this.#nowNs);
    // A program that starts sets its controller up anew.
    if (this.#bus.errorState(node).state === "bus-off") this.#bus.restart(node, this.#nowNs);
    this.#observer.restarted(node);
    this.#controllerFaults.booted(node);
    this.#dispatch(node, event);
    this.#observer.booted(node);
  }

  /** False when that did nothing; the node stays down until this fault has ended as well. */
  #stop(node: number, fault: Fault): boolean {
    const state = this.#node(node);
    const losesPower = state.hasPower && isPowerLoss(fault);
    const isStruck = state.isOn || losesPower;
    state.keepDown(fault, isStruck);
    if (isStruck) state.stop(losesPower, this.#nowNs);
    if (losesPower) this.#bus.detach(node, this.#nowNs);
    return isStruck;
  }

  /** Ends what the fault did to the node's program. */
  #release(node: number, fault: Fault): void {
    const state = this.#node(node);
    if (state.letGo(fault)) {
      if (state.isHeldDown) {
        for (const other of state.takeIdleHolds()) this.#effects.count(other);
      } else this.#boot(node);
    }
    for (const event of state.resume(fault)) this.#dispatch(node, event);
  }

  #onStored(node: number, write: StoreWrite): void {
    const { boots, storage } = this.#node(node);
    const result = storage.complete(write);
    if (result === null || write.boot !== boots) return;
    this.#dispatch(node, { kind: "stored", token: write.token, result });
  }

  #dispatch(node: number, event: NodeEvent): void {
    const state = this.#node(node);
    if (!state.isOn) return;
    if (state.pausedBy !== null) {
      if (!state.hold(event, HELD_MAX)) this.#tally.dropped++;
      this.#effects.count(state.pausedBy);
      return;
    }
    this.#clockFaults.handled(node);
    // Clients that live on the node take replies whenever they were sent.
    const isStale = event.kind === "frame" && this.#observer.isStale(node, event.frame);
    const effects = state.core.step(event, state.clock.localNs(this.#nowNs));
    if (isStale && this.#options.plan.residents === undefined) this.#observer.moved(node, effects);
    for (let index = 0; index < effects.length; index++) {
      this.#perform(node, state, effects[index] as NodeEffect);
    }
  }

  #perform(node: number, state: SimulatedNode, effect: NodeEffect): void {
    switch (effect.kind) {
      case "send":
        if (this.#busFaults.refuses(node, effect.frame)) break;
        if (!this.#bus.send(node, effect.frame, effect.token, this.#nowNs)) this.#tally.dropped++;
        this.#controllerFaults.sent(node, effect.token, effect.frame);
        break;
      case "set-timer": {
        const dueNs = state.clock.localNs(this.#nowNs) + Math.round(effect.delayNs);
        this.#setTimer(node, effect.timer, dueNs);
        break;
      }
      case "clear-timer":
        state.setTimer(effect.timer);
        break;
      case "persist": {
        const write = state.storage.begin(effect, state.boots, this.#nowNs);
        this.#heap.push(write.endNs, { kind: "stored", node, write });
        if (this.#storageFaults.isIdle) break;
        const cut = this.#storageFaults.cutIn(node, write);
        if (cut !== null) this.#heap.push(cut.atNs, { kind: "cut", node, fault: cut.fault });
        break;
      }
      case "truncate":
        state.storage.truncate(state.boots, effect.token);
        break;
      case "trace":
        state.count(effect.record);
        this.#tally.noted(node, effect.record);
        this.#observer.node(node, effect.record);
        this.#options.sink.node(node, state.boots, this.#nowNs, effect.record);
        break;
      case "history":
        if (effect.record.request !== undefined) this.#observer.issued(...effect.record.request);
        this.#options.onHistory?.(effect.record);
        break;
    }
  }

  /** `dueNs` on the node's own clock. */
  #setTimer(node: number, timer: number, dueNs: number): void {
    const state = this.#node(node);
    const setting = state.setTimer(timer, dueNs);
    const atNs = state.clock.runNs(dueNs, this.#nowNs);
    this.#heap.push(atNs, { kind: "timer", node, timer, setting });
  }

  #adjustClock(node: number, change: (clock: NodeClock, nowNs: number) => void): void {
    const state = this.#node(node);
    change(state.clock, this.#nowNs);
    state.timersDueNs.forEach((dueNs, timer) => {
      if (dueNs < Number.POSITIVE_INFINITY) this.#setTimer(node, timer, dueNs);
    });
  }

  #recordEffect(fault: Fault): void {
    const { id, kind } = fault;
    const target = describeTarget(fault);
    const time = this.#nowNs;
    this.#record({ type: "fault", time, action: "effect", id, kind, target, effects: 1 });
  }

  #record(entry: RunRecord): void {
    this.#options.sink.record(entry);
  }
}
