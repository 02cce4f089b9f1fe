/**
 * The health of the bus after a run: errors that nothing in the plan explains make it unknown.
 * A supply that goes in the middle of a frame destroys it; so errors are expected of such faults
 * too.
 */

import type { FaultKind } from "../fault/fault.ts";
import type { RunEvidence } from "../run/evidence.ts";
import { reason } from "./judge-history.ts";
import type { Reason } from "./outcome.ts";

/** Faults that leave every frame on the wire as it is. */
const QUIET: ReadonlySet<FaultKind> = new Set<FaultKind>([
  ...(["partition", "loss", "delay", "crash", "pause", "clock-drift", "clock-step"] as const),
  ...(["flash-bitrot", "misdirect", "amnesia", "gray-slow", "store-full", "store-error"] as const),
  "byzantine",
]);

export function busHealthReasons({ plan, bus }: Pick<RunEvidence, "plan" | "bus">): Reason[] {
  const { errorFrames, busOffs } = bus;
  if (errorFrames + busOffs === 0 || plan.faults.some(({ kind }) => !QUIET.has(kind))) return [];
  const text = `${errorFrames} error frames and ${busOffs} times bus-off that no fault explains`;
  return [reason("unknown", "bus-unhealthy", text)];
}
