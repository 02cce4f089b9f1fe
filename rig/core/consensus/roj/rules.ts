/**
 * The rules of ROJ-B on which agreement rests, apart from everything that moves messages. They
 * are handed to the node, so that tests can plant a broken one and see that it is caught.
 */

import type { Statement } from "../../auth/statement.ts";
import type { Digest } from "../../wire/digest.ts";
import type { Transaction } from "../../wire/transaction.ts";
import { quorum } from "../quorum.ts";

/** The batch that a node confirmed last, and in which round. */
export interface Lock {
  readonly digest: Digest;
  readonly round: number;
}

export interface VoteQuestion {
  readonly lock: Lock | null;
  readonly digest: Digest;
  readonly round: number;
  readonly validRound: number | null;
  /** The node holds a quorum of votes for `digest` in `validRound`. */
  readonly holdsCertificate: boolean;
}

export interface RojRules {
  /** May a node vote for the proposal? Otherwise it votes nil. */
  mayVote(question: VoteQuestion): boolean;
  /** A quorum of votes for one batch in `votesRound` is there: may the node lock and confirm it? */
  mayConfirm(votesRound: number, currentRound: number): boolean;
  /** A vote leaves only when it is durable. */
  readonly storesVotes: boolean;
  /** A node stays silent up to a slot of which a damaged record may have held a promise. */
  readonly heedsDamage: boolean;
  /** A snapshot holds the sessions of the clients, so that retries are known after a restore. */
  readonly snapshotsSessions: boolean;
  /** Nodes whose agreement decides. `convicted` are known to lie, which must change nothing. */
  quorum(nodes: number, convicted: number): number;
  /** A commit that a node announces is a hint: nobody decides without the confirmations. */
  readonly trustsCommits: boolean;
  /** A node that signs a certificate twice counts for nothing. */
  readonly refusesDoubleSigners: boolean;
  /** Frames from before their sender's last boot are not for this life of it. */
  readonly heedsBoots: boolean;
  /** What a client reads is agreed on like what it writes. */
  readonly readsFromLog: boolean;
  /** What a proposer makes of the requests that wait, oldest first. */
  arrange(transactions: readonly Transaction[]): readonly Transaction[];
  /** Two different statements of one node about one such thing convict it. */
  placeOf(statement: Statement): string;
}

export const ROJ_RULES: RojRules = {
  mayVote({ lock, digest, round, validRound, holdsCertificate }) {
    if (lock === null || lock.digest === digest) return true;
    return (
      validRound !== null && lock.round <= validRound && validRound < round && holdsCertificate
    );
  },
  // Without this guard a late confirmation of an old round lets two batches be decided.
  mayConfirm(votesRound, currentRound) {
    return votesRound === currentRound;
  },
  storesVotes: true,
  heedsDamage: true,
  snapshotsSessions: true,
  quorum,
  trustsCommits: false,
  refusesDoubleSigners: true,
  heedsBoots: true,
  readsFromLog: true,
  arrange: (transactions) => transactions,
  placeOf({ kind, slot, round }) {
    return `${kind}/${slot}/${round}`;
  },
};
