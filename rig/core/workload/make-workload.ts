/** Makes the workload that a plan asks for: the one place that knows all of them. */

import type { WorkloadPlan } from "../plan/plan.ts";
import type { Random } from "../random/random.ts";
import { ListAppendWorkload } from "./list-append.ts";
import { RwRegisterWorkload } from "./rw-register.ts";
import type { TransactionWorkload } from "./transactions.ts";

export function makeWorkload(plan: WorkloadPlan, random: Random): TransactionWorkload {
  return plan.kind === "rw-register"
    ? new RwRegisterWorkload(plan, random)
    : new ListAppendWorkload(plan, random);
}
