/** Brings storage faults into force in a simulated cluster and takes them out again. */

import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import { STORAGE_FAULT_KINDS } from "../core/fault/storage-faults.ts";
import type { StoppableNodes } from "./stop-faults.ts";
import type { StorageFault, StorageFaults } from "./storage-faults.ts";

interface NodesWithStores extends Pick<StoppableNodes, "release"> {
  /** Lets time work on what the node has stored. */
  rest(node: number): void;
}

export class StorageFaultFamily implements FaultFamily {
  readonly kinds = STORAGE_FAULT_KINDS;
  readonly #faults: StorageFaults;
  readonly #nodes: NodesWithStores;

  constructor(faults: StorageFaults, nodes: NodesWithStores) {
    this.#faults = faults;
    this.#nodes = nodes;
  }

  inject(fault: Fault): void {
    if (!isStorageFault(fault)) return;
    this.#faults.add(fault);
    for (const node of fault.nodes) this.#nodes.rest(node);
  }

  heal(fault: Fault): void {
    if (!isStorageFault(fault)) return;
    this.#faults.remove(fault);
    for (const node of fault.nodes) this.#nodes.release(node, fault);
  }
}

function isStorageFault(fault: Fault): fault is StorageFault {
  return STORAGE_FAULT_KINDS.some((kind) => kind === fault.kind);
}
