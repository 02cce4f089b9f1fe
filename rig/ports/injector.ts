/**
 * A part of a bench that brings a fault about on its bus: a relay in the wires, a gateway of the
 * kernel. It has a neutral position, in which the bus is as it should be.
 */

import type { FaultKind } from "../core/fault/fault.ts";

export interface Injector {
  readonly name: string;
  readonly fault: FaultKind;

  /** Resolves when the fault is in force. Idempotent. */
  inject(signal: AbortSignal): Promise<void>;

  /**
   * Resolves when it is back in its neutral position, with how often the fault took effect since
   * the first `inject`. Idempotent, and allowed where injection failed or never began.
   */
  heal(signal: AbortSignal): Promise<number>;
}
