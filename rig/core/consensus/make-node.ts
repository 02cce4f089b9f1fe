/** Makes the protocol core of one node from the plan: the one place that knows all protocols. */

import { type Authority, NodeAuth } from "../auth/authority.ts";
import { authorityOf } from "../auth/profile.ts";
import type { RunPlan } from "../plan/plan.ts";
import type { NodeCore } from "./node-core.ts";
import { RojNode } from "./roj/node.ts";
import { ROJ_RULES, type RojRules } from "./roj/rules.ts";
import { COMPACTION } from "./roj/snapshot.ts";

export interface NodeMaking {
  /** A broken one plants a bug, in tests. */
  readonly rules?: RojRules;
  /** Signs for the nodes in profile `sig`, which the plan alone can't do. */
  readonly authority?: Authority | null;
}

export function makeNode(plan: RunPlan, node: number, making: NodeMaking = {}): NodeCore {
  const { rules = ROJ_RULES, authority = authorityOf(plan) } = making;
  const compaction = { ...COMPACTION, ...plan.storage.compaction };
  const { nodes, timers } = plan;
  const auth = authority === null ? {} : { auth: new NodeAuth(authority, node) };
  return new RojNode({ node, nodes, ...timers, rules, compaction, ...auth });
}
