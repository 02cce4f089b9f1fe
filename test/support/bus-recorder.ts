/** A bus listener that writes down what it is told, and the loop that drives a bus to its end. */

import type { BusListener, BusModel } from "../../rig/core/can/bus.ts";
import type { ErrorCounters } from "../../rig/core/can/error-confinement.ts";
import type { ErrorDetail } from "../../rig/core/can/error-frame.ts";
import type { CanFrame } from "../../rig/core/can/frame.ts";

export interface BusEvent {
  readonly kind: keyof BusListener;
  /** The station told: receiver, or sender for the other kinds. */
  readonly station: number;
  readonly frame: CanFrame;
  readonly timeNs: number;
  readonly token?: number;
}

export interface StateRecord {
  readonly station: number;
  readonly counters: ErrorCounters;
  readonly timeNs: number;
}

export interface ErrorRecord {
  readonly timeNs: number;
  readonly detail: ErrorDetail;
}

export class BusRecorder implements BusListener {
  /** Everything about frames that nodes sent. */
  readonly events: BusEvent[] = [];
  readonly states: StateRecord[] = [];
  readonly errors: ErrorRecord[] = [];
  /** Called after each event has been written down. */
  react: (event: BusEvent) => void = () => {};

  delivered(receiver: number, frame: CanFrame, timeNs: number): void {
    this.add({ kind: "delivered", station: receiver, frame, timeNs });
  }

  transmitted(sender: number, token: number, frame: CanFrame, timeNs: number): void {
    this.add({ kind: "transmitted", station: sender, frame, timeNs, token });
  }

  observed(sender: number, frame: CanFrame, timeNs: number): void {
    this.add({ kind: "observed", station: sender, frame, timeNs });
  }

  delayed(receiver: number, frame: CanFrame, timeNs: number): void {
    this.add({ kind: "delayed", station: receiver, frame, timeNs });
  }

  withheld(_sender: number, receiver: number, frame: CanFrame, timeNs: number): void {
    this.add({ kind: "withheld", station: receiver, frame, timeNs });
  }

  aborted(sender: number, token: number, frame: CanFrame, timeNs: number): void {
    this.add({ kind: "aborted", station: sender, frame, timeNs, token });
  }

  busState(station: number, counters: ErrorCounters, timeNs: number): void {
    this.states.push({ station, counters, timeNs });
  }

  errorFrame(timeNs: number, detail: ErrorDetail): void {
    this.errors.push({ timeNs, detail });
  }

  of(kind: keyof BusListener): BusEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  /** The stations told of this kind of event, in order. */
  stations(kind: keyof BusListener): number[] {
    return this.of(kind).map((event) => event.station);
  }

  private add(event: BusEvent): void {
    this.events.push(event);
    this.react(event);
  }
}

/** Advances the bus, step by step, until nothing is due any more. */
export function drain(bus: BusModel): void {
  while (bus.nextNs() !== Number.POSITIVE_INFINITY) bus.advance(bus.nextNs());
}
