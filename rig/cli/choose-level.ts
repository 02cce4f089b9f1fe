/** `--level auto`: the best level that this machine and the plan's faults allow, and why. */

import { missingForVcan } from "../adapters/hub/vcan-probe.ts";
import { hasAddon } from "../adapters/socketcan/addon.ts";
import { LEVELS_AVAILABLE } from "../core/plan/levels.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { RigError } from "../core/verdict/rig-error.ts";

export interface LevelArguments {
  readonly level?: string | undefined;
  readonly require?: string | undefined;
  readonly hasBench?: boolean;
}

export interface LevelChoice {
  readonly plan: RunPlan;
  /** Null when the level was named. */
  readonly why: string | null;
}

/** From what is nearest to a bench to what needs nothing. */
const ORDER = [...LEVELS_AVAILABLE].reverse();

/**
 * `planAt` makes the plan at a level, and throws where the faults forbid it. Throws
 * `capability.level` when `--require` names another level than the one chosen.
 */
export function chooseLevel(
  { level, require: required, hasBench = false }: LevelArguments,
  planAt: (level: string | undefined) => RunPlan,
): LevelChoice {
  if (level !== "auto" && required === undefined) return { plan: planAt(level), why: null };
  if (level !== "auto" && level !== undefined && level !== required) {
    throw new RigError("usage.option", `--level is ${level}, but --require asks for ${required}`);
  }
  const reasons: string[] = [];
  for (const each of ORDER) {
    const missing = missingFor(each, hasBench);
    if (missing !== null) reasons.push(`${each}: ${missing}`);
    else {
      const plan = planOrReason(() => planAt(each), each, reasons);
      if (plan !== null) return judged({ plan, why: reasons.join("; ") }, required);
    }
    if (each === required) break;
  }
  return judged({ plan: planAt("sim"), why: reasons.join("; ") }, required);
}

function judged(choice: LevelChoice, required: string | undefined): LevelChoice {
  if (required === undefined || choice.plan.level === required) return choice;
  const why = choice.why === "" ? "another level comes first" : choice.why;
  throw new RigError("capability.level", `--require ${required} can't be met: ${why}`, {
    hint: "rig doctor says what is missing, and how to get it.",
  });
}

function missingFor(level: string, hasBench: boolean): string | null {
  if (level === "bench" && !hasBench) return "no bench file was given";
  if (level !== "vcan") return null;
  if (!hasAddon()) return "the SocketCAN addon is not built";
  return missingForVcan();
}

function planOrReason(make: () => RunPlan, level: string, reasons: string[]): RunPlan | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RigError) || error.code !== "capability.level") throw error;
    reasons.push(`${level}: it can't bring about the scenario's faults`);
    return null;
  }
}
