/**
 * The list-append workload: appends and reads of whole lists, from which the order of all versions
 * of a key can be read. Keys make way early enough for a list to fit a frame.
 */

import type { WorkloadPlan } from "../plan/plan.ts";
import type { Random } from "../random/random.ts";
import { TransactionWorkload } from "./transactions.ts";

export class ListAppendWorkload extends TransactionWorkload {
  constructor(plan: WorkloadPlan, random: Random) {
    super(plan, random, "append");
  }
}
