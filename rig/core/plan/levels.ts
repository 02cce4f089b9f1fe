/** Which levels can bring about which faults, and so run which scenarios. */

import { FAULT_TRAITS, type Fault } from "../fault/fault.ts";
import { LEVELS, type Level } from "./level.ts";

/** Levels that are there at all, for a run without faults. */
export const LEVELS_AVAILABLE: readonly Level[] = ["sim", "process", "vcan", "bench"];

export function levelsFor(faults: readonly Pick<Fault, "kind">[]): readonly Level[] {
  return LEVELS.filter(
    (level) =>
      LEVELS_AVAILABLE.includes(level) &&
      faults.every(({ kind }) => FAULT_TRAITS[kind].levels.includes(level)),
  );
}
