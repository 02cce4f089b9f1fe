/** The rig's own channel to the userspace hub, and the faults that the hub can make. */

import { HOST_STATION } from "../../core/can/bus.ts";
import type { ErrorState } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import type { Fault } from "../../core/fault/fault.ts";
import type { BusStatistics } from "../../core/run/evidence.ts";
import type { CanBus, OnBusState } from "../../ports/can-bus.ts";
import type { BusHub } from "./bus-hub.ts";

export class HubBus implements CanBus {
  readonly faultKinds;
  readonly #hub: BusHub;

  constructor(hub: BusHub) {
    this.#hub = hub;
    this.faultKinds = hub.faultKinds;
  }

  send(frame: CanFrame): boolean {
    return this.#hub.send(HOST_STATION, frame, 0);
  }

  listen(onFrame: (frame: CanFrame, timeNs: number) => void): () => void {
    return this.#hub.listen(onFrame);
  }

  state(): ErrorState {
    return this.#hub.hostState();
  }

  listenStates(onState: OnBusState): () => void {
    return this.#hub.listenStates(onState);
  }

  counters(): BusStatistics {
    return this.#hub.counters();
  }

  async inject(fault: Fault, onEffect: () => void): Promise<void> {
    this.#hub.inject(fault, onEffect);
  }

  async heal(fault: Fault): Promise<number> {
    return this.#hub.heal(fault);
  }

  async close(): Promise<void> {
    this.#hub.close();
  }
}
