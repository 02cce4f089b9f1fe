/**
 * One ROJ node and its storage: what it does after damage, with a store that refuses, with
 * snapshots in the place of a journal; and that each rule it keeps there is seen when it is broken.
 */

import { describe, expect, it } from "vitest";
import { decodeRecord } from "../../../rig/core/consensus/roj/journal.ts";
import { ROJ_RULES, type RojRules } from "../../../rig/core/consensus/roj/rules.ts";
import type { Compaction } from "../../../rig/core/consensus/roj/snapshot.ts";
import { InvariantObserver } from "../../../rig/core/invariant/observer.ts";
import { Random } from "../../../rig/core/random/random.ts";
import type { RojMessage } from "../../../rig/core/wire/roj-message.ts";
import { makeBatch } from "../../../rig/core/wire/transaction.ts";
import { aBatch, aConfirm, aProposal, aVote, RojBench } from "../../support/roj-bench.ts";
import { anAppend } from "../../support/roj-messages.ts";

const A = aBatch(1);
const B = aBatch(2);
const EVERY_4: Compaction = { everySlots: 4, journalBytes: 1 << 20, keptSlots: 4 };

function aDecision(slot: number): RojMessage {
  const batch = makeBatch([anAppend(slot % 250, slot + 1, slot % 40, slot + 1)]);
  return { kind: "decided", slot, round: 0, voters: 3, batch };
}

/** Node 1 of 3 that has learned so many decided slots. */
function aNodeWith(slots: number, compaction = EVERY_4, rules: RojRules = ROJ_RULES): RojBench {
  const bench = new RojBench({ node: 1, nodes: 3, compaction, rules });
  for (let slot = 0; slot < slots; slot++) {
    bench.hear(0, aDecision(slot));
    bench.store();
  }
  return bench;
}

function kindsOf(bench: RojBench): (string | undefined)[] {
  return bench.image.map((bytes) => decodeRecord(bytes)?.kind);
}

/** Votes for A in round 0 of slot 0, loses the record (or never wrote it), and is asked again. */
function violationsOfAForgottenVote(rules: RojRules): string[] {
  const fired: string[] = [];
  const observer = new InvariantObserver(3, ({ invariant }) => fired.push(invariant));
  const bench = new RojBench({ node: 1, nodes: 3, rules });
  const watch = () => {
    for (const record of bench.traces) observer.node(1, record);
    bench.traces = [];
  };
  bench.hear(0, aProposal(0, 0, A));
  bench.store();
  watch();
  if (bench.image.length > 0) bench.spoil("vote");
  observer.restarted(1);
  bench.boot();
  bench.hear(0, aProposal(0, 0, B), { boot: 2 });
  bench.store();
  watch();
  return fired;
}

describe("a node whose vote can't be read any more", () => {
  it("keeps silent in its slot, and takes part in the next", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, aProposal(0, 0, A));
    bench.store();
    bench.spoil("vote");
    bench.boot();
    expect(bench.traces).toContainEqual({ event: "abstain", slot: 0, round: 0, digest: null });
    bench.hear(0, aProposal(0, 0, B), { boot: 2 });
    for (let times = 0; times < 6; times++) bench.roundTimer();
    bench.store();
    expect(bench.take("vote", "confirm", "propose")).toEqual([]);
    for (const source of [0, 2]) {
      bench.hear(source, aConfirm(0, 0, B.digest), { boot: source === 0 ? 2 : 1 });
    }
    expect(bench.committed()).toMatchObject([{ slot: 0, digest: B.digest }]);
    bench.hear(1, aProposal(1, 0, A));
    bench.hear(2, aProposal(1, 1, A));
    bench.hear(2, aVote(1, 1, A.digest));
    bench.hear(0, aVote(1, 1, A.digest), { boot: 2 });
    bench.store();
    expect(bench.take("vote", "confirm")).not.toEqual([]);
  });

  it("says nothing twice by the rules, and does where damage is not heeded", () => {
    expect(violationsOfAForgottenVote(ROJ_RULES)).toEqual([]);
    expect(violationsOfAForgottenVote({ ...ROJ_RULES, heedsDamage: false })).toEqual(["vote-once"]);
  });

  it("is as one that never stored it: the planted bug is seen as well", () => {
    expect(violationsOfAForgottenVote({ ...ROJ_RULES, storesVotes: false })).toEqual(["vote-once"]);
  });
});

describe("a node that can't read its snapshot", () => {
  it("keeps silent in all slots that the snapshot stood for", () => {
    const bench = aNodeWith(6);
    bench.spoil("snapshot");
    bench.boot();
    expect(bench.traces).toContainEqual({ event: "abstain", slot: 4, round: 0, digest: null });
    bench.hear(0, aProposal(0, 0, A));
    for (let times = 0; times < 4; times++) bench.roundTimer();
    expect(bench.writing).toEqual([]);
    for (let slot = 0; slot < 4; slot++) bench.hear(0, aDecision(slot));
    expect(bench.committed().map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("a node that can't read a decided slot", () => {
  it("asks for it, and goes on with what it has behind it", () => {
    const bench = aNodeWith(3);
    bench.image.splice(1, 1);
    bench.damaged.push(1);
    bench.boot();
    expect(bench.take("fetch")).toEqual([{ kind: "fetch", slot: 1 }]);
    bench.hear(0, aDecision(1));
    expect(bench.committed().map(({ slot }) => slot)).toEqual([1, 2]);
    // Slot 2 is in the journal already.
    expect(bench.writing.map(({ record }) => [record.kind, record.slot])).toEqual([["decided", 1]]);
  });
});

describe("a store that refuses", () => {
  it.each(["io", "full"] as const)("with %s keeps the vote from leaving", (result) => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, aProposal(0, 0, A));
    bench.refuse(result);
    bench.hear(0, aProposal(0, 0, B));
    expect(bench.writing).toEqual([]);
    expect(bench.take("vote")).toEqual([]);
    expect(bench.traces).toContainEqual({ event: "refuse", slot: 0, round: 0, digest: null });
  });

  it("does not keep the node from voting again in a later round", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, aProposal(0, 0, A));
    bench.refuse("full");
    bench.hear(2, aVote(0, 2, null));
    bench.hear(2, aProposal(0, 2, B));
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 2, B.digest)]);
  });

  it("keeps the journal whole when it does not take the snapshot", () => {
    const bench = aNodeWith(3);
    bench.hear(0, aDecision(3));
    bench.storeOne();
    bench.refuse("io");
    expect(kindsOf(bench)).toEqual(["decided", "decided", "decided", "decided"]);
  });
});

describe("a journal", () => {
  it("gives way to a snapshot every so many slots, once that is durable", () => {
    const bench = aNodeWith(3);
    bench.hear(0, aDecision(3));
    bench.storeOne();
    expect(kindsOf(bench)).toHaveLength(4);
    bench.store();
    expect(kindsOf(bench)).toEqual(["snapshot"]);
    bench.hear(0, aDecision(4));
    bench.store();
    expect(kindsOf(bench)).toEqual(["snapshot", "decided"]);
  });

  it("gives way when it has grown too large", () => {
    const bench = aNodeWith(20, { everySlots: 1000, journalBytes: 200, keptSlots: 1000 });
    expect(bench.image.length).toBeLessThan(16);
    expect(kindsOf(bench)[0]).toBe("snapshot");
  });

  it("keeps what is promised in the slot behind the snapshot", () => {
    const bench = aNodeWith(3);
    bench.hear(1, aProposal(4, 0, A));
    bench.hear(2, aProposal(4, 1, A));
    bench.hear(2, aVote(4, 1, A.digest));
    bench.hear(0, aVote(4, 1, A.digest));
    bench.hear(0, aDecision(3));
    bench.store();
    expect(kindsOf(bench)[0]).toBe("snapshot");
    expect(kindsOf(bench).slice(1)).toContain("vote");
  });

  it("is not dropped while a damaged record may stand for a promise further on", () => {
    const bench = aNodeWith(3);
    bench.damaged.push(5);
    bench.boot();
    for (const slot of [3, 4]) bench.hear(0, aDecision(slot));
    bench.store();
    expect(kindsOf(bench)).not.toContain("snapshot");
    bench.hear(0, aDecision(5));
    bench.store();
    expect(kindsOf(bench)).toEqual(["snapshot"]);
  });

  it("of snapshot and slots behind it makes the state that was", () => {
    const bench = aNodeWith(6);
    const retry = anAppend(2, 3, 2, 3);
    bench.boot();
    expect(bench.traces.map(({ event, slot }) => [event, slot]).slice(0, 4)).toEqual([
      ["snapshot", 4],
      ["apply", 4],
      ["apply", 5],
      ["boot", 6],
    ]);
    bench.request(retry);
    expect(bench.replies).toHaveLength(1);
    expect(bench.writing).toEqual([]);
  });
});

/** Lets two nodes talk, and `b` be impatient whenever both are silent. */
function talk(a: RojBench, b: RojBench, lossPercent = 0): void {
  const random = Random.of(1, "talk");
  for (let rounds = 0; rounds < 400; rounds++) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const message of from.take(...TRANSFER)) {
        if (random.below(100) >= lossPercent)
          to.hear(from.node, message, { boot: 9, destination: to.node });
      }
      from.store();
    }
    if (a.sent.length + b.sent.length === 0) b.catchUpTimer();
  }
}

const TRANSFER = ["fetch", "fetch-chunks", "chunk", "decided", "status"] as const;

describe("a node that fell behind what the others keep", () => {
  it.each([0, 30, 60])("catches up by snapshot when %i %% of the messages are lost", (percent) => {
    const ahead = aNodeWith(50);
    const behind = new RojBench({ node: 0, nodes: 2 + 1, compaction: EVERY_4 });
    behind.hear(1, { kind: "status", slot: 50 }, { boot: 9 });
    behind.catchUpTimer();
    talk(ahead, behind, percent);
    const jumps = behind.traces.filter(({ event }) => event === "snapshot");
    expect(jumps.length).toBeGreaterThan(0);
    const applied = behind.traces.filter(({ event }) => event === "apply").map(({ slot }) => slot);
    expect(applied.at(-1)).toBe(49);
    expect(applied.length).toBeLessThan(10);
    expect(kindsOf(behind)[0]).toBe("snapshot");
    behind.replies = [];
    behind.request(anAppend(2, 3, 2, 3));
    expect(behind.replies).toHaveLength(1);
  });

  it("starts from the snapshot after a loss of power", () => {
    const ahead = aNodeWith(50);
    const behind = new RojBench({ node: 0, nodes: 3, compaction: EVERY_4 });
    behind.hear(1, { kind: "status", slot: 50 }, { boot: 9 });
    behind.catchUpTimer();
    talk(ahead, behind);
    behind.boot();
    expect(behind.traces.find(({ event }) => event === "boot")?.slot).toBe(50);
  });
});
