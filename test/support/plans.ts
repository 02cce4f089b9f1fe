/** Plans for tests: a built-in scenario with faults, sizes and timers of the test's own. */

import type { Fault, FaultDetail, Position } from "../../rig/core/fault/fault.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";

export interface PlanOptions {
  readonly scenario?: string;
  readonly nodes?: number;
  readonly operations?: number;
  readonly clients?: number;
  readonly seed?: number;
  readonly faults?: readonly Fault[];
}

export function aPlan(options: PlanOptions): RunPlan {
  const { scenario = "happy", nodes = 3, operations = 20, seed = 1, clients } = options;
  const plan = makePlan({ scenario, nodes, operations, seed });
  return {
    ...plan,
    faults: options.faults ?? plan.faults,
    workload: { ...plan.workload, clients: clients ?? plan.workload.clients },
  };
}

/** A fault from operation 5 to operation 15 of the run, or as said. */
export function aFault(
  detail: FaultDetail,
  place: { readonly start?: Position; readonly end?: Position | null } = {},
): Fault {
  const start = place.start ?? { atOperation: 5 };
  const end = place.end === undefined ? { atOperation: 15 } : place.end;
  const fault = { ...detail, id: `${detail.kind}-1`, start };
  return end === null ? fault : { ...fault, end };
}
