/**
 * The rw-register workload: writes of unique values and reads of single ones, as firmware that
 * keeps no history has them. A read shows one version alone; the order of versions is known from
 * real time and from transactions that read a key before they write it.
 */

import type { WorkloadPlan } from "../plan/plan.ts";
import type { Random } from "../random/random.ts";
import { TransactionWorkload } from "./transactions.ts";

export class RwRegisterWorkload extends TransactionWorkload {
  constructor(plan: WorkloadPlan, random: Random) {
    super(plan, random, "w");
  }
}
