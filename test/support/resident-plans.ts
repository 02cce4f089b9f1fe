/** Plans in which the clients live on the nodes. */

import type { Fault } from "../../rig/core/fault/fault.ts";
import { changedScenario } from "../../rig/core/plan/change-scenario.ts";
import { findScenario, makePlan, type PlanRequest } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import type { ClientsAt, ScenarioWorkload } from "../../rig/core/plan/scenario.ts";

export interface ResidentPlanOptions extends Omit<PlanRequest, "scenario"> {
  readonly scenario?: string;
  readonly clientsAt?: ClientsAt;
  readonly workload?: ScenarioWorkload;
  readonly faults?: readonly Fault[];
}

export function aResidentPlan(options: ResidentPlanOptions): RunPlan {
  const { scenario = "happy", clientsAt = "nodes", workload = {}, faults, ...request } = options;
  const changed = changedScenario(findScenario(scenario), { workload: { ...workload, clientsAt } });
  const plan = makePlan({ ...request, scenario: changed });
  return faults === undefined ? plan : { ...plan, faults };
}
