/**
 * The supply of the simulated nodes. At the start all are without power.
 *
 * Does not model: rails that drain slowly, inrush, a switch that sticks.
 */

import { assert } from "../../core/verdict/rig-error.ts";
import type { PowerState, PowerSwitch } from "../../ports/power-switch.ts";
import type { SimulatedWorldState } from "./simulated-world-state.ts";

export class SimulatedPower implements PowerSwitch {
  readonly #state: SimulatedWorldState;
  readonly #supplied = new Set<number>();

  constructor(state: SimulatedWorldState) {
    this.#state = state;
  }

  async on(node: number): Promise<void> {
    this.#turnOn(node);
  }

  async off(node: number): Promise<void> {
    this.#turnOff(node);
  }

  async cycle(node: number): Promise<void> {
    this.#turnOff(node);
    this.#turnOn(node);
  }

  async state(node: number): Promise<PowerState> {
    if (!this.#state.has(node)) return "unknown";
    return this.#supplied.has(node) ? "on" : "off";
  }

  #turnOn(node: number): void {
    assert(this.#state.has(node), `there is no node ${node} to give power to`);
    if (this.#supplied.has(node)) return;
    this.#supplied.add(node);
    this.#state.cluster.boot(node);
  }

  #turnOff(node: number): void {
    if (this.#supplied.delete(node)) this.#state.strike("power-cut", node);
  }
}
