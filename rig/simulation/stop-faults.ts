/** Faults that stop nodes of a simulated cluster: crash, power cut, pause. */

import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import { STOP_FAULT_KINDS } from "../core/fault/stop-faults.ts";

/** What stopping nodes asks of the cluster. */
export interface StoppableNodes {
  /** False when the node was not running. */
  stop(node: number, fault: Fault): boolean;
  pause(node: number, fault: Fault): void;
  /** Boots the node if this fault stopped it, resumes it if this fault paused it. */
  release(node: number, fault: Fault): void;
}

export class StopFaults implements FaultFamily {
  readonly kinds = STOP_FAULT_KINDS;
  readonly #nodes: StoppableNodes;
  readonly #count: (fault: Fault) => void;

  constructor(nodes: StoppableNodes, count: (fault: Fault) => void) {
    this.#nodes = nodes;
    this.#count = count;
  }

  inject(fault: Fault): void {
    for (const node of struckBy(fault)) {
      if (fault.kind === "pause") this.#nodes.pause(node, fault);
      else if (this.#nodes.stop(node, fault)) this.#count(fault);
    }
  }

  heal(fault: Fault): void {
    for (const node of struckBy(fault)) this.#nodes.release(node, fault);
  }
}

function struckBy(fault: Fault): readonly number[] {
  return "nodes" in fault ? fault.nodes : [];
}
