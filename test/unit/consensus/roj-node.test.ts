/**
 * One ROJ node, with the test as the world around it: what it promises, when the promise may
 * leave, what survives a loss of power, and what it does not believe.
 */

import { describe, expect, it } from "vitest";
import { aBatch, aConfirm, aProposal, aVote, HOST, RojBench } from "../../support/roj-bench.ts";
import { anAppend, framesOf } from "../../support/roj-messages.ts";

const A = aBatch(1);
const B = aBatch(2);

/** Node 1 of 3, to which node 0 has proposed `A` in slot 0. */
function aNodeAskedToVote(): RojBench {
  const bench = new RojBench({ node: 1, nodes: 3 });
  bench.hear(0, aProposal(0, 0, A));
  return bench;
}

/** The same node after it voted, with its own vote and the proposer's. */
function aLockedNode(): RojBench {
  const bench = aNodeAskedToVote();
  bench.store();
  bench.hear(0, aVote(0, 0, A.digest));
  bench.store();
  return bench;
}

describe("a promise", () => {
  it("to vote leaves only when it is stored", () => {
    const bench = aNodeAskedToVote();
    expect(bench.take("vote")).toEqual([]);
    expect(bench.writing.map(({ record }) => record)).toEqual([
      { kind: "vote", slot: 0, round: 0, digest: A.digest },
    ]);
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 0, A.digest)]);
  });

  it("to confirm leaves only when it is stored, with the batch that it locks", () => {
    const bench = aNodeAskedToVote();
    bench.store();
    bench.hear(0, aVote(0, 0, A.digest));
    expect(bench.take("confirm")).toEqual([]);
    expect(bench.writing.map(({ record }) => record)).toEqual([
      { kind: "confirm", slot: 0, round: 0, batch: A },
    ]);
    bench.store();
    expect(bench.take("confirm")).toEqual([aConfirm(0, 0, A.digest)]);
  });

  it("does not leave for a round that the node has left meanwhile", () => {
    const bench = aNodeAskedToVote();
    bench.hear(2, aVote(0, 3, null));
    bench.store();
    expect(bench.take("vote").filter((vote) => "round" in vote && vote.round === 0)).toEqual([]);
  });

  it("is made once in a round, whatever else is proposed", () => {
    const bench = aNodeAskedToVote();
    bench.hear(0, aProposal(0, 0, B));
    bench.store();
    bench.hear(0, aProposal(0, 0, B));
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 0, A.digest)]);
  });
});

describe("a node that lost power", () => {
  it("sends the vote again that it had promised before, whatever is proposed now", () => {
    const bench = aNodeAskedToVote();
    bench.store();
    bench.boot();
    bench.request(anAppend(9, 1));
    bench.hear(0, aProposal(0, 0, B), { boot: 2 });
    bench.store();
    expect(bench.take("vote")).toEqual([]);
    bench.roundTimer();
    expect(bench.take("vote")).toEqual([aVote(0, 0, A.digest)]);
  });

  it("may vote anew when the promise was not stored", () => {
    const bench = aNodeAskedToVote();
    bench.boot();
    bench.hear(0, aProposal(0, 0, B), { boot: 2 });
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 0, B.digest)]);
  });

  it("keeps its lock", () => {
    const bench = aLockedNode();
    bench.boot();
    bench.hear(2, aVote(0, 2, null));
    bench.hear(2, aProposal(0, 2, B));
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 2, null)]);
  });

  it("has applied all that it had decided, and answers a retry from it", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    const transaction = A.transactions[0] as (typeof A.transactions)[number];
    bench.hear(0, { kind: "decided", slot: 0, round: 0, voters: 3, batch: A });
    bench.store();
    bench.boot();
    const applied = bench.traces.filter(({ event }) => event === "apply");
    expect(applied.map(({ slot }) => slot)).toEqual([0]);
    expect(bench.replies).toEqual([]);
    bench.request(transaction);
    expect(bench.replies).toHaveLength(1);
  });

  it("records the promises that stand, also one that became durable too late to be sent", () => {
    const bench = aNodeAskedToVote();
    bench.image.push(...bench.writing.map(({ bytes }) => bytes));
    bench.boot();
    const votes = bench.traces.filter(({ event }) => event === "vote");
    expect(votes).toEqual([{ event: "vote", slot: 0, round: 0, digest: A.digest }]);
  });

  it("does not record again what it promised for slots that are decided", () => {
    const bench = aNodeAskedToVote();
    bench.store();
    bench.hear(0, { kind: "decided", slot: 0, round: 0, voters: 3, batch: A });
    bench.store();
    bench.boot();
    expect(bench.traces.map(({ event }) => event)).toEqual(["apply", "boot", "fetch"]);
  });

  it("asks the others how far they are", () => {
    const bench = aNodeAskedToVote();
    expect(bench.take("fetch")).toEqual([]);
    bench.boot();
    expect(bench.take("fetch")).toEqual([{ kind: "fetch", slot: 0 }]);
  });
});

describe("a locked node", () => {
  it("votes nil for another batch without a certificate", () => {
    const bench = aLockedNode();
    bench.take();
    bench.hear(2, aVote(0, 2, null));
    bench.hear(2, aProposal(0, 2, B));
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 2, null)]);
  });

  it("votes for its lock again", () => {
    const bench = aLockedNode();
    bench.take();
    bench.hear(2, aVote(0, 2, null));
    bench.hear(2, { kind: "propose", slot: 0, round: 2, validRound: 0, batch: A });
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 2, A.digest)]);
  });

  it("votes for another batch with a newer certificate that it holds itself", () => {
    const bench = aLockedNode();
    bench.take();
    bench.hear(2, aVote(0, 2, null));
    bench.hear(0, aVote(0, 1, B.digest));
    bench.hear(2, aVote(0, 1, B.digest));
    bench.hear(2, { kind: "propose", slot: 0, round: 2, validRound: 1, batch: B });
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 2, B.digest)]);
  });

  it("asks for the certificate that a proposal claims, instead of believing it", () => {
    const bench = aLockedNode();
    bench.take();
    bench.hear(2, aVote(0, 2, null));
    bench.hear(2, { kind: "propose", slot: 0, round: 2, validRound: 1, batch: B });
    bench.store();
    expect(bench.sent.filter(({ kind }) => kind === "vote")).toEqual([]);
    expect(bench.take("pull")).toMatchObject([{ slot: 0, round: 1 }]);
  });
});

describe("a quorum of votes", () => {
  it("of a round that the node has left is noted, but not confirmed", () => {
    const bench = aNodeAskedToVote();
    bench.store();
    bench.hear(2, aVote(0, 1, null));
    bench.take();
    bench.hear(0, aVote(0, 0, A.digest));
    bench.store();
    expect(bench.take("confirm")).toEqual([]);
    expect(bench.writing).toEqual([]);
    // Node 1 proposes again four rounds later, and takes up what it found valid.
    bench.hear(2, aVote(0, 4, null));
    expect(bench.take("propose")).toEqual([
      { kind: "propose", slot: 0, round: 4, validRound: 0, batch: A },
    ]);
  });
});

describe("a decision", () => {
  it("takes a quorum of confirmations of one batch in one round", () => {
    const bench = new RojBench({ node: 1, nodes: 5 });
    bench.hear(0, aProposal(0, 0, A));
    for (const source of [0, 2, 3]) bench.hear(source, aConfirm(0, 0, A.digest));
    bench.hear(4, aConfirm(0, 1, A.digest));
    bench.hear(4, aConfirm(0, 0, null));
    expect(bench.committed()).toEqual([]);
  });

  it("comes with the confirmation that makes the quorum, at any time", () => {
    const bench = new RojBench({ node: 1, nodes: 5 });
    bench.hear(0, aProposal(0, 0, A));
    bench.hear(2, aVote(0, 4, null));
    bench.hear(3, aVote(0, 4, null));
    for (const source of [0, 2, 3, 4]) bench.hear(source, aConfirm(0, 0, A.digest));
    expect(bench.committed()).toMatchObject([{ slot: 0, round: 0, digest: A.digest }]);
    expect(bench.committed()[0]?.voters).toBe(0b11101);
  });

  it("is not made of one node's confirmation repeated", () => {
    const bench = new RojBench({ node: 1, nodes: 5 });
    bench.hear(0, aProposal(0, 0, A));
    for (let count = 0; count < 9; count++) bench.hear(0, aConfirm(0, 0, A.digest));
    expect(bench.committed()).toEqual([]);
  });

  it("is not made of a commit message: that is a hint, and pulled after", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, aProposal(0, 0, A));
    bench.take();
    bench.hear(0, { kind: "commit", slot: 0, round: 0, digest: A.digest, voters: 7 });
    expect(bench.committed()).toEqual([]);
    expect(bench.take("pull")).toMatchObject([{ slot: 0, round: 0 }]);
  });

  it("is not taken from a peer without a quorum of voters behind it", () => {
    const bench = new RojBench({ node: 1, nodes: 5 });
    bench.hear(0, { kind: "decided", slot: 0, round: 0, voters: 0b00111, batch: A });
    expect(bench.committed()).toEqual([]);
    bench.hear(0, { kind: "decided", slot: 0, round: 0, voters: 0b01111, batch: A });
    expect(bench.committed()).toHaveLength(1);
  });

  it("ahead of the node's own place waits until the gap is closed", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, { kind: "decided", slot: 1, round: 0, voters: 3, batch: B });
    expect(bench.committed()).toEqual([]);
    bench.hear(0, { kind: "decided", slot: 0, round: 0, voters: 3, batch: A });
    expect(bench.committed().map(({ slot }) => slot)).toEqual([0, 1]);
  });

  it("is answered to the client, once for each node that waits", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.request(A.transactions[0] as (typeof A.transactions)[number]);
    bench.hear(0, { kind: "decided", slot: 0, round: 0, voters: 3, batch: A });
    expect(bench.replies.map(({ id }) => id)).toEqual([0x401]);
    expect((bench.replies[0]?.data[1] ?? 0) & 15).toBe(HOST);
  });
});

describe("a frame", () => {
  it("from before its sender's last boot is left out", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, { kind: "status", slot: 0 }, { boot: 7 });
    bench.hear(0, aProposal(0, 0, A), { boot: 6 });
    bench.store();
    expect(bench.take("vote")).toEqual([]);
    bench.hear(0, aProposal(0, 0, B), { boot: 7 });
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 0, B.digest)]);
  });

  it("of a boot counter that wrapped is new", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, { kind: "status", slot: 0 }, { boot: 255 });
    bench.hear(0, aProposal(0, 0, A), { boot: 0 });
    bench.store();
    expect(bench.take("vote")).toEqual([aVote(0, 0, A.digest)]);
  });

  it("in the node's own name is not its own past, nor is what others have from it", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(1, aVote(0, 0, B.digest));
    bench.hear(1, aConfirm(0, 0, B.digest));
    expect(bench.traces.filter(({ event }) => event === "reject")).toMatchObject([
      { message: "frame", reason: "own-name" },
      { message: "frame", reason: "own-name" },
    ]);
    const set = { kind: "vote-set", phase: "vote", slot: 0, round: 0, digest: B.digest } as const;
    bench.hear(2, { ...set, voters: 0b110 });
    bench.hear(0, aProposal(0, 0, A));
    bench.take();
    bench.roundTimer();
    expect(bench.take("vote")).toEqual([]);
    bench.store();
    bench.roundTimer();
    expect(bench.take("vote")).toEqual([aVote(0, 0, A.digest), aVote(0, 0, A.digest)]);
  });

  it("from a node that does not exist counts for nothing", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(0, aProposal(0, 0, A));
    for (const source of [5, 6, 7]) bench.hear(source, aConfirm(0, 0, A.digest));
    expect(bench.committed()).toEqual([]);
  });

  it("that arrives twice changes nothing", () => {
    const bench = aNodeAskedToVote();
    bench.store();
    bench.take();
    for (const frame of framesOf(aProposal(0, 0, A), 0)) bench.frame(frame);
    bench.store();
    expect(bench.sent).toEqual([]);
  });

  it("of a proposal by somebody whose turn it is not is left out", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.hear(2, aProposal(0, 0, A));
    bench.store();
    expect(bench.take("vote")).toEqual([]);
  });
});

describe("a client's request", () => {
  it("makes the node whose turn it is propose, with what else comes in a moment", () => {
    const bench = new RojBench({ node: 0, nodes: 3 });
    bench.request(anAppend(3, 1));
    expect(bench.take("propose")).toEqual([]);
    bench.request(anAppend(4, 1));
    bench.gatherTimer();
    expect(bench.take("propose")).toMatchObject([
      {
        slot: 0,
        round: 0,
        validRound: null,
        batch: { transactions: [anAppend(3, 1), anAppend(4, 1)] },
      },
    ]);
  });

  it("of an older number than one that waits is left out", () => {
    const bench = new RojBench({ node: 1, nodes: 3 });
    bench.request(anAppend(3, 5));
    bench.request(anAppend(3, 4));
    bench.hear(2, aVote(0, 1, null));
    bench.gatherTimer();
    const [proposal] = bench.take("propose");
    expect(proposal).toMatchObject({ batch: { transactions: [anAppend(3, 5)] } });
  });
});
