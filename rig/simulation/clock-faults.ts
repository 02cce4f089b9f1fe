/** Faults of the clocks of simulated nodes, in force and counted. */

import { CLOCK_FAULT_KINDS, type ClockFaultDetail } from "../core/fault/clock-faults.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import type { NodeClock } from "./node-clock.ts";

type ClockFault = Extract<Fault, { kind: ClockFaultDetail["kind"] }>;

interface NodesWithClocks {
  /** Changes a node's clock; its timers follow. */
  adjust(node: number, change: (clock: NodeClock, nowNs: number) => void): void;
}

export class ClockFaults implements FaultFamily {
  readonly kinds = CLOCK_FAULT_KINDS;
  readonly #nodes: NodesWithClocks;
  readonly #count: (fault: Fault) => void;
  #active: ClockFault[] = [];

  constructor(nodes: NodesWithClocks, count: (fault: Fault) => void) {
    this.#nodes = nodes;
    this.#count = count;
  }

  inject(fault: Fault): void {
    if (!isClockFault(fault)) return;
    this.#active.push(fault);
    if (fault.kind === "clock-drift") this.#setRates(fault);
    else {
      for (const node of fault.nodes) {
        this.#nodes.adjust(node, (clock) => clock.jump(fault.stepNs));
      }
    }
  }

  heal(fault: Fault): void {
    if (!isClockFault(fault)) return;
    this.#active = this.#active.filter((each) => each !== fault);
    if (fault.kind === "clock-drift") this.#setRates(fault);
  }

  /** The node handles an event now. */
  handled(node: number): void {
    for (const fault of this.#active) if (fault.nodes.includes(node)) this.#count(fault);
  }

  #setRates({ nodes }: ClockFault): void {
    for (const node of nodes) {
      const ppm = this.#active.reduce((sum, fault) => {
        const isOn = fault.kind === "clock-drift" && fault.nodes.includes(node);
        return isOn ? sum + fault.ppm : sum;
      }, 0);
      this.#nodes.adjust(node, (clock, nowNs) => clock.setRate(1 + ppm / 1e6, nowNs));
    }
  }
}

function isClockFault(fault: Fault): fault is ClockFault {
  return CLOCK_FAULT_KINDS.some((kind) => kind === fault.kind);
}
