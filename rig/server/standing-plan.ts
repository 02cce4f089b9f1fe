/** The plan of a cluster without a workload, which stands until somebody concludes it. */

import { randomInt } from "node:crypto";
import type { ClusterRequest } from "../core/api/index.ts";
import { makePlan, SEED_MAX } from "../core/plan/make-plan.ts";
import type { ProtocolName, RunPlan } from "../core/plan/plan.ts";
import { PLAIN } from "../core/plan/scenarios/plain.ts";

const NODES = 5;

/** Throws a `RigError` as `makePlan` does. */
export function standingPlan(protocol: ProtocolName, request: ClusterRequest): RunPlan {
  const { nodes = NODES, auth = "ideal", seed = randomInt(SEED_MAX) } = request;
  const summary = "no workload: operations and faults come by hand";
  const scenario = { ...PLAIN, name: "by-hand", summary, nodes };
  const plan = makePlan({ scenario, protocol, auth, seed, operations: 1 });
  return { ...plan, workload: { ...plan.workload, operations: 0 } };
}
