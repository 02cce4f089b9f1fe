/**
 * What a node knows of one slot: proposals, votes and confirmations by round, and its own round,
 * lock and valid batch. A first vote counts; a later one of the same voter for something else is
 * left out (the signed profile keeps it as evidence).
 */

import type { Digest } from "../../wire/digest.ts";
import type { Phase, RojMessage } from "../../wire/roj-message.ts";
import type { Batch } from "../../wire/transaction.ts";
import type { Lock } from "./rules.ts";

export type Proposal = Extract<RojMessage, { kind: "propose" | "value" }>;

/** Votes (or confirmations) of one round: what each node said, undefined while it said nothing. */
export class Tally {
  readonly said: (Digest | null | undefined)[];
  /** Bit per node that said something. */
  heard = 0;

  constructor(nodes: number) {
    this.said = new Array<Digest | null | undefined>(nodes).fill(undefined);
  }

  /** Whether this was news. */
  add(voter: number, digest: Digest | null): boolean {
    if (voter >= this.said.length || this.said[voter] !== undefined) return false;
    this.said[voter] = digest;
    this.heard |= 1 << voter;
    return true;
  }

  /** Bit per node that said exactly this. */
  votersFor(digest: Digest | null): number {
    let voters = 0;
    for (let voter = 0; voter < this.said.length; voter++) {
      if (this.said[voter] === digest) voters |= 1 << voter;
    }
    return voters;
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
  /** The node has promised its vote (its confirmation); it may not be durable and sent yet. */
  voted: boolean;
  confirmed: boolean;
}

export class SlotState {
  readonly slot: number;
  readonly #nodes: number;
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
    this.#nodes = nodes;
    this.#roundHeard = new Int32Array(nodes).fill(-1);
  }

  roundState(round: number): RoundState {
    let state = this.#rounds.get(round);
    if (state === undefined) {
      state = {
        round,
        votes: new Tally(this.#nodes),
        confirms: new Tally(this.#nodes),
        proposal: null,
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
