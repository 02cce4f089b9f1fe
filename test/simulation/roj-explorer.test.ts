/**
 * ROJ-B under random schedules: with its rules no two nodes ever decide differently, with a
 * planted bug they do; without the bugs this would only show that the explorer finds nothing.
 * Where more nodes make the fatal schedules too rare for chance, they are played step by step.
 */

import { describe, expect, it } from "vitest";
import { faultBound } from "../../rig/core/consensus/quorum.ts";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { RojScript } from "../support/roj-script.ts";
import { disagreements } from "../support/schedule-explorer.ts";

/** RIG_SCHEDULES says how many times as many: 5 is what a campaign takes. */
const FACTOR = Number(process.env["RIG_SCHEDULES"] ?? 1);
/** Each size and how many schedules of it, so that the whole takes some ten seconds. */
const SCHEDULES = [
  { nodes: 3, count: 3_000 * FACTOR },
  { nodes: 5, count: 750 * FACTOR },
  { nodes: 7, count: 375 * FACTOR },
] as const;

/** A late confirmation of an old round. */
const LATE_CONFIRMATION: RojRules = { ...ROJ_RULES, mayConfirm: () => true };
/** A lock that binds nobody. */
const NO_LOCK: RojRules = { ...ROJ_RULES, mayVote: () => true };

describe.each(SCHEDULES)("$count random schedules of $nodes nodes", ({ nodes, count }) => {
  it("end without a disagreement", () => {
    const explored = disagreements({ from: 0, count }, { nodes });
    expect(explored.found).toBe(0);
    // They decide often enough for that to mean something.
    expect(explored.decisions).toBeGreaterThan(count);
  });

  it("end without a disagreement although nodes lose power", () => {
    const half = count / 2;
    const explored = disagreements({ from: 0, count: half }, { nodes, crashes: true });
    expect(explored.found).toBe(0);
    expect(explored.decisions).toBeGreaterThan(half / 2);
  });
});

describe.each(SCHEDULES)("random schedules of $nodes nodes with snapshots", ({ nodes, count }) => {
  const exploration = { nodes, crashes: true, snapshotSlots: 1 };

  it("end without a disagreement although nodes lose power and damaged records", () => {
    const third = Math.floor(count / 3);
    const explored = disagreements({ from: 0, count: third }, { ...exploration, damage: true });
    expect(explored).toMatchObject({ found: 0, brokenPromises: 0 });
    expect(explored.snapshots).toBeGreaterThan(third / 2);
  });
});

describe("2500 random schedules of 3 nodes with a planted bug", () => {
  it("find votes that are not stored", () => {
    const rules = { ...ROJ_RULES, storesVotes: false };
    const explored = disagreements({ from: 0, count: 2500 }, { nodes: 3, rules, crashes: true });
    expect(explored.brokenPromises).toBeGreaterThan(0);
  });

  it("find damage that is not heeded", () => {
    const rules = { ...ROJ_RULES, heedsDamage: false };
    const exploration = { nodes: 3, rules, crashes: true, damage: true };
    const explored = disagreements({ from: 0, count: 2500 }, exploration);
    expect(explored.brokenPromises).toBeGreaterThan(0);
  });

  it("find the late confirmation of an old round", () => {
    const rules = LATE_CONFIRMATION;
    expect(disagreements({ from: 0, count: 2500 }, { nodes: 3, rules }).found).toBeGreaterThan(0);
  });

  it("find the lock that is ignored", () => {
    const rules = NO_LOCK;
    expect(disagreements({ from: 0, count: 2500 }, { nodes: 3, rules }).found).toBeGreaterThan(0);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/**
 * All vote for node 0's batch in round 0, and nobody hears of it. The impatient ones (as many as
 * it takes to pull the others along) give up; in round 1 all but node 2 lock and confirm node 1's
 * batch, and node 1 alone learns that it is decided. Then the votes of round 0 arrive at last, and
 * node 2, which knows of nothing else, proposes that batch again.
 */
function playLateVotes(nodes: number, rules: RojRules): string[] {
  const all = range(0, nodes);
  const impatient = range(1, faultBound(nodes) + 2);
  const patient = all.filter((node) => !impatient.includes(node));
  const cluster = new RojScript(nodes, rules);
  cluster.gatherTimer(0);
  cluster.deliver("propose", 0, all);
  cluster.store(all);
  cluster.roundTimer(impatient);
  cluster.store(impatient);
  cluster.roundTimer(impatient);
  cluster.gatherTimer(1);
  cluster.deliver("propose", 1, all);
  cluster.store(impatient);
  cluster.deliver("vote", 1, patient);
  cluster.store(all);
  cluster.deliver("vote", 1, [1, ...patient]);
  cluster.store(all);
  cluster.deliver("confirm", 1, [1]);
  const others = all.filter((node) => node !== 1);
  cluster.deliver("vote", 0, others);
  cluster.store(others);
  cluster.roundTimer(others);
  cluster.store(others);
  cluster.roundTimer(others.filter((node) => impatient.includes(node)));
  cluster.deliver("propose", 2, others);
  return finish(cluster, 2, others);
}

/**
 * In round 0 all but node 1 lock and confirm node 0's batch, and node 0 alone learns that it is
 * decided. In round 1 node 1, which knows of nothing, proposes its own.
 */
function playForgottenLock(nodes: number, rules: RojRules): string[] {
  const all = range(0, nodes);
  const others = range(1, nodes);
  const cluster = new RojScript(nodes, rules);
  cluster.gatherTimer(0);
  cluster.deliver("propose", 0, all);
  cluster.store(all);
  cluster.deliver(
    "vote",
    0,
    all.filter((node) => node !== 1),
  );
  cluster.store(all);
  cluster.deliver("confirm", 0, [0]);
  cluster.roundTimer(others);
  cluster.store(others);
  cluster.roundTimer([1]);
  cluster.gatherTimer(1);
  cluster.deliver("propose", 1, others);
  return finish(cluster, 1, others);
}

/** What is proposed in `round` is voted on, confirmed and decided, if the rules allow. */
function finish(cluster: RojScript, round: number, nodes: readonly number[]): string[] {
  cluster.store(nodes);
  cluster.deliver("vote", round, nodes);
  cluster.store(nodes);
  cluster.deliver("confirm", round, nodes);
  return cluster.decided;
}

describe.each([4, 5, 7, 10])("%i nodes that hear old votes too late", (nodes) => {
  it("decide one batch by the rules, and two with the late confirmation", () => {
    expect(playLateVotes(nodes, ROJ_RULES)).toHaveLength(1);
    expect(playLateVotes(nodes, LATE_CONFIRMATION)).toHaveLength(2);
  });
});

describe.each([3, 4, 5, 7, 10])("%i nodes of which one missed what was decided", (nodes) => {
  it("decide one batch by the rules, and two when locks bind nobody", () => {
    expect(playForgottenLock(nodes, ROJ_RULES)).toHaveLength(1);
    expect(playForgottenLock(nodes, NO_LOCK)).toHaveLength(2);
  });
});
