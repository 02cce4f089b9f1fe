/**
 * The userspace bus of levels `process` and `vcan`: the bus model in virtual time, held to the
 * machine's clock, with the faults that the simulation has on its bus. At each tick it makes good
 * what is due until now; node processes send and receive over sockets.
 *
 * Does not model: times shorter than a tick (about a millisecond), so its latencies are never
 * compared with the simulation's; receive buffers of controllers.
 */

import { type BusListener, HOST_STATION } from "../../core/can/bus.ts";
import type { ErrorCounters, ErrorState } from "../../core/can/error-confinement.ts";
import type { ErrorDetail } from "../../core/can/error-frame.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import { SegmentedBus } from "../../core/can/segmented-bus.ts";
import type { Fault } from "../../core/fault/fault.ts";
import { EffectCounts } from "../../core/fault/fault-family.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { BusStatistics, ControllerStatistics } from "../../core/run/evidence.ts";
import { EventHeap } from "../../core/time/event-heap.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { NODE_FILTERS, RESIDENT_FILTERS, sourceOfId } from "../../core/wire/identifier.ts";
import type { OnBusState } from "../../ports/can-bus.ts";
import type { Clock } from "../../ports/clock.ts";
import { HUB_FAULT_KINDS, HubFaults, type HubSupply } from "./hub-faults.ts";
import { HubTally } from "./hub-tally.ts";

/** What the hub tells a node, or whoever stands for it. */
export interface HubNode {
  frame(frame: CanFrame): void;
  transmitted(token: number): void;
  aborted(token: number): void;
  /** The error state of the node's controller changed. */
  busState(counters: ErrorCounters): void;
  /** An error frame was on the bus: only controllers that report errors tell their programs. */
  errorFrame(frame: CanFrame): void;
}

export interface HubOptions {
  readonly plan: Pick<RunPlan, "seed" | "nodes" | "bus" | "residents">;
  /** Frames of one node stay in their order: it takes them for sent before the bus has them. */
  readonly isInOrder?: boolean;
  readonly clock: Clock;
  readonly supply?: HubSupply;
}

const TICK_MS = 1;
/**
 * How long it may work at what is due before others get their turn. A bus that brings more than
 * this machine can carry, such as a frame that nobody acknowledges, is slower than a real one.
 */
const TURN_NS = 8 * NS_PER_MS;
/** Between two looks at the clock meanwhile. */
const EVENTS_A_LOOK = 16;
/**
 * Error-passive senders wait for so long before they repeat a frame: protocol timers are ten times
 * longer here, and programs read some thousand frames a second, not as many as a bus can carry.
 */
const SUSPEND_BITS = 1_500;
/** Frames that a controller's driver holds, however long the bus is of no use. */
const QUEUE_CAPACITY = 16_384;

export class BusHub implements BusListener {
  readonly faultKinds = HUB_FAULT_KINDS;
  readonly #clock: Clock;
  readonly #bus: SegmentedBus;
  readonly #faults: HubFaults;
  readonly #onEffect = new Map<string, () => void>();
  readonly #effects = new EffectCounts((fault) => this.#onEffect.get(fault.id)?.());
  readonly #nodes = new Map<number, HubNode>();
  readonly #nodeCount: number;
  readonly #comesBack: boolean;
  readonly #listeners = new Set<(frame: CanFrame, timeNs: number) => void>();
  readonly #stateListeners = new Set<OnBusState>();
  readonly #late = new EventHeap<() => void>();
  readonly #tally = new HubTally();
  #timer: NodeJS.Timeout | null = null;
  #nowNs = 0;
  /** How far the bus is behind the clock, for want of time. */
  #behindNs = 0;
  #isClosed = false;

  constructor({ plan, clock, supply, isInOrder = false }: HubOptions) {
    this.#clock = clock;
    this.#nodeCount = plan.nodes;
    this.#comesBack = plan.bus.busOffRestartNs !== undefined;
    this.#bus = new SegmentedBus(
      {
        ...plan.bus,
        stations: [HOST_STATION],
        queueCapacity: QUEUE_CAPACITY,
        suspendBits: SUSPEND_BITS,
        ...(isInOrder ? { mailboxes: 1 } : {}),
      },
      this,
    );
    const filters = plan.residents === undefined ? NODE_FILTERS : RESIDENT_FILTERS;
    for (let node = 0; node < plan.nodes; node++) this.#bus.setAcceptance(node, filters);
    this.#faults = new HubFaults({
      seed: plan.seed,
      nodes: plan.nodes,
      rates: plan.bus,
      bus: this.#bus,
      supply: supply ?? { cut: () => false, restore() {} },
      count: (fault) => this.#effects.count(fault),
      nowNs: () => this.#nowNs,
      after: (delayNs, act) => this.#late.push(this.#nowNs + delayNs, act),
    });
  }

  /** Puts a node on the bus, with its controller as after a reset if it was off the bus before. */
  attach(node: number, peer: HubNode): void {
    this.#catchUp();
    this.#nodes.set(node, peer);
    if (!this.#bus.isAttached(node)) this.#bus.attach(node, this.#nowNs);
    // A program that starts sets its controller up anew.
    if (this.#bus.errorState(node).state === "bus-off") this.#bus.restart(node, this.#nowNs);
    this.#plan();
  }

  knows(node: number): boolean {
    return this.#nodes.has(node);
  }

  /** The program is gone; its controller goes on sending what it was given, and acknowledges. */
  forget(node: number, peer: HubNode): void {
    if (this.#nodes.get(node) === peer) this.#nodes.delete(node);
  }

  /** The supply is gone: waiting frames are lost, the one on the wire is destroyed. */
  detach(node: number): void {
    this.#catchUp();
    this.#nodes.delete(node);
    if (this.#bus.isAttached(node)) this.#bus.detach(node, this.#nowNs);
    this.#plan();
  }

  /** False, and counted as dropped, when there is no room for the frame. */
  send(station: number, frame: CanFrame, token: number): boolean {
    if (!this.#isClosed) this.#catchUp();
    // Its controller has no idea of such frames, or lost its supply just before its program does:
    // as if it had been given none.
    const isRefused = !this.#bus.isAttached(station) || this.#faults.refuses(station, frame);
    if (station !== HOST_STATION && isRefused) return true;
    const isSent = !this.#isClosed && this.#bus.send(station, frame, token, this.#nowNs);
    if (!isSent) this.#tally.dropped++;
    this.#plan();
    return isSent;
  }

  /** Someone lost a frame for want of room: the record is not whole. */
  countDropped(): void {
    this.#tally.dropped++;
  }

  listen(onFrame: (frame: CanFrame, timeNs: number) => void): () => void {
    if (!this.#isClosed) this.#listeners.add(onFrame);
    return () => this.#listeners.delete(onFrame);
  }

  listenStates(onState: OnBusState): () => void {
    if (!this.#isClosed) this.#stateListeners.add(onState);
    return () => this.#stateListeners.delete(onState);
  }

  inject(fault: Fault, onEffect: () => void): void {
    this.#catchUp();
    this.#onEffect.set(fault.id, onEffect);
    this.#faults.inject(fault);
    this.#plan();
  }

  heal(fault: Fault): number {
    this.#catchUp();
    this.#faults.heal(fault);
    this.#plan();
    return this.#effects.of(fault);
  }

  /** Of the rig's own controller; one that comes back by itself is not off for good. */
  hostState(): ErrorState {
    const { state } = this.#bus.errorState(HOST_STATION);
    return state === "bus-off" && this.#comesBack ? "error-passive" : state;
  }

  controller(node: number): ControllerStatistics {
    return this.#tally.controller(node, this.#bus.errorState(node));
  }

  counters(): BusStatistics {
    return this.#tally.statistics(this.#bus.counters);
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#stateListeners.clear();
    this.#nodes.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  delivered(receiver: number, frame: CanFrame): void {
    if (receiver >= this.#nodeCount) return;
    this.#tally.delivered++;
    const seen = this.#faults.seen(sourceOfId(frame.id), receiver, frame);
    this.#nodes.get(receiver)?.frame(seen);
  }

  transmitted(sender: number, token: number): void {
    if (this.#faults.transmitted(sender, token)) return;
    this.#nodes.get(sender)?.transmitted(token);
  }

  observed(sender: number, frame: CanFrame, timeNs: number): void {
    this.#tally.observed(sender, frame);
    const atNs = timeNs + this.#behindNs;
    for (const listener of this.#listeners) listener(frame, atNs);
    this.#faults.observed(sender, frame);
  }

  delayed(receiver: number, frame: CanFrame, atNs: number): void {
    this.#late.push(atNs, () => this.delivered(receiver, frame));
  }

  withheld(sender: number, receiver: number): void {
    this.#tally.withheld++;
    this.#faults.withheld(sender, receiver);
  }

  aborted(sender: number, token: number): void {
    if (this.#faults.aborted(sender, token)) return;
    this.#nodes.get(sender)?.aborted(token);
  }

  busState(station: number, counters: ErrorCounters, timeNs: number): void {
    const isHost = station === HOST_STATION;
    if (isHost || station < this.#nodeCount) {
      this.#tally.busState(station, counters.state);
      this.#nodes.get(station)?.busState(counters);
      for (const listener of this.#stateListeners) {
        listener(isHost ? "host" : station, counters, timeNs + this.#behindNs);
      }
    }
    this.#faults.busState(station, counters.state);
  }

  errorFrame(timeNs: number, { frame }: ErrorDetail): void {
    const atNs = timeNs + this.#behindNs;
    for (const listener of this.#listeners) listener(frame, atNs);
    for (const node of this.#nodes.values()) node.errorFrame(frame);
    this.#faults.errorFrame();
  }

  /** Makes good what was due until now, each thing at its own time. */
  #catchUp(): void {
    const startNs = this.#clock.nowNs();
    let untilNs = startNs - this.#behindNs;
    for (let events = 1; ; events++) {
      const nextNs = Math.min(this.#bus.nextNs(), this.#late.nextNs());
      if (nextNs > untilNs) break;
      if (events % EVENTS_A_LOOK === 0 && this.#clock.nowNs() - startNs > TURN_NS) {
        this.#behindNs += untilNs - nextNs;
        untilNs = nextNs;
        break;
      }
      this.#nowNs = nextNs;
      if (this.#late.nextNs() <= this.#bus.nextNs()) this.#late.pop()();
      else this.#bus.advance(nextNs);
    }
    this.#nowNs = untilNs;
  }

  #plan(): void {
    const nextNs = Math.min(this.#bus.nextNs(), this.#late.nextNs());
    if (this.#isClosed || this.#timer !== null || nextNs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(TICK_MS, Math.ceil((nextNs - this.#nowNs) / NS_PER_MS));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#catchUp();
      this.#plan();
    }, delayMs);
  }
}
