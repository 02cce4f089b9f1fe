/**
 * The userspace bus of level `process`: the bus model in virtual time, held to the machine's clock.
 * At each tick it makes good what is due until now; node processes send and receive over sockets.
 *
 * Does not model: times shorter than a tick (about a millisecond), so its latencies are never
 * compared with the simulation's; receive buffers of controllers.
 */

import { type BusListener, BusModel, HOST_STATION } from "../../core/can/bus.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import { LogicalFaults } from "../../core/fault/bus/logical-bus-faults.ts";
import type { Fault } from "../../core/fault/fault.ts";
import { EffectCounts } from "../../core/fault/fault-family.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { BusStatistics } from "../../core/run/evidence.ts";
import { EventHeap } from "../../core/time/event-heap.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { NODE_FILTERS } from "../../core/wire/identifier.ts";
import type { Clock } from "../../ports/clock.ts";

/** What the hub tells a node, or whoever stands for it. */
export interface HubNode {
  frame(frame: CanFrame): void;
  transmitted(token: number): void;
  aborted(token: number): void;
}

export interface HubOptions {
  readonly plan: Pick<RunPlan, "seed" | "nodes" | "bus">;
  readonly clock: Clock;
}

const TICK_MS = 1;

export class BusHub implements BusListener {
  readonly faultKinds = ["partition", "loss", "delay"] as const;
  readonly #clock: Clock;
  readonly #bus: BusModel;
  readonly #faults: LogicalFaults;
  readonly #onEffect = new Map<string, () => void>();
  readonly #effects = new EffectCounts((fault) => this.#onEffect.get(fault.id)?.());
  readonly #nodes = new Map<number, HubNode>();
  readonly #listeners = new Set<(frame: CanFrame, timeNs: number) => void>();
  readonly #late = new EventHeap<{ readonly receiver: number; readonly frame: CanFrame }>();
  #timer: NodeJS.Timeout | null = null;
  #nowNs = 0;
  #isClosed = false;
  #delivered = 0;
  #withheld = 0;
  #dropped = 0;

  constructor({ plan, clock }: HubOptions) {
    this.#clock = clock;
    const nodes = Array.from({ length: plan.nodes }, (_, node) => node);
    this.#bus = new BusModel({ ...plan.bus, stations: [HOST_STATION] }, this);
    for (const node of nodes) this.#bus.setAcceptance(node, NODE_FILTERS);
    this.#faults = new LogicalFaults({ ...plan, bus: this.#bus }, (fault) =>
      this.#effects.count(fault),
    );
  }

  /** Puts a node on the bus, with its controller as after a reset if it was off the bus before. */
  attach(node: number, peer: HubNode): void {
    this.#catchUp();
    this.#nodes.set(node, peer);
    if (!this.#bus.isAttached(node)) this.#bus.attach(node, this.#nowNs);
    this.#plan();
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
    const isSent = !this.#isClosed && this.#bus.send(station, frame, token, this.#nowNs);
    if (!isSent) this.#dropped++;
    this.#plan();
    return isSent;
  }

  /** Someone lost a frame for want of room: the record is not whole. */
  countDropped(): void {
    this.#dropped++;
  }

  listen(onFrame: (frame: CanFrame, timeNs: number) => void): () => void {
    if (!this.#isClosed) this.#listeners.add(onFrame);
    return () => this.#listeners.delete(onFrame);
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

  counters(): BusStatistics {
    const { frames, busyNs, errorFrames } = this.#bus.counters;
    return {
      frames,
      busyNs: Math.round(busyNs),
      delivered: this.#delivered,
      withheld: this.#withheld,
      dropped: this.#dropped,
      // Nothing here makes errors: every controller stays error-active.
      errorFrames,
      busOffs: 0,
      duplicates: 0,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#nodes.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  delivered(receiver: number, frame: CanFrame): void {
    if (receiver === HOST_STATION) return;
    this.#delivered++;
    this.#nodes.get(receiver)?.frame(frame);
  }

  transmitted(sender: number, token: number): void {
    this.#nodes.get(sender)?.transmitted(token);
  }

  observed(_sender: number, frame: CanFrame, timeNs: number): void {
    for (const listener of this.#listeners) listener(frame, timeNs);
  }

  delayed(receiver: number, frame: CanFrame, atNs: number): void {
    this.#late.push(atNs, { receiver, frame });
  }

  withheld(sender: number, receiver: number): void {
    this.#withheld++;
    this.#faults.withheld(sender, receiver);
  }

  aborted(sender: number, token: number): void {
    this.#nodes.get(sender)?.aborted(token);
  }

  busState(): void {
    // No fault of this level makes errors.
  }

  errorFrame(): void {
    // As above.
  }

  /** Makes good what was due until now, each thing at its own time. */
  #catchUp(): void {
    const untilNs = this.#clock.nowNs();
    for (;;) {
      const nextNs = Math.min(this.#bus.nextNs(), this.#late.nextNs());
      if (nextNs > untilNs) break;
      this.#nowNs = nextNs;
      if (this.#late.nextNs() <= this.#bus.nextNs()) {
        const { receiver, frame } = this.#late.pop();
        this.delivered(receiver, frame);
      } else this.#bus.advance(nextNs);
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
