/** Plans at another pace: everything that protocols, clients and supplies wait for, longer. */

import type { Fault } from "../fault/fault.ts";
import { isPowerFault } from "../fault/power-steps.ts";
import type { RunPlan } from "./plan.ts";

const POWER_TIMES: readonly string[] = ["offNs", "everyNs", "gapNs", "staggerNs"];

/** What a supply does in time keeps its pace with the protocol's timers. */
export function faultAtPace(fault: Fault, factor: number): Fault {
  if (!isPowerFault(fault)) return fault;
  const stretched = Object.entries(fault).map(([name, value]) =>
    POWER_TIMES.includes(name) ? [name, Number(value) * factor] : [name, value],
  );
  return Object.fromEntries(stretched) as Fault;
}

export function planAtPace(plan: RunPlan, factor: number): RunPlan {
  if (factor === 1) return plan;
  const { timers, client } = plan;
  return {
    ...plan,
    timers: {
      roundTimeoutNs: timers.roundTimeoutNs * factor,
      roundDeltaNs: timers.roundDeltaNs * factor,
    },
    client: {
      operationTimeoutNs: client.operationTimeoutNs * factor,
      retryNs: client.retryNs * factor,
    },
    faults: plan.faults.map((fault) => faultAtPace(fault, factor)),
  };
}
