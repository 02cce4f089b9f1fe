/**
 * The rig's channel to the bus of a run, and the faults that can be put on that bus. Frames are
 * given to a callback as they come: who takes them queues them, with a limit of their own.
 * Faults of nodes and of their supply belong to other ports.
 */

import type { ErrorCounters, ErrorState } from "../core/can/error-confinement.ts";
import type { CanFrame } from "../core/can/frame.ts";
import type { Fault, FaultKind } from "../core/fault/fault.ts";
import type { BusStatistics } from "../core/run/evidence.ts";

export type OnBusState = (node: number | "host", counters: ErrorCounters, timeNs: number) => void;

export interface CanBus {
  /** The kinds of faults that this adapter can put on its bus. */
  readonly faultKinds: readonly FaultKind[];

  /**
   * Hands a frame to the channel. False when there is no room for it or the channel is closed;
   * then it is counted as dropped.
   */
  send(frame: CanFrame): boolean;

  /**
   * Calls `onFrame` with each good frame on the bus once, the rig's own included, and with error
   * frames (`error`) where the channel reports them, in the order of the bus. The returned function
   * ends it.
   */
  listen(onFrame: (frame: CanFrame, timeNs: number) => void): () => void;

  /**
   * Calls `onState` whenever the error state of a controller changes, on adapters that see the
   * nodes' controllers. The returned function ends it.
   */
  listenStates?(onState: OnBusState): () => void;

  /** Error state of the rig's own controller. */
  state(): ErrorState;

  /** Counters so far, drops included; readable after `close` as well. */
  counters(): BusStatistics;

  /**
   * Resolves when the fault is in force; `onEffect` is called the first time that it takes effect.
   * Ends soon, either way, once the signal is aborted.
   */
  inject(fault: Fault, onEffect: () => void, signal: AbortSignal): Promise<void>;

  /**
   * Resolves when the fault is out of force, with how often it took effect. Idempotent, and
   * allowed for a fault whose injection failed or never began.
   */
  heal(fault: Fault, signal: AbortSignal): Promise<number>;

  /** Idempotent; nobody is called afterwards. */
  close(): Promise<void>;
}
