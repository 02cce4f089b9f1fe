/**
 * The programs of the simulated nodes: protocol cores that the cluster starts, stops and holds.
 *
 * Does not model: the time that a program takes to start or to end, a program that ends by itself.
 */

import type { Fault } from "../../core/fault/fault.ts";
import type { ControllerStatistics } from "../../core/run/evidence.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { NodeControl, OnNodeRecord, ResidentControl } from "../../ports/node-control.ts";
import type { PowerSwitch } from "../../ports/power-switch.ts";
import type { SimulatedWorldState } from "./simulated-world-state.ts";

export class SimulatedNodes implements NodeControl {
  readonly faultKinds = ["crash", "pause"] as const;
  readonly #state: SimulatedWorldState;
  readonly #power: PowerSwitch;
  /** The last pause of each node until it is resumed, even if its program ended before. */
  readonly #pauses = new Map<number, { readonly fault: Fault; readonly stops: number }>();

  readonly residents: ResidentControl;

  constructor(state: SimulatedWorldState, power: PowerSwitch) {
    this.#state = state;
    this.#power = power;
    const { cluster } = state;
    this.residents = {
      command: (node, command) => cluster.command(node, command),
      listen: (onRecord) => state.onHistory((record) => onRecord(record, cluster.nowNs)),
    };
  }

  async boot(node: number, signal: AbortSignal): Promise<void> {
    const power = await this.#power.state(node, signal);
    if (power === "on") this.#state.cluster.boot(node);
    else {
      throw new RigError("rig.internal", `node ${node} can't boot: its power is ${power}`);
    }
  }

  async kill(node: number): Promise<boolean> {
    if (!this.#state.has(node) || !this.#state.cluster.isRunning(node)) return false;
    this.#state.strike("crash", node);
    return true;
  }

  async pause(node: number, onHeld: () => void): Promise<void> {
    const stops = this.#state.stops(node);
    if (!this.#state.cluster.isRunning(node) || this.#pauses.get(node)?.stops === stops) return;
    this.#pauses.set(node, { fault: this.#state.strike("pause", node, onHeld), stops });
  }

  async resume(node: number): Promise<number> {
    const pause = this.#pauses.get(node);
    if (pause === undefined) return 0;
    this.#pauses.delete(node);
    return this.#state.cluster.heal(pause.fault);
  }

  controller(node: number): ControllerStatistics {
    return this.#state.cluster.controller(node);
  }

  listen(onRecord: OnNodeRecord): () => void {
    return this.#state.onRecord(onRecord);
  }
}
