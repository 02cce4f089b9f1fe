/**
 * What is expected of the protocol of a plan, and what has to be acknowledged. The rule of the
 * numbers is that of ROJ-B; ROJ-A has one phase and can't go on without the owner of a slot, so
 * that it may stop where ROJ-B must not.
 */

import { FAULT_TRAITS, type Fault } from "../fault/fault.ts";
import { adversityOf } from "./adversity.ts";
import { type Expectation, expectationOf } from "./expectation.ts";
import type { Floors, RunPlan } from "./plan.ts";

export function expectationIn({
  protocol,
  nodes,
  faults,
  workload,
}: Pick<RunPlan, "protocol" | "nodes" | "faults" | "workload">): Expectation {
  const adversity = adversityOf(nodes, faults);
  const expectation = expectationOf(adversity);
  if (protocol !== "roj-a" || expectation.class === "must-detect") return expectation;
  const stop = { class: "safe-only" } as const;
  const open = faults.find(mayLeaveOpen);
  if (open !== undefined) {
    const why = `${open.kind} may leave a slot open for ever, since ROJ-A has no second round`;
    return { ...stop, why, isForGood: true };
  }
  if (expectation.class === "safe-only") return expectation;
  const away = nodes - Math.min(adversity.largestGroup, nodes - adversity.silent);
  if (away > 0) {
    const why = `${away} of ${nodes} nodes may be away, and ROJ-A waits for the owner of a slot`;
    return { ...stop, why };
  }
  if (workload.keys === 1 && workload.clients > 1) {
    const why = "clients compete for one key, and ROJ-A has no second round to settle a dispute";
    return { ...stop, why };
  }
  return expectation;
}

/** What has to be acknowledged where a scenario says nothing of it. */
export function floorsOf({ class: expected, isForGood }: Expectation): Floors {
  if (isForGood) return { outsideFaultsPercent: 0, duringFaultsPercent: 0, afterHeal: 0 };
  const duringFaultsPercent = expected === "tolerate" ? 50 : 0;
  return { outsideFaultsPercent: 50, duringFaultsPercent, afterHeal: 20 };
}

/**
 * A vote of ROJ-A binds for ever. So a slot never ends for which the nodes were shown two batches,
 * and one whose owner must keep silent because it may have proposed something that it has lost.
 */
function mayLeaveOpen(fault: Fault): boolean {
  if (FAULT_TRAITS[fault.kind].toll === "damages") return true;
  return fault.kind === "janus" || fault.kind === "amnesia" || fault.kind === "twin-node";
}
