/**
 * What a node knows of one slot: proposals, votes and confirmations by round, and its own round,
 * lock and valid batch. A first vote counts; a later one of the same voter for something else is
 * left out where votes are not signed.
 */

import type { Signed } from "../../auth/statement.ts";
import type { Digest } from "../../wire/digest.ts";
import type { Phase, RojMessage } from "../../wire/roj-message.ts";
import type { Batch } from "../../wire/transaction.ts";
import type { Lock } from "./rules.ts";

export type Proposal = Extract<RojMessage, { kind: "propose" | "value" }>;

/** Votes (or confirmations) of one round: what each node said, undefined while it said nothing. */
export class Tally {
  readonly said: (Digest | null | undefined)[];
  /** By voter, the signature under what it said, in the signed profile. */
  readonly #signatures: (Uint8Array | undefined)[] = [];
  /**
   * What nodes said beside their first statement. Each is authentic and counts for what it says:
   * others may have heard it first, and two quorums still share an honest node.
   */
  #others: (Signed & { readonly digest: Digest | null })[] = [];
  /** Bit per node that said something. */
  heard = 0;

  constructor(nodes: number) {
    this.said = new Array<Digest | null | undefined>(nodes).fill(undefined);
  }

  /** Whether this was news. */
  add(voter: number, digest: Digest | null, signature?: Uint8Array): boolean {
    if (voter >= this.said.length) return false;
    const known = this.said[voter];
    if (known !== undefined) {
      if (known === digest || signature === undefined) return false;
      return this.#addOther({ voter, digest, signature });
    }
    this.said[voter] = digest;
    if (signature !== undefined) this.#signatures[voter] = signature;
    this.heard |= 1 << voter;
    return true;
  }

  /** A second statement is kept only for what somebody else says too: so they stay few. */
  #addOther(other: Signed & { readonly digest: Digest | null }): boolean {
    const { voter, digest } = other;
    if ((this.votersFor(digest) & (1 << voter)) !== 0 || !this.said.includes(digest)) return false;
    this.#others.push(other);
    return true;
  }

  /** Bit per node that said exactly this. */
  votersFor(digest: Digest | null): number {
    let voters = 0;
    for (let voter = 0; voter < this.said.length; voter++) {
      if (this.said[voter] === digest) voters |= 1 << voter;
    }
    if (this.#others.length === 0) return voters;
    return this.#others.reduce(
      (bits, other) => (other.digest === digest ? bits | (1 << other.voter) : bits),
      voters,
    );
  }

  get isSigned(): boolean {
    return this.#signatures.length > 0;
  }

  /** The signatures of those of `voters` that said this, by number; null where there are none. */
  signedFor(digest: Digest | null, voters: number): readonly Signed[] | null {
    const signed: Signed[] = [];
    for (let voter = 0; voter < this.said.length; voter++) {
      if ((voters & (1 << voter)) === 0) continue;
      const other = this.#others.find((each) => each.voter === voter && each.digest === digest);
      const signature = this.said[voter] === digest ? this.#signatures[voter] : other?.signature;
      if (signature !== undefined) signed.push({ voter, signature });
    }
    return signed.length === 0 ? null : signed;
  }

  /** What at least `quorum` nodes said; undefined when nothing has so many. */
  quorumFor(quorum: number): Digest | null | undefined {
    if (bitCount(this.heard) < quorum) return undefined;
    return this.said.find(
      (digest) => digest !== undefined && bitCount(this.votersFor(digest)) >= quorum,
    );
  }
}

export interface RoundState {
  readonly round: number;
  readonly votes: Tally;
  readonly confirms: Tally;
  proposal: Proposal | null;
  /** The proposal is this node's own and must not leave yet. */
  isHeldBack: boolean;
  /** The node has promised its vote (its confirmation); it may not be durable and sent yet. */
  voted: boolean;
  confirmed: boolean;
}

export class SlotState {
  readonly slot: number;
  readonly nodes: number;
  readonly #rounds = new Map<number, RoundState>();
  readonly batches = new Map<Digest, Batch>();
  /** Highest round in which each node was heard. */
  readonly #roundHeard: Int32Array;
  round = 0;
  lock: Lock | null = null;
  /** The batch with a quorum of votes in the highest round known: proposed again first. */
  valid: Lock | null = null;
  /** The node takes part: its timers run. */
  active = false;
  /** Highest round in which somebody said something other than nil; -1 when nobody did. */
  livelyRound = -1;

  constructor(slot: number, nodes: number) {
    this.slot = slot;
    this.nodes = nodes;
    this.#roundHeard = new Int32Array(nodes).fill(-1);
  }

  roundState(round: number): RoundState {
    let state = this.#rounds.get(round);
    if (state === undefined) {
      state = {
        round,
        votes: new Tally(this.nodes),
        confirms: new Tally(this.nodes),
        proposal: null,
        isHeldBack: false,
        voted: false,
        confirmed: false,
      };
      this.#rounds.set(round, state);
    }
    return state;
  }

  tally(round: number, phase: Phase): Tally {
    const state = this.roundState(round);
    return phase === "vote" ? state.votes : state.confirms;
  }

  rounds(): IterableIterator<RoundState> {
    return this.#rounds.values();
  }

  heardRound(source: number, round: number): void {
    if (round > (this.#roundHeard[source] ?? round)) this.#roundHeard[source] = round;
  }

  /** The highest round that at least `count` nodes have reached; -1 when there is none. */
  roundReachedBy(count: number): number {
    const sorted = Int32Array.from(this.#roundHeard).sort();
    return sorted[sorted.length - count] ?? -1;
  }
}

export function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
