/**
 * One node of ROJ-A, with the test as the world around it: one vote for a slot, for ever, durable
 * before it leaves; proposals by the owner of the slot alone, and the same one after a restart.
 */

import { describe, expect, it } from "vitest";
import { aBatch, aProposal, aVote, RojBench } from "../../support/roj-bench.ts";
import { anAppend } from "../../support/roj-messages.ts";

const A = aBatch(1);
const B = aBatch(2);

/** Node 1 of 4 (quorum 3); slot 0 belongs to node 0. */
function aVoter(): RojBench {
  return new RojBench({ node: 1, nodes: 4, isOnePhase: true });
}

/** Node 0, the owner of slot 0, that has been asked for something. */
function anOwner(): RojBench {
  const bench = new RojBench({ node: 0, nodes: 4, isOnePhase: true });
  bench.request(anAppend(9, 1));
  bench.gatherTimer();
  return bench;
}

describe("a vote of ROJ-A", () => {
  it("leaves when it is stored, and is recorded as a confirmation as well", () => {
    const bench = aVoter();
    bench.hear(0, aProposal(0, 0, A));
    expect(bench.take("vote")).toEqual([]);
    bench.store();
    expect(bench.take("vote", "confirm")).toEqual([aVote(0, 0, A.digest)]);
    const said = bench.traces.filter(({ digest }) => digest === A.digest);
    expect(said.map(({ event }) => event)).toEqual(["vote", "confirm"]);
  });

  it("goes to the first proposal, whatever comes later and however long it takes", () => {
    const bench = aVoter();
    bench.hear(0, aProposal(0, 0, A));
    bench.hear(0, aProposal(0, 0, B));
    bench.store();
    bench.roundTimer();
    bench.roundTimer();
    const votes = bench.take("vote");
    expect(votes).toHaveLength(3);
    expect(new Set(votes.map((vote) => JSON.stringify(vote))).size).toBe(1);
  });

  it("is kept through a loss of power, and recorded again", () => {
    const bench = aVoter();
    bench.hear(0, aProposal(0, 0, A));
    bench.store();
    bench.boot();
    const events = bench.traces.map(({ event }) => event);
    expect(events.slice(0, 3)).toEqual(["boot", "vote", "confirm"]);
    bench.hear(0, aProposal(0, 0, B), { boot: 2 });
    bench.store();
    expect(bench.take("vote")).toEqual([]);
    bench.roundTimer();
    expect(bench.take("vote")).toEqual([aVote(0, 0, A.digest)]);
  });

  it("never leaves when the store refuses it", () => {
    const bench = aVoter();
    bench.hear(0, aProposal(0, 0, A));
    bench.refuse("full");
    bench.roundTimer();
    expect(bench.take("vote")).toEqual([]);
  });

  it("is not for a batch that somebody else proposes, nor for one of a later round", () => {
    const bench = aVoter();
    bench.hear(2, aProposal(0, 0, A));
    bench.hear(1, aProposal(0, 1, A));
    expect(bench.writing).toEqual([]);
  });

  it("is not made in a slot of which a damaged record may have held one", () => {
    const bench = aVoter();
    bench.hear(0, aProposal(0, 0, A));
    bench.store();
    bench.spoil("vote");
    bench.boot();
    bench.hear(0, aProposal(0, 0, B), { boot: 2 });
    expect(bench.writing).toEqual([]);
  });
});

describe("a slot of ROJ-A", () => {
  it("is decided by a quorum of votes, in no other round than the first", () => {
    const bench = aVoter();
    bench.hear(0, aProposal(0, 0, A));
    bench.store();
    bench.hear(0, aVote(0, 0, A.digest));
    bench.hear(2, aVote(0, 1, A.digest));
    expect(bench.committed()).toEqual([]);
    bench.hear(3, aVote(0, 0, A.digest));
    expect(bench.committed()).toMatchObject([{ slot: 0, round: 0, voters: 0b1011 }]);
  });

  it("is split for good by two batches with half of the votes each", () => {
    const bench = aVoter();
    bench.hear(0, aProposal(0, 0, A));
    bench.store();
    bench.hear(0, aVote(0, 0, A.digest));
    bench.hear(2, aVote(0, 0, B.digest));
    bench.hear(3, aVote(0, 0, B.digest));
    for (let timeout = 0; timeout < 10; timeout++) bench.roundTimer();
    expect(bench.committed()).toEqual([]);
  });

  it("is proposed by its owner, once that has stored what it proposes", () => {
    const bench = anOwner();
    expect(bench.take("propose")).toEqual([]);
    bench.store();
    expect(bench.take("propose", "vote").map(({ kind }) => kind)).toEqual(["propose", "vote"]);
  });

  it("is proposed by its owner as before after a loss of power", () => {
    const bench = anOwner();
    bench.store();
    const [before] = bench.take("propose");
    bench.boot();
    bench.request(anAppend(8, 1));
    bench.request(anAppend(9, 1));
    bench.gatherTimer();
    bench.roundTimer();
    expect(bench.take("propose")).toEqual([before]);
  });

  it("is proposed by nobody else", () => {
    const bench = aVoter();
    bench.request(anAppend(9, 1));
    bench.gatherTimer();
    bench.roundTimer();
    expect(bench.writing).toEqual([]);
    expect(bench.take("propose")).toEqual([]);
  });
});
