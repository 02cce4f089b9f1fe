/** Makes the protocol core of one node from the plan: the one place that knows all protocols. */

import type { RunPlan } from "../plan/plan.ts";
import type { NodeCore } from "./node-core.ts";
import { RojNode } from "./roj/node.ts";
import { ROJ_RULES, type RojRules } from "./roj/rules.ts";
import { COMPACTION } from "./roj/snapshot.ts";

/** `rules` lets tests plant a broken one. */
export function makeNode(plan: RunPlan, node: number, rules: RojRules = ROJ_RULES): NodeCore {
  const compaction = { ...COMPACTION, ...plan.storage.compaction };
  return new RojNode({ node, nodes: plan.nodes, ...plan.timers, rules, compaction });
}
