/** What a node's board has to know of a run, by the names that its agent has for it. */

import { COMPACTION } from "../core/consensus/roj/snapshot.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { NS_PER_US } from "../core/time/time.ts";

export type NodeSetting = readonly [name: string, value: number];

type SettingsPlan = Pick<
  RunPlan,
  "nodes" | "timers" | "storage" | "residents" | "seed" | "workload" | "client"
>;

/** Times in microseconds. */
export function settingsOf(plan: SettingsPlan, node: number): readonly NodeSetting[] {
  const { nodes, timers, storage } = plan;
  const { everySlots, journalBytes, keptSlots } = { ...COMPACTION, ...storage.compaction };
  return [
    ["node", node],
    ["nodes", nodes],
    ["round", Math.ceil(timers.roundTimeoutNs / NS_PER_US)],
    ["delta", Math.ceil(timers.roundDeltaNs / NS_PER_US)],
    ["every", everySlots],
    ["journal", journalBytes],
    ["kept", keptSlots],
    ...settingsOfClients(plan),
  ];
}

/** Those of the clients that live on the node. */
function settingsOfClients(plan: SettingsPlan): readonly NodeSetting[] {
  const { residents, seed, workload, client } = plan;
  if (residents === undefined) return [["clients", 0]];
  return [
    ["clients", residents.processes],
    ["seed", seed],
    ["keys", workload.keys],
    ["length", workload.microOpsMax],
    ["reads", workload.readPercent],
    ["share", workload.appendsPerKey],
    ["registers", workload.kind === "rw-register" ? 1 : 0],
    ["timeout", Math.ceil(client.operationTimeoutNs / NS_PER_US)],
    ["retry", Math.ceil(client.retryNs / NS_PER_US)],
  ];
}
