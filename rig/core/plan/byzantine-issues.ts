/**
 * What has no meaning with Byzantine nodes: nodes that lie where nothing is signed, colluders who
 * can't split the others, and more liars than the bound without a plan, of which nobody could say
 * whether they should be detected.
 */

import { isSigned } from "../auth/profile.ts";
import { faultBound } from "../consensus/quorum.ts";
import { canSplit } from "../fault/byzantine-faults.ts";
import type { Fault } from "../fault/fault.ts";
import { liarsAmong } from "./adversity.ts";
import type { ScenarioIssue } from "./issues.ts";
import type { RunPlan } from "./plan.ts";
import type { Scenario } from "./scenario.ts";

export function byzantineIssues(nodes: number, faults: readonly Fault[]): readonly ScenarioIssue[] {
  const found: ScenarioIssue[] = [];
  const bound = faultBound(nodes);
  let isPlanned = false;
  let last = -1;
  faults.forEach((fault, index) => {
    if (fault.kind !== "byzantine") return;
    last = index;
    if (fault.behaviour !== "colluding") return;
    const traitors = fault.nodes.length;
    isPlanned = true;
    if (canSplit(nodes, traitors) && traitors > bound) return;
    const text =
      `found ${traitors} colluding among ${nodes} nodes, who can't show both halves of the ` +
      "others a quorum: expected over-bound, or another number";
    found.push({ path: ["faults", index, "nodes"], text });
  });
  const liars = liarsAmong(faults).size;
  if (liars > bound && !isPlanned && last >= 0) {
    const text =
      `found ${liars} Byzantine nodes where ${bound} are the bound: ` +
      "expected no more, or colluding, which is sure to be detected";
    found.push({ path: ["faults", last, "nodes"], text });
  }
  return found;
}

/** Whether the nodes of the scenario can be of the protocol: traitors need signatures. */
export function suits({ faults, auth }: Scenario, protocol: string | undefined): boolean {
  if (protocol !== "roj-a") return true;
  return auth === undefined && faults.every(({ kind }) => kind !== "byzantine");
}

/** Firmware on this machine: ROJ without signatures, as processes. */
export function agentIssues(plan: Omit<RunPlan, "seed">): readonly ScenarioIssue[] {
  const { agents, nodes, level, protocol, auth = "crash" } = plan;
  if (agents === undefined) return [];
  const issue = (text: string) => [{ path: ["agents"], text }];
  const beyond = agents.nodes.find((node) => node >= nodes);
  if (beyond !== undefined) return issue(`found node ${beyond}, expected 0 to ${nodes - 1}`);
  if (agents.nodes.length === 0) return issue("found no node, expected one and more");
  if (level === "sim") {
    return issue(`found level ${level}, expected process, vcan or bench: nodes are programs there`);
  }
  if (protocol !== "roj" || auth !== "crash") {
    return issue(`found ${protocol} with ${auth}, expected roj with crash, which agents speak`);
  }
  return [];
}

/** What does not go together, whatever the numbers. */
export function combinationIssues({
  protocol,
  auth = "crash",
  faults,
  residents,
}: Pick<RunPlan, "protocol" | "auth" | "faults" | "residents">): readonly ScenarioIssue[] {
  const isBetrayed = faults.some(({ kind }) => kind === "byzantine");
  if (protocol === "roj-a" && isBetrayed) {
    const text = "found roj-a, which has no signatures, expected roj where nodes lie";
    return [{ path: ["protocol"], text }];
  }
  if (protocol === "roj-a" && isSigned(auth)) {
    const text = `found ${auth} with roj-a, which has no signatures, expected crash or mac`;
    return [{ path: ["auth"], text }];
  }
  if (auth === "mac" && residents !== undefined) {
    const text = "found clients on nodes, whose markers bear no MACs: expected them on the host";
    return [{ path: ["workload", "clients"], text }];
  }
  if (!isBetrayed) return [];
  if (!isSigned(auth)) {
    return [{ path: ["auth"], text: `found ${auth}, expected ideal or sig where nodes lie` }];
  }
  if (residents === undefined) return [];
  const text = "found clients on nodes that may lie: expected clients on the host alone";
  return [{ path: ["workload", "clients"], text }];
}
