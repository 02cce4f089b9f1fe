/** Makes the protocol core of one node from the plan: the one place that knows all protocols. */

import { type Authority, NodeAuth } from "../auth/authority.ts";
import { macKeys } from "../auth/mac-keys.ts";
import { authorityOf } from "../auth/profile.ts";
import type { RunPlan } from "../plan/plan.ts";
import { ResidentNode } from "../resident/resident-node.ts";
import { PROTOCOL_ROJ, PROTOCOL_ROJ_A } from "../wire/header.ts";
import type { NodeCore } from "./node-core.ts";
import { RojNode } from "./roj/node.ts";
import { ROJ_RULES, type RojRules } from "./roj/rules.ts";
import { COMPACTION } from "./roj/snapshot.ts";
import { SealedNode } from "./sealed-node.ts";

export interface NodeMaking {
  /** A broken one plants a bug, in tests. */
  readonly rules?: RojRules;
  /** Signs for the nodes in profile `sig`, which the plan alone can't do. */
  readonly authority?: Authority | null;
}

/** Makes nodes of the plan, with rules of their own where a traitor asks for it. */
export function nodeMaker(plan: RunPlan, authority: Authority | null) {
  return (node: number, rules?: RojRules): NodeCore =>
    makeNode(plan, node, rules === undefined ? { authority } : { authority, rules });
}

export function makeNode(plan: RunPlan, node: number, making: NodeMaking = {}): NodeCore {
  const { rules = ROJ_RULES, authority = authorityOf(plan) } = making;
  const compaction = { ...COMPACTION, ...plan.storage.compaction };
  const { nodes, timers } = plan;
  const auth = authority === null ? {} : { auth: new NodeAuth(authority, node) };
  const isOnePhase = plan.protocol === "roj-a";
  const core = new RojNode({ node, nodes, ...timers, rules, compaction, isOnePhase, ...auth });
  if (plan.auth !== "mac") return withClients(plan, node, core);
  const protocol = isOnePhase ? PROTOCOL_ROJ_A : PROTOCOL_ROJ;
  return new SealedNode(core, { station: node, nodes, keys: macKeys(plan.seed, node), protocol });
}

/** The core itself where no clients live on the nodes. */
function withClients(plan: RunPlan, node: number, core: NodeCore): NodeCore {
  if (plan.residents === undefined) return core;
  const { processes } = plan.residents;
  const { nodes, seed, workload, client } = plan;
  return new ResidentNode(core, { node, nodes, seed, processes, workload, client });
}
