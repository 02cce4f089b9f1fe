/** Reads `--byzantine`: which nodes are traitors from the start, and what they do. */

import { BEHAVIOURS, type Behaviour } from "../core/fault/byzantine-faults.ts";
import type { Traitors } from "../core/plan/change-scenario.ts";
import { NODES_MAX } from "../core/plan/plan.ts";
import { RigError } from "../core/verdict/rig-error.ts";

const SETS = ["all", "bound", "over-bound"] as const;

/**
 * `0=silent`, several after commas or in several options; the last word on a node counts. Nodes of
 * one behaviour act together.
 */
export function traitorsOf(given: string | readonly string[]): readonly Traitors[] {
  const parts = [given].flat().flatMap((text) => text.split(","));
  const byNode = new Map<number, Behaviour | "honest">();
  const sets: Traitors[] = [];
  for (const part of parts) {
    const [, who = "", what = ""] = /^([^=]+)=([^=]+)$/.exec(part.trim()) ?? [];
    const set = SETS.find((each) => each === who);
    const behaviour = ["honest" as const, ...BEHAVIOURS].find((each) => each === what);
    const node = /^\d{1,2}$/.test(who) ? Number(who) : NODES_MAX;
    if (behaviour === undefined || (set === undefined && node >= NODES_MAX)) throw refusal(part);
    if (set === undefined) byNode.set(node, behaviour);
    else if (behaviour !== "honest") sets.push({ nodes: set, behaviour });
  }
  const single = BEHAVIOURS.map((behaviour) => ({
    behaviour,
    nodes: [...byNode].filter(([, each]) => each === behaviour).map(([node]) => node),
  }));
  return [...sets, ...single.filter(({ nodes }) => nodes.length > 0)];
}

function refusal(part: string): RigError {
  return new RigError(
    "usage.option",
    `--byzantine is "${part}": expected a node number, bound or over-bound, then =, then ` +
      `honest, ${BEHAVIOURS.join(", ")}`,
  );
}
