/**
 * Faults of the nodes' controllers: their counters are driven up, they are disabled, or set to a
 * mode that nobody asked for. A controller that works itself free is struck again while the fault
 * lasts.
 */

import type { ErrorState } from "../../can/error-confinement.ts";
import type { CanFrame } from "../../can/frame.ts";
import type { Fault } from "../fault.ts";
import type { BusFaultHost } from "./faulty-bus.ts";

const KINDS = ["error-passive", "silent-disable", "one-shot", "bus-off", "fd-intolerant-node"];

/** Error-passive for more than seventy good frames, and far from bus-off. */
const PASSIVE_TEC = 200;
const BUS_OFF_TEC = 256;

export class ControllerFaults {
  readonly #host: BusFaultHost;
  readonly #inForce = new Set<Fault>();

  constructor(host: BusFaultHost) {
    this.#host = host;
  }

  inject(fault: Fault): void {
    if (!KINDS.includes(fault.kind)) return;
    this.#inForce.add(fault);
    for (const node of nodesOf(fault)) this.#strike(fault, node);
  }

  heal(fault: Fault): void {
    if (!this.#inForce.delete(fault)) return;
    const { bus, nowNs } = this.#host;
    for (const node of nodesOf(fault)) {
      if (fault.kind === "one-shot") bus.setOneShot(node, false, nowNs());
      else if (fault.kind === "fd-intolerant-node") bus.clear(node, nowNs());
    }
  }

  busState(station: number, state: ErrorState): void {
    for (const fault of this.#of(station)) {
      if (fault.kind === "bus-off" && state === "bus-off") this.#host.count(fault);
      else if (state === "error-active" && isForcing(fault)) this.#strike(fault, station);
    }
  }

  observed(sender: number, { esi }: CanFrame): void {
    if (!esi) return;
    for (const fault of this.#of(sender)) {
      if (fault.kind === "error-passive") this.#host.count(fault);
    }
  }

  aborted(sender: number): void {
    for (const fault of this.#of(sender)) {
      if (fault.kind === "one-shot") this.#host.count(fault);
    }
  }

  /** Whether the station's controller has no idea of FD frames. */
  isClassic(station: number): boolean {
    if (this.#inForce.size === 0) return false;
    return this.#of(station).some(({ kind }) => kind === "fd-intolerant-node");
  }

  #strike(fault: Fault, node: number): void {
    const { bus, nowNs, count } = this.#host;
    switch (fault.kind) {
      case "error-passive":
        bus.forceErrorCounters(node, PASSIVE_TEC, 0, nowNs());
        break;
      case "silent-disable":
        if (!bus.isAttached(node) || bus.errorState(node).state === "bus-off") break;
        bus.forceErrorCounters(node, BUS_OFF_TEC, 0, nowNs());
        count(fault);
        break;
      case "one-shot":
        bus.setOneShot(node, true, nowNs());
        break;
      case "fd-intolerant-node":
        // Another mode needs a reset of the controller.
        bus.clear(node, nowNs());
        break;
      default:
    }
  }

  #of(station: number): readonly Fault[] {
    return [...this.#inForce].filter((fault) => nodesOf(fault).includes(station));
  }
}

function isForcing({ kind }: Fault): boolean {
  return kind === "error-passive" || kind === "silent-disable";
}

function nodesOf(fault: Fault): readonly number[] {
  return "nodes" in fault ? fault.nodes : [];
}
