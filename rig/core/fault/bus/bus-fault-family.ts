/**
 * All faults of a bus behind one family, and what the bus tells them: whoever listens to the bus
 * passes its events on. Healing brings back every controller that a fault has driven off the bus.
 */

import { STATION_LIMIT } from "../../can/acceptance.ts";
import type { ErrorState } from "../../can/error-confinement.ts";
import type { CanFrame } from "../../can/frame.ts";
import { BUS_FAULT_KINDS } from "../bus-faults.ts";
import type { Fault } from "../fault.ts";
import type { FaultFamily } from "../fault-family.ts";
import { ControllerFaults } from "./controller-faults.ts";
import type { BusFaultHost } from "./faulty-bus.ts";
import { FrameFaults } from "./frame-faults.ts";
import { PayloadFaults } from "./payload-faults.ts";
import { WireFaults } from "./wire-faults.ts";

export class BusFaults implements FaultFamily {
  readonly kinds = BUS_FAULT_KINDS;
  readonly #host: BusFaultHost;
  readonly #frames: FrameFaults;
  readonly #controllers: ControllerFaults;
  readonly #wire: WireFaults;
  readonly #payloads: PayloadFaults;
  #inForce = 0;

  constructor(host: BusFaultHost) {
    this.#host = host;
    this.#frames = new FrameFaults(host);
    this.#controllers = new ControllerFaults(host);
    this.#wire = new WireFaults(host);
    this.#payloads = new PayloadFaults(host);
  }

  inject(fault: Fault): void {
    this.#inForce++;
    for (const part of this.#parts()) part.inject(fault);
  }

  heal(fault: Fault): void {
    this.#inForce--;
    for (const part of this.#parts()) part.heal(fault);
    const { bus, nowNs } = this.#host;
    for (let station = 0; station < STATION_LIMIT; station++) {
      if (bus.errorState(station).state === "bus-off") bus.restart(station, nowNs());
    }
  }

  observed(sender: number, frame: CanFrame): void {
    if (this.#inForce === 0) return;
    this.#controllers.observed(sender, frame);
    this.#wire.observed(sender);
  }

  errorFrame(): void {
    if (this.#inForce === 0) return;
    this.#frames.errorFrame();
    this.#wire.errorFrame();
  }

  busState(station: number, state: ErrorState): void {
    if (this.#inForce > 0) this.#controllers.busState(station, state);
  }

  aborted(sender: number): void {
    if (this.#inForce === 0) return;
    this.#frames.aborted();
    this.#controllers.aborted(sender);
  }

  /** The frame as this receiver gets it. */
  seen(sender: number, receiver: number, frame: CanFrame): CanFrame {
    return this.#inForce === 0 ? frame : this.#payloads.seen(sender, receiver, frame);
  }

  /** Whether the node's controller refuses to send the frame. */
  refuses(node: number, frame: CanFrame): boolean {
    return this.#inForce > 0 && frame.fd && this.#controllers.isClassic(node);
  }

  #parts(): readonly Pick<FaultFamily, "inject" | "heal">[] {
    const frames = {
      inject: (fault: Fault) => void this.#frames.inject(fault),
      heal: (fault: Fault) => this.#frames.heal(fault),
    };
    return [frames, this.#controllers, this.#wire, this.#payloads];
  }
}
