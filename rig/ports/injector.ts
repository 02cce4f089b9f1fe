/**
 * A part of a bench that brings a fault about on its bus: a relay in the wires, a gateway of the
 * kernel, a second interface. It has a neutral position, in which the bus is as it should be.
 */

import type { Fault, FaultKind } from "../core/fault/fault.ts";

export interface Injector {
  readonly name: string;
  readonly fault: FaultKind;

  /**
   * Resolves when the fault is in force. Idempotent. `fault` is that of a plan, for parts that can
   * be told more than that; by hand there is none.
   */
  inject(signal: AbortSignal, fault?: Fault): Promise<void>;

  /**
   * Resolves when it is back in its neutral position, with how often the fault took effect since
   * the first `inject`. Idempotent, and allowed where injection failed or never began.
   */
  heal(signal: AbortSignal): Promise<number>;

  /** Neutral, and with nothing held any more; of parts that hold something. Idempotent. */
  close?(): Promise<void>;
}
