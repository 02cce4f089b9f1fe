/**
 * The rig's channel to the simulated bus: sees each frame as the bus ends it, and puts logical
 * faults on deliveries.
 *
 * Does not model: a receive buffer of the rig's controller that overruns, its error counters (it
 * stays error-active), the time from the wire to the program.
 */

import type { ErrorState } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import type { Fault } from "../../core/fault/fault.ts";
import type { BusStatistics } from "../../core/run/evidence.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { SimulatedWorldState } from "./simulated-world-state.ts";

/** The cluster's own observer is not asked here, so it need not know whose request a frame is. */
const NO_REQUEST = [0, 0] as const;

export class SimulatedBus implements CanBus {
  readonly faultKinds = ["partition", "loss", "delay"] as const;
  readonly #state: SimulatedWorldState;
  readonly #endings = new Set<() => void>();
  #isClosed = false;
  #refused = 0;

  constructor(state: SimulatedWorldState) {
    this.#state = state;
  }

  send(frame: CanFrame): boolean {
    if (!this.#isClosed) return this.#state.cluster.sendFromHost(frame, NO_REQUEST);
    this.#refused++;
    return false;
  }

  listen(onFrame: (frame: CanFrame, timeNs: number) => void): () => void {
    if (this.#isClosed) return () => undefined;
    const end = this.#state.onFrame((timeNs, frame) => onFrame(frame, timeNs));
    this.#endings.add(end);
    return () => {
      end();
      this.#endings.delete(end);
    };
  }

  state(): ErrorState {
    return "error-active";
  }

  counters(): BusStatistics {
    const { bus } = this.#state.cluster.statistics();
    return { ...bus, dropped: bus.dropped + this.#refused };
  }

  async inject(fault: Fault, onEffect: () => void): Promise<void> {
    this.#state.inject(fault, onEffect);
  }

  async heal(fault: Fault): Promise<number> {
    return this.#state.cluster.heal(fault);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#endings) end();
    this.#endings.clear();
  }
}
