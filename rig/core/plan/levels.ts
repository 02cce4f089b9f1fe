/** Which levels can bring about which faults, and so run which scenarios. */

import type { Fault, FaultKind } from "../fault/fault.ts";
import { LEVELS, type Level } from "./plan.ts";

const LEVELS_OF_FAULT: Readonly<Record<FaultKind, readonly Level[]>> = {
  partition: ["sim"],
  crash: ["sim"],
  "power-cut": ["sim"],
  pause: ["sim"],
  loss: ["sim"],
  delay: ["sim"],
  "torn-write": ["sim"],
  "flash-bitrot": ["sim"],
  misdirect: ["sim"],
  amnesia: ["sim"],
  "gray-slow": ["sim"],
  "power-cut-in-write": ["sim"],
  "store-full": ["sim"],
  "store-error": ["sim"],
};

/** Levels that are there at all, for a run without faults. */
export const LEVELS_AVAILABLE: readonly Level[] = ["sim"];

export function levelsFor(faults: readonly Pick<Fault, "kind">[]): readonly Level[] {
  return LEVELS.filter(
    (level) =>
      LEVELS_AVAILABLE.includes(level) &&
      faults.every(({ kind }) => LEVELS_OF_FAULT[kind].includes(level)),
  );
}
