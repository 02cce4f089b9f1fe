/** Gives the Byzantine faults hold of the nodes of a simulated cluster. */

import type { Authority } from "../core/auth/authority.ts";
import { authorityOf } from "../core/auth/profile.ts";
import type { NodeCore } from "../core/consensus/node-core.ts";
import type { RojRules } from "../core/consensus/roj/rules.ts";
import { ByzantineFaults } from "../core/fault/byzantine/family.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import type { InvariantObserver } from "../core/invariant/observer.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { SimulatedNode } from "./simulated-node.ts";

/** What a cluster is made with that traitors need as well. */
export interface TraitorMaking {
  readonly plan: RunPlan;
  /** `rules` are asked for by a traitor that plays a node of its own. */
  readonly makeNode: (node: number, rules?: RojRules) => NodeCore;
  /** Signs for traitors, with their own keys; that of the plan's profile when left out. */
  readonly authority?: Authority | null;
}

export interface TraitorNodes {
  readonly nodes: readonly SimulatedNode[];
  readonly observer: InvariantObserver;
  readonly nowNs: () => number;
  readonly count: (fault: Fault) => void;
}

/** None where nothing is signed: there a traitor could say anything in anybody's name. */
export function traitorFaults(
  { plan, makeNode, authority = authorityOf(plan) }: TraitorMaking,
  { nodes, observer, nowNs, count }: TraitorNodes,
): readonly FaultFamily[] {
  if (authority === null) return [];
  const nodeOf = (node: number) => nodes[node] as SimulatedNode;
  const world = {
    seed: plan.seed,
    nodes: plan.nodes,
    authority,
    count,
    nowNs,
    makeCore: makeNode,
    replace: (node, make) => {
      const state = nodeOf(node);
      state.core = make(state.core, state.boots);
    },
    bootEvent: (node) => nodeOf(node).bootEvent(),
    distrust: (node) => {
      nodeOf(node).trust.isDistrusted = true;
      observer.distrust(node);
    },
  } satisfies ConstructorParameters<typeof ByzantineFaults>[0];
  return [new ByzantineFaults(world)];
}
