/** Faults that switch the supply of simulated nodes off and on in time. */

import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import { POWER_FAULT_KINDS } from "../core/fault/power-faults.ts";
import { isPowerFault, type PowerStep, powerSteps } from "../core/fault/power-steps.ts";
import type { StoppableNodes } from "./stop-faults.ts";

interface SwitchedNodes extends Pick<StoppableNodes, "stop" | "release"> {
  /** Does something later. */
  after(delayNs: number, act: () => void): void;
}

export class PowerFaults implements FaultFamily {
  readonly kinds = POWER_FAULT_KINDS;
  readonly #seed: number;
  readonly #nodes: SwitchedNodes;
  readonly #count: (fault: Fault) => void;
  readonly #active = new Set<Fault>();

  constructor(seed: number, nodes: SwitchedNodes, count: (fault: Fault) => void) {
    this.#seed = seed;
    this.#nodes = nodes;
    this.#count = count;
  }

  inject(fault: Fault): void {
    if (!isPowerFault(fault)) return;
    this.#active.add(fault);
    this.#goOn(fault, powerSteps(fault, this.#seed), 0);
  }

  heal(fault: Fault): void {
    this.#active.delete(fault);
    if (isPowerFault(fault)) for (const node of fault.nodes) this.#nodes.release(node, fault);
  }

  /** Takes the steps that are due, `elapsedNs` into the fault, and waits for the next one. */
  #goOn(fault: Fault, steps: Iterator<PowerStep>, elapsedNs: number): void {
    for (let next = steps.next(); next.done !== true; next = steps.next()) {
      const step = next.value;
      if (step.atNs > elapsedNs) {
        this.#nodes.after(step.atNs - elapsedNs, () => {
          if (!this.#active.has(fault)) return;
          this.#take(fault, step);
          this.#goOn(fault, steps, step.atNs);
        });
        return;
      }
      this.#take(fault, step);
    }
  }

  #take(fault: Fault, { nodes, hasPower }: PowerStep): void {
    for (const node of nodes) {
      if (hasPower) this.#nodes.release(node, fault);
      else if (this.#nodes.stop(node, fault)) this.#count(fault);
    }
  }
}
