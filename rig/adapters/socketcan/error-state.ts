/** What an error frame of SocketCAN says of the controller's state (linux/can/error.h). */

import type { ErrorState } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";

const CLASS = { controller: 0x04, busOff: 0x40, restarted: 0x100 } as const;
const CONTROLLER = { passive: 0x10 | 0x20, active: 0x40 } as const;

export function isBusOff({ id }: CanFrame): boolean {
  return (id & CLASS.busOff) !== 0;
}

/** Null when it says nothing about it. */
export function errorStateOf(frame: CanFrame): ErrorState | null {
  if (isBusOff(frame)) return "bus-off";
  if ((frame.id & CLASS.restarted) !== 0) return "error-active";
  if ((frame.id & CLASS.controller) === 0) return null;
  const detail = frame.data[1] ?? 0;
  if ((detail & CONTROLLER.passive) !== 0) return "error-passive";
  return (detail & CONTROLLER.active) !== 0 ? "error-active" : null;
}
