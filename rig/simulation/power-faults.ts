/** Faults that switch the supply of simulated nodes off and on in time. */

import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import { POWER_FAULT_KINDS, type PowerFaultDetail } from "../core/fault/power-faults.ts";
import { Random } from "../core/random/random.ts";
import type { StoppableNodes } from "./stop-faults.ts";

type PowerFault = Extract<Fault, { kind: PowerFaultDetail["kind"] }>;
type OfKind<K extends PowerFault["kind"]> = Extract<PowerFault, { kind: K }>;

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
    this.#active.add(fault);
    if (fault.kind === "power-cycle") this.#cycle(fault);
    else if (fault.kind === "power-cycle-rolling") this.#roll(fault, 0);
    else if (fault.kind === "brown-out-all") this.#brownOut(fault);
  }

  heal(fault: Fault): void {
    this.#active.delete(fault);
    if (isPowerFault(fault)) for (const node of fault.nodes) this.#nodes.release(node, fault);
  }

  #cycle(fault: OfKind<"power-cycle">): void {
    for (const node of fault.nodes) this.#off(fault, node);
    this.#after(fault, fault.offNs, () => {
      for (const node of fault.nodes) this.#nodes.release(node, fault);
    });
    const { everyNs } = fault;
    if (everyNs !== undefined) this.#after(fault, everyNs, () => this.#cycle(fault));
  }

  #roll(fault: OfKind<"power-cycle-rolling">, turn: number): void {
    const node = fault.nodes[turn % fault.nodes.length] as number;
    this.#off(fault, node);
    this.#after(fault, fault.offNs, () => this.#nodes.release(node, fault));
    this.#after(fault, fault.offNs + fault.gapNs, () => this.#roll(fault, turn + 1));
  }

  #brownOut(fault: OfKind<"brown-out-all">): void {
    for (const node of fault.nodes) this.#off(fault, node);
    const order = Random.of(this.#seed, "power-fault", fault.id).shuffled(fault.nodes);
    order.forEach((node, index) => {
      const delayNs = fault.offNs + index * fault.staggerNs;
      this.#after(fault, delayNs, () => this.#nodes.release(node, fault));
    });
  }

  #off(fault: PowerFault, node: number): void {
    if (this.#nodes.stop(node, fault)) this.#count(fault);
  }

  #after(fault: PowerFault, delayNs: number, act: () => void): void {
    this.#nodes.after(delayNs, () => {
      if (this.#active.has(fault)) act();
    });
  }
}

function isPowerFault(fault: Fault): fault is PowerFault {
  return POWER_FAULT_KINDS.some((kind) => kind === fault.kind);
}
