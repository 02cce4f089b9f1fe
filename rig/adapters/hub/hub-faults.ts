/** The faults that the hub can put on its bus: those of the simulated bus, by the same families. */

import type { BitRates } from "../../core/can/bit-count.ts";
import type { ErrorState } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import type { SegmentedBus } from "../../core/can/segmented-bus.ts";
import { BusFaults } from "../../core/fault/bus/bus-fault-family.ts";
import { LogicalFaults } from "../../core/fault/bus/logical-bus-faults.ts";
import { TrafficFaults } from "../../core/fault/bus/traffic-bus-faults.ts";
import { BUS_FAULT_KINDS } from "../../core/fault/bus-faults.ts";
import type { Fault } from "../../core/fault/fault.ts";
import type { FaultFamily } from "../../core/fault/fault-family.ts";
import { LOGICAL_FAULT_KINDS } from "../../core/fault/logical-faults.ts";
import { TRAFFIC_FAULT_KINDS } from "../../core/fault/traffic-faults.ts";

export const HUB_FAULT_KINDS = [
  ...LOGICAL_FAULT_KINDS,
  ...TRAFFIC_FAULT_KINDS,
  ...BUS_FAULT_KINDS,
] as const;

/** The nodes' supply, for faults that cost a node its supply in the middle of a frame. */
export interface HubSupply {
  /** False when the node has none. */
  cut(node: number): boolean;
  restore(node: number): void;
}

export interface HubFaultOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly rates: BitRates;
  readonly bus: SegmentedBus;
  readonly supply: HubSupply;
  readonly count: (fault: Fault) => void;
  readonly nowNs: () => number;
  readonly after: (delayNs: number, act: () => void) => void;
}

export class HubFaults {
  readonly #logical: LogicalFaults;
  readonly #traffic: TrafficFaults;
  readonly #bus: BusFaults;
  readonly #families: readonly FaultFamily[];
  /** By node, the fault that took its supply. */
  readonly #cutBy = new Map<number, Fault>();

  constructor(options: HubFaultOptions) {
    const { supply, count } = options;
    this.#logical = new LogicalFaults(options, count);
    this.#traffic = new TrafficFaults(options, count);
    this.#bus = new BusFaults({
      ...options,
      stop: (node, fault) => {
        if (!supply.cut(node)) return false;
        options.bus.detach(node, options.nowNs());
        this.#cutBy.set(node, fault);
        return true;
      },
      release: (node, fault) => {
        if (this.#cutBy.get(node) !== fault) return;
        this.#cutBy.delete(node);
        supply.restore(node);
      },
    });
    this.#families = [this.#logical, this.#traffic, this.#bus];
  }

  inject(fault: Fault): void {
    for (const family of this.#families)
      if (family.kinds.includes(fault.kind)) family.inject(fault);
  }

  heal(fault: Fault): void {
    for (const family of this.#families) if (family.kinds.includes(fault.kind)) family.heal(fault);
  }

  /** Whether the node's controller refuses to send the frame. */
  refuses(node: number, frame: CanFrame): boolean {
    return this.#bus.refuses(node, frame);
  }

  /** The frame as this receiver gets it. */
  seen(sender: number, receiver: number, frame: CanFrame): CanFrame {
    return this.#bus.seen(sender, receiver, frame);
  }

  observed(sender: number, frame: CanFrame): void {
    this.#bus.observed(sender, frame);
    this.#traffic.observed(sender, frame);
  }

  withheld(sender: number, receiver: number): void {
    this.#logical.withheld(sender, receiver);
  }

  /** True when the frame is of a fault, and no business of a program. */
  transmitted(sender: number, token: number): boolean {
    return this.#traffic.transmitted(sender, token);
  }

  aborted(sender: number, token: number): boolean {
    this.#bus.aborted(sender);
    return this.#traffic.aborted(sender, token);
  }

  busState(station: number, state: ErrorState): void {
    this.#traffic.busState(station, state);
    this.#bus.busState(station, state);
  }

  errorFrame(): void {
    this.#bus.errorFrame();
  }
}
