/** What a node's board has to know of a run, by the names that its agent has for it. */

import { COMPACTION } from "../core/consensus/roj/snapshot.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { NS_PER_US } from "../core/time/time.ts";

export type NodeSetting = readonly [name: string, value: number];

/** Times in microseconds. */
export function settingsOf(
  { nodes, timers, storage }: Pick<RunPlan, "nodes" | "timers" | "storage">,
  node: number,
): readonly NodeSetting[] {
  const { everySlots, journalBytes, keptSlots } = { ...COMPACTION, ...storage.compaction };
  return [
    ["node", node],
    ["nodes", nodes],
    ["round", Math.ceil(timers.roundTimeoutNs / NS_PER_US)],
    ["delta", Math.ceil(timers.roundDeltaNs / NS_PER_US)],
    ["every", everySlots],
    ["journal", journalBytes],
    ["kept", keptSlots],
  ];
}
