/**
 * Planted bugs: each is the node, or the host, with one thing wrong, as programs of this kind have
 * had it wrong. Each names the detector that has to see it; a crash or a timeout doesn't count.
 */

import { makeNode } from "../../rig/core/consensus/make-node.ts";
import type { NodeCore } from "../../rig/core/consensus/node-core.ts";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import { swarmPlan } from "../../rig/core/plan/swarm.ts";
import { EvidenceBuilder } from "../../rig/core/run/evidence-builder.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import { checkHistory } from "../../rig/core/verdict/judge-history.ts";
import { SimulatedRun } from "../../rig/simulation/simulated-run.ts";
import { HastyNode } from "./hasty-node.ts";

export interface Mutant {
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly bug: string;
  /** An invariant of the observer, or `elle` for what the history shows. */
  readonly detector: string;
  /** A scenario in which it matters, with changes to its plan. */
  readonly scenario: string;
  readonly change?: (plan: RunPlan) => RunPlan;
  /** Seeds of the scenario and of the swarm that show it. */
  readonly known: { readonly scenario: number; readonly swarm: number };
  readonly rules?: Partial<RojRules>;
  readonly wrap?: (core: NodeCore) => NodeCore;
  /** What the host writes instead of what it should. */
  readonly write?: (record: RunRecord) => RunRecord;
}

/** Clients that wait less long than the nodes take to agree, again and again. */
function impatient(plan: RunPlan): RunPlan {
  return { ...plan, client: { ...plan.client, operationTimeoutNs: 6e6, retryNs: 2e6 } };
}

/** Rounds that end before all is heard, and much that is lost on the way. */
function hurried(plan: RunPlan): RunPlan {
  const faults = plan.faults.map((each) =>
    each.kind === "loss" ? { ...each, probability: 0.35 } : each,
  );
  return { ...plan, faults, timers: { roundTimeoutNs: 1.5e6, roundDeltaNs: 0.1e6 } };
}

/** Snapshots after a few slots, so that a restart begins with one. */
function compacting(plan: RunPlan): RunPlan {
  const compaction = { everySlots: 2, keptSlots: 2 };
  const client = { ...plan.client, retryNs: 1e6 };
  return { ...plan, client, storage: { ...plan.storage, compaction } };
}

function timeoutAsFailure(record: RunRecord): RunRecord {
  if (record.type !== "operation") return record;
  const { operation } = record;
  if (operation.type !== "info" || operation.process === "nemesis") return record;
  return { ...record, operation: { ...operation, type: "fail" } };
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "vote-not-stored",
    bug: "a vote leaves without having been stored",
    detector: "promise-durability",
    scenario: "power-cycle-rolling",
    known: { scenario: 2, swarm: 4 },
    rules: { storesVotes: false },
  },
  {
    name: "promise-before-durable",
    bug: "promises leave as soon as their records are handed to the store",
    detector: "promise-durability",
    scenario: "power-cycle-rolling",
    known: { scenario: 12, swarm: 4 },
    wrap: (core) => new HastyNode(core),
  },
  {
    name: "damage-ignored",
    bug: "a node whose record of a promise is damaged goes on as if it had made none",
    detector: "promise-durability",
    scenario: "flash-bitrot",
    known: { scenario: 6, swarm: 315 },
    rules: { heedsDamage: false },
  },
  {
    name: "late-confirmation",
    bug: "a quorum of votes of an old round is still confirmed",
    detector: "promise-order",
    scenario: "message-loss",
    change: hurried,
    known: { scenario: 9, swarm: 99 },
    rules: { mayConfirm: () => true },
  },
  {
    name: "lock-ignored",
    bug: "a node votes for anything, whatever it is locked on",
    detector: "lock-rule",
    scenario: "message-loss",
    change: hurried,
    known: { scenario: 3, swarm: 140 },
    rules: { mayVote: () => true },
  },
  {
    name: "stale-certificate",
    bug: "votes from before the lock undo it",
    detector: "lock-rule",
    scenario: "message-loss",
    change: hurried,
    known: { scenario: 8, swarm: 140 },
    rules: {
      mayVote: ({ lock, digest, validRound }) =>
        lock === null || lock.digest === digest || validRound !== null,
    },
  },
  {
    name: "commit-trusted",
    bug: "an announced commit is believed without the confirmations",
    detector: "certificates",
    scenario: "bft-false-commit",
    known: { scenario: 1, swarm: 69 },
    rules: { trustsCommits: true },
  },
  {
    name: "quorum-rounded-down",
    bug: "the quorum is two thirds, rounded down",
    detector: "certificates",
    scenario: "leader-crash",
    known: { scenario: 1, swarm: 4 },
    rules: { quorum: (nodes) => Math.floor((2 * nodes) / 3) },
  },
  {
    name: "quorum-lowered",
    bug: "nodes known to lie are taken off the quorum",
    detector: "certificates",
    scenario: "bft-equivocation",
    known: { scenario: 1, swarm: 21 },
    rules: { quorum: (nodes, convicted) => ROJ_RULES.quorum(nodes, 0) - convicted },
  },
  {
    name: "double-signer",
    bug: "a signer that stands in a certificate twice counts twice",
    detector: "certificates",
    scenario: "bft-false-commit",
    known: { scenario: 1, swarm: 69 },
    rules: { refusesDoubleSigners: false },
  },
  {
    name: "honest-convicted",
    bug: "statements about different rounds are taken for a contradiction",
    detector: "no-false-evidence",
    scenario: "bft-equivocation",
    known: { scenario: 1, swarm: 3 },
    rules: { placeOf: ({ kind, slot }) => `${kind}/${slot}` },
  },
  {
    name: "boot-ignored",
    bug: "frames from before their sender's last boot are heeded",
    detector: "stale-frames",
    scenario: "stale-mailbox",
    known: { scenario: 1, swarm: 19 },
    rules: { heedsBoots: false },
  },
  {
    name: "sessions-forgotten",
    bug: "snapshots hold no sessions, so that a retry after a restart is applied again",
    detector: "applied-once",
    scenario: "brown-out-all",
    change: compacting,
    known: { scenario: 1, swarm: 80 },
    rules: { snapshotsSessions: false },
  },
  {
    name: "early-answer",
    bug: "reads are answered from what has been applied so far, not through the log",
    detector: "replies-equal",
    scenario: "happy",
    known: { scenario: 1, swarm: 2 },
    rules: { readsFromLog: false },
  },
  {
    name: "timeout-as-failure",
    bug: "an operation that timed out is recorded as failed",
    detector: "elle",
    scenario: "leader-crash",
    change: impatient,
    known: { scenario: 1, swarm: 8 },
    write: timeoutAsFailure,
  },
];

/** Its scenario's plan of this seed. */
export function scenarioPlan({ scenario, change }: Mutant, seed: number): RunPlan {
  const plan = makePlan({ scenario, seed });
  return change === undefined ? plan : change(plan);
}

/** Whether the mutant's own detector sees it in the run of this plan. */
export function isCaught(mutant: Mutant, plan: RunPlan): boolean {
  // Beyond the bound detectors fire without any bug.
  if (plan.expectation.class === "must-detect") return false;
  const { detector, rules = {}, wrap = (core) => core, write = (record) => record } = mutant;
  const builder = new EvidenceBuilder(plan);
  let hasFired = false;
  const record = (entry: RunRecord) => {
    builder.add(write(entry));
    if (entry.type === "violation" && entry.invariant === detector) hasFired = true;
  };
  const planted = { ...ROJ_RULES, ...rules };
  const make = (node: number, own = planted) => wrap(makeNode(plan, node, { rules: own }));
  const run = new SimulatedRun({ plan, makeNode: make, sink: { record, node() {}, frame() {} } });
  for (let slices = 0; slices < SLICES_MAX && !hasFired; slices++) if (run.advance(2_000)) break;
  run.end(null);
  if (detector !== "elle" || hasFired) return hasFired;
  return checkHistory(builder.evidence().operations, plan.workload).valid === false;
}

/** A planted bug may keep a run from ending, which is no detection. */
const SLICES_MAX = 1_000;

export function swarmCatches(mutant: Mutant, seed: number): boolean {
  return isCaught(mutant, swarmPlan(seed));
}
