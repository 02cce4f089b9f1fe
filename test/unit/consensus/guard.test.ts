/**
 * A node of the signed profile among liars: what is not signed by those who may say it is refused
 * and counted, what contradicts itself convicts its author, and nothing else changes.
 */

import { beforeEach, describe, expect, it } from "vitest";
import { NodeAuth } from "../../../rig/core/auth/authority.ts";
import { idealAuthority } from "../../../rig/core/auth/ideal.ts";
import type { Signed, Statement } from "../../../rig/core/auth/statement.ts";
import { ListStore } from "../../../rig/core/consensus/list-store.ts";
import { ROJ_RULES } from "../../../rig/core/consensus/roj/rules.ts";
import { COMPACTION, takeSnapshot } from "../../../rig/core/consensus/roj/snapshot.ts";
import { SIGNED_FORMAT } from "../../../rig/core/wire/format.ts";
import type { AnyRojMessage, Phase } from "../../../rig/core/wire/roj-message.ts";
import { chunkAt } from "../../../rig/core/wire/snapshot-chunk.ts";
import { type Batch, makeBatch, type Transaction } from "../../../rig/core/wire/transaction.ts";
import { RojBench } from "../../support/roj-bench.ts";
import { anAppend } from "../../support/roj-messages.ts";

const NODES = 5;
const AUTHORITY = idealAuthority(1, NODES);
const signers = Array.from({ length: NODES }, (_, node) => new NodeAuth(AUTHORITY, node));

function sign(node: number, statement: Partial<Statement> & Pick<Statement, "kind" | "slot">) {
  const whole = { round: 0, validRound: null, digest: null, ...statement };
  return (signers[node] as NodeAuth).sign(whole);
}

function aBatchOf(...transactions: readonly Transaction[]): Batch {
  return makeBatch(transactions, SIGNED_FORMAT.digestOf);
}

function said(node: number, phase: Phase, digest: string | null, round = 0): AnyRojMessage {
  const signature = sign(node, { kind: phase, slot: 0, round, digest });
  return { kind: phase, slot: 0, round, digest, signature };
}

function confirms(digest: string, ...voters: readonly number[]): readonly Signed[] {
  return voters.map((voter) => ({
    voter,
    signature: sign(voter, { kind: "confirm", slot: 0, digest }),
  }));
}

function proposed(batch: Batch, round = 0): AnyRojMessage {
  const { digest } = batch;
  const signature = sign(round, { kind: "propose", slot: 0, round, digest });
  return { kind: "propose", slot: 0, round, validRound: null, batch, signature };
}

const ONE = anAppend(1, 1);
const TWO = anAppend(2, 1);
const X = aBatchOf(ONE);
const Y = aBatchOf(TWO);

let bench: RojBench;

/** Reasons for which messages were refused, and nodes that were convicted. */
const refused = () => bench.traces.filter((r) => r.event === "reject").map((r) => r.reason);
const convicted = () => bench.traces.filter((r) => r.event === "evidence").map((r) => r.accused);

beforeEach(() => {
  bench = new RojBench({ node: 4, nodes: NODES, authority: AUTHORITY });
  bench.request(ONE);
  bench.request(TWO);
});

describe("what is said", () => {
  it("is signed, and counts with its signature", () => {
    bench.hear(0, proposed(X));
    bench.store();
    const [vote] = bench.take("vote");
    expect(vote).toEqual(said(4, "vote", X.digest));
  });

  it("without the right signature is refused", () => {
    bench.hear(1, { ...said(1, "vote", X.digest), signature: new Uint8Array(64) } as AnyRojMessage);
    bench.hear(2, said(1, "vote", X.digest));
    expect(refused()).toEqual(["bad-signature", "bad-signature"]);
  });

  it("is proposed by the proposer alone", () => {
    bench.hear(1, proposed(X));
    expect(refused()).toEqual(["not-the-proposer"]);
  });

  it("of what no client asked for gets no vote, until f + 1 nodes vouch for it", () => {
    const unheard = aBatchOf(anAppend(7, 1));
    bench.hear(0, proposed(unheard));
    bench.store();
    expect(bench.take("vote")).toEqual([]);
    bench.hear(0, said(0, "vote", unheard.digest));
    bench.store();
    expect(bench.take("vote")).toEqual([]);
    bench.hear(1, said(1, "vote", unheard.digest));
    bench.store();
    expect(bench.take("vote")).toEqual([said(4, "vote", unheard.digest)]);
  });

  it("in a client's name by a node is not heard", () => {
    const fresh = new RojBench({ node: 4, nodes: NODES, authority: AUTHORITY });
    fresh.request(ONE, 3);
    expect(fresh.traces.at(-1)).toMatchObject({ event: "reject", reason: "not-the-client" });
  });
});

describe("equivocation", () => {
  it("convicts its author once, with both statements for everybody", () => {
    bench.hear(1, said(1, "vote", X.digest));
    bench.hear(1, said(1, "vote", Y.digest));
    bench.hear(1, said(1, "confirm", X.digest));
    bench.hear(1, said(1, "confirm", null));
    expect(convicted()).toEqual([1]);
    const [evidence] = bench.take("evidence");
    const other = new RojBench({ node: 2, nodes: NODES, authority: AUTHORITY });
    other.hear(4, evidence as AnyRojMessage);
    expect(other.traces.at(-1)).toMatchObject({ event: "evidence", accused: 1 });
    expect(other.take("evidence")).toEqual([]);
  });

  it("is seen in what is addressed to others, which is not acted on", () => {
    bench.hear(0, proposed(X), { destination: 2 });
    bench.store();
    expect(bench.take("vote")).toEqual([]);
    bench.hear(0, proposed(Y), { destination: 4 });
    bench.store();
    expect(bench.take("vote")).toEqual([said(4, "vote", Y.digest)]);
    expect(convicted()).toEqual([0]);
  });

  it("is not made of one statement, of two rounds, or of a forged one", () => {
    bench.hear(1, said(1, "vote", X.digest));
    bench.hear(1, said(1, "vote", X.digest));
    bench.hear(1, said(1, "vote", null, 1));
    const forged = { ...said(1, "vote", Y.digest), signature: new Uint8Array(64) };
    bench.hear(1, forged as AnyRojMessage);
    const statement = { kind: "vote", slot: 0, round: 0, validRound: null } as const;
    const first = { statement: { ...statement, digest: X.digest }, signature: sign(1, statement) };
    bench.hear(3, { kind: "evidence", slot: 0, round: 0, voter: 1, first, second: first });
    expect(convicted()).toEqual([]);
    expect(refused()).toEqual(["bad-signature", "no-evidence"]);
  });

  it("does not change the quorum", () => {
    bench.hear(0, proposed(X));
    bench.store();
    for (const digest of [X.digest, Y.digest]) bench.hear(1, said(1, "confirm", digest));
    expect(convicted()).toEqual([1]);
    for (const node of [0, 2]) bench.hear(node, said(node, "confirm", X.digest));
    expect(bench.committed()).toEqual([]);
    bench.hear(3, said(3, "confirm", X.digest));
    expect(bench.committed()).toMatchObject([{ slot: 0, digest: X.digest, voters: 0b1111 }]);
  });

  it("counts for each of its statements, since others may have heard the other first", () => {
    bench.hear(0, proposed(X));
    bench.store();
    bench.hear(1, said(1, "confirm", Y.digest));
    for (const node of [0, 2]) bench.hear(node, said(node, "confirm", X.digest));
    const signed = confirms(X.digest, 0, 1, 2, 3);
    const set = { kind: "vote-set", phase: "confirm", slot: 0, round: 0 } as const;
    bench.hear(3, { ...set, digest: X.digest, voters: 0b1111, signed });
    expect(bench.committed()).toMatchObject([{ slot: 0, digest: X.digest }]);
  });
});

describe("a commit", () => {
  const claim = { kind: "commit", slot: 0, round: 0, digest: X.digest } as const;

  it("without a quorum behind it is refused", () => {
    bench.hear(1, { ...claim, voters: 0b111 });
    expect(refused()).toEqual(["no-quorum"]);
  });

  it("that names this node for what it never confirmed is refused", () => {
    bench.hear(0, proposed(X));
    bench.hear(1, { ...claim, voters: 0b11111 });
    expect(refused()).toEqual(["not-confirmed-here"]);
    expect(bench.committed()).toEqual([]);
  });

  it("that may be true is pulled, and refused once the slot is decided otherwise", () => {
    bench.hear(1, { ...claim, digest: Y.digest, voters: 0b1111 });
    expect(bench.take("pull")).toMatchObject([{ slot: 0, round: 0 }]);
    bench.hear(0, proposed(X));
    for (const node of [0, 1, 2, 3]) bench.hear(node, said(node, "confirm", X.digest));
    expect(bench.committed()).toMatchObject([{ digest: X.digest }]);
    expect(refused()).toEqual(["contradicts-decision"]);
    bench.hear(2, { ...claim, digest: Y.digest, voters: 0b1111 });
    expect(refused()).toEqual(["contradicts-decision", "contradicts-decision"]);
  });

  it("is believed by a planted rule", () => {
    const rules = { ...ROJ_RULES, trustsCommits: true };
    bench = new RojBench({ node: 4, nodes: NODES, authority: AUTHORITY, rules });
    bench.request(ONE);
    bench.hear(0, proposed(X));
    bench.hear(1, { ...claim, voters: 0b11111 });
    expect(bench.committed()).toMatchObject([{ digest: X.digest }]);
  });
});

describe("a decision that a peer passes on", () => {
  const decided = (signed: readonly Signed[]): AnyRojMessage => {
    return { kind: "decided", slot: 0, round: 0, voters: 0, batch: X, signed };
  };

  it("counts with a quorum of confirmations", () => {
    bench.hear(1, decided(confirms(X.digest, 0, 1, 2, 3)));
    expect(bench.committed()).toMatchObject([{ digest: X.digest, voters: 0b1111 }]);
  });

  it.each([
    ["short-certificate", confirms(X.digest, 0, 1, 2)],
    ["duplicate-signer", confirms(X.digest, 0, 1, 1, 1)],
    ["bad-signature", confirms(Y.digest, 0, 1, 2, 3)],
    [
      "unknown-signer",
      [...confirms(X.digest, 0, 1, 2), { voter: 9, signature: new Uint8Array(64) }],
    ],
  ] as const)("is refused with a %s", (reason, signed) => {
    bench.hear(1, decided(signed));
    expect(refused()).toContain(reason);
    expect(bench.committed()).toEqual([]);
  });

  it("is believed by planted rules", () => {
    for (const planted of [
      { refusesDoubleSigners: false, signed: confirms(X.digest, 0, 1, 1, 1) },
      { quorum: () => 3, signed: confirms(X.digest, 0, 1, 2) },
    ]) {
      const { signed, ...rule } = planted;
      const rules = { ...ROJ_RULES, ...rule };
      bench = new RojBench({ node: 4, nodes: NODES, authority: AUTHORITY, rules });
      bench.hear(1, decided(signed));
      expect(bench.committed()).toHaveLength(1);
    }
  });

  it("can be passed on after a restart, with its certificate", () => {
    bench.hear(1, decided(confirms(X.digest, 0, 1, 2, 3)));
    bench.store();
    bench.boot();
    bench.hear(2, { kind: "fetch", slot: 0 }, { destination: 4 });
    const [answer] = bench.take("decided");
    expect(answer).toMatchObject({ slot: 0, signed: confirms(X.digest, 0, 1, 2, 3) });
  });
});

describe("a lock", () => {
  it("is proposed again with the votes for it, also after a restart", () => {
    bench = new RojBench({ node: 1, nodes: NODES, authority: AUTHORITY });
    bench.request(ONE);
    bench.hear(0, proposed(X));
    for (const node of [0, 2, 3, 4]) bench.hear(node, said(node, "vote", X.digest));
    bench.store();
    bench.boot();
    bench.request(ONE);
    for (const node of [0, 2, 3, 4]) bench.hear(node, said(node, "confirm", null));
    // Signed, it goes behind the node's own vote: after a loss of power it might be another one.
    expect(bench.take("propose")).toEqual([]);
    bench.store();
    const [proposal, votes] = bench.take("propose", "vote-set");
    expect(proposal).toMatchObject({ kind: "propose", round: 1, validRound: 0 });
    expect(votes).toMatchObject({ kind: "vote-set", phase: "vote", round: 0, digest: X.digest });
    expect((votes as { signed: readonly Signed[] }).signed).toHaveLength(4);
  });
});

describe("a snapshot", () => {
  const snapshot = takeSnapshot(new ListStore(), 8, true, SIGNED_FORMAT.digestOf);
  const { digest } = snapshot;
  const vouched = (node: number): AnyRojMessage => {
    const signature = sign(node, { kind: "checkpoint", slot: 8, digest });
    return { kind: "checkpoint", slot: 8, digest, signed: [{ voter: node, signature }] };
  };

  it("is installed when f + 1 nodes vouch for it, and not before", () => {
    bench.hear(1, chunkAt(snapshot, 0), { destination: 4 });
    bench.hear(1, vouched(1), { destination: 4 });
    bench.hear(1, vouched(1), { destination: 4 });
    expect(bench.traces.filter(({ event }) => event === "snapshot")).toEqual([]);
    bench.hear(2, vouched(2), { destination: 4 });
    expect(bench.traces.at(-1)).toMatchObject({ event: "fetch", slot: 8 });
  });

  it("is vouched for by every node, every so many slots", () => {
    const compaction = { ...COMPACTION, everySlots: 1 };
    bench = new RojBench({ node: 4, nodes: NODES, authority: AUTHORITY, compaction });
    const signed = confirms(X.digest, 0, 1, 2, 3);
    bench.hear(1, { kind: "decided", slot: 0, round: 0, voters: 0, batch: X, signed });
    expect(bench.take("checkpoint")).toMatchObject([{ slot: 1, signed: [{ voter: 4 }] }]);
  });
});

describe("a message that is none", () => {
  it("is refused and counted", () => {
    bench.hear(1, { kind: "vote", slot: 0, round: 0, digest: null });
    expect(refused()).toEqual(["malformed"]);
  });
});
