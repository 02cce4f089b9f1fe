/**
 * ROJ-B on one slot after the other: propose, vote, confirm, with a lock. The node sends one vote
 * and one confirmation per (slot, round), durable first, and none for a round that it has left.
 * A quorum of confirmations for one batch in one round decides the slot, at any time.
 */

import type { Digest } from "../../wire/digest.ts";
import type { Phase, RojMessage } from "../../wire/roj-message.ts";
import type { Batch } from "../../wire/transaction.ts";
import type { StoreResult } from "../node-core.ts";
import { faultBound, quorum } from "../quorum.ts";
import type { JournalRecord } from "./journal.ts";
import type { Outbox } from "./outbox.ts";
import type { RojRules } from "./rules.ts";
import { bitCount, type RoundState, SlotState } from "./slot-state.ts";
import type { Compaction } from "./snapshot.ts";

export const TIMER = { round: 0, repair: 1, catchUp: 2, gather: 3 } as const;

/** Slots ahead of the current one whose messages are kept. */
const WINDOW = 8;
/** Rounds are 16 bits on the wire, and the last value says "none". */
const ROUND_MAX = 0xfffe;

export interface RojOptions {
  readonly node: number;
  readonly nodes: number;
  readonly roundTimeoutNs: number;
  readonly roundDeltaNs: number;
  readonly rules: RojRules;
  readonly compaction?: Compaction;
}

export interface Decision {
  readonly slot: number;
  readonly round: number;
  readonly voters: number;
  readonly batch: Batch;
}

/** What the agreement asks of the node around it. */
export interface AgreementHost {
  hasRequests(): boolean;
  nextBatch(): Batch | null;
  /** The slot is decided; the host moves on with `begin`. */
  decided(decision: Decision): void;
}

/** A message that says something of a round. */
export type RoundMessage = Extract<
  RojMessage,
  { kind: "propose" | "value" | "vote" | "confirm" | "vote-set" }
>;

interface PendingPromise {
  readonly phase: Phase;
  readonly slot: number;
  readonly round: number;
  readonly digest: Digest | null;
}

export class Agreement {
  readonly #options: RojOptions;
  readonly #quorum: number;
  readonly #jumpAt: number;
  readonly #out: Outbox;
  readonly #host: AgreementHost;
  readonly #slots = new Map<number, SlotState>();
  readonly #promises = new Map<number, PendingPromise>();
  /** Slots of promises that were read from storage. */
  readonly #restored = new Set<number>();
  /** Up to here the node may have made promises that are lost: it makes no others. */
  #silentThrough = -1;
  #current: SlotState;
  #peer: number;
  /** A proposal waits a little for more requests: they have the lowest priority on the bus. */
  #gathering: "no" | "yes" | "done" = "no";

  constructor(options: RojOptions, out: Outbox, host: AgreementHost) {
    this.#options = options;
    this.#quorum = quorum(options.nodes);
    this.#jumpAt = faultBound(options.nodes) + 1;
    this.#out = out;
    this.#host = host;
    this.#peer = options.node;
    this.#current = new SlotState(0, options.nodes);
    this.#slots.set(0, this.#current);
  }

  get slot(): number {
    return this.#current.slot;
  }

  /** Takes back a promise read from storage, before anything else happens in its slot. */
  restore(record: Extract<JournalRecord, { kind: "vote" | "confirm" }>): void {
    const { slot, round } = record;
    this.#restored.add(slot);
    const state = this.#slotState(slot);
    const entry = state.roundState(round);
    state.round = Math.max(state.round, round);
    if (record.kind === "vote") {
      entry.voted = true;
      entry.votes.add(this.#options.node, record.digest);
      return;
    }
    entry.voted = true;
    entry.confirmed = true;
    entry.confirms.add(this.#options.node, record.batch?.digest ?? null);
    if (record.batch === null) return;
    const lock = { digest: record.batch.digest, round };
    state.batches.set(lock.digest, record.batch);
    if (state.lock === null || state.lock.round <= round) state.lock = lock;
    if (state.valid === null || state.valid.round <= round) state.valid = lock;
  }

  /** The node makes no promise up to this slot, since it may have made one that is lost. */
  abstain(slot: number): void {
    this.#silentThrough = slot;
    this.#out.trace({ event: "abstain", slot, round: 0, digest: null });
  }

  /** Whether the journal so far holds a promise in `slot` or later, or may have held one. */
  hasStakeFrom(slot: number): boolean {
    for (const each of this.#restored) if (each >= slot) return true;
    return this.#silentThrough >= slot;
  }

  /** Moves to `slot`: everything below is decided. */
  begin(slot: number): void {
    for (const old of this.#slots.keys()) if (old < slot) this.#slots.delete(old);
    for (const old of this.#restored) if (old < slot) this.#restored.delete(old);
    if (this.#current.active) {
      this.#out.clearTimer(TIMER.round);
      this.#out.clearTimer(TIMER.repair);
    }
    if (this.#gathering === "yes") this.#out.clearTimer(TIMER.gather);
    this.#gathering = "no";
    const state = this.#slotState(slot);
    this.#current = state;
    if (this.#host.hasRequests() || state.livelyRound >= 0 || state.lock !== null) this.wake();
  }

  /** There is something to agree on: the node takes part in the current slot. */
  wake(): void {
    const state = this.#current;
    if (!state.active) {
      state.active = true;
      this.#enterRound(state, Math.max(state.round, state.livelyRound));
      for (const entry of [...state.rounds()]) this.#progress(state, entry);
    } else this.#propose(state);
  }

  /** Whether a message of `slot` is of use now or soon. */
  isNear(slot: number): boolean {
    return slot >= this.slot && slot <= this.slot + WINDOW;
  }

  onMessage(source: number, message: RoundMessage): void {
    if (message.round > ROUND_MAX || !this.isNear(message.slot)) return;
    const state = this.#slotState(message.slot);
    if (!this.#record(state, source, message) || state !== this.#current) return;
    if (!state.active) {
      if (state.livelyRound >= 0) this.wake();
      else this.#progress(state, state.roundState(message.round));
      return;
    }
    const reached = state.roundReachedBy(this.#jumpAt);
    if (reached > state.round) this.#enterRound(state, reached);
    this.#progress(state, state.roundState(message.round));
  }

  /** The time of the current step of the round is up. */
  onRoundTimer(): void {
    const state = this.#current;
    if (!state.active) return;
    const entry = state.roundState(state.round);
    this.#resend(state, entry);
    this.pull(this.#nextPeer(), state.round);
    if (!entry.voted && !entry.confirmed) this.#promiseVote(state, entry, null);
    else if (!entry.confirmed) this.#promiseConfirm(state, entry, null);
    else this.#expire(state);
  }

  /** Enough requests, or long enough waited for them. */
  onGatherTimer(): void {
    if (this.#gathering !== "yes") return;
    this.#gathering = "done";
    if (this.#current.active) this.#propose(this.#current);
  }

  /** A step takes longer than it should: ask a peer for what may have been lost. */
  onRepairTimer(): void {
    const state = this.#current;
    if (!state.active) return;
    this.pull(this.#nextPeer(), state.round);
    this.#out.setTimer(TIMER.repair, this.#options.roundTimeoutNs / 4);
  }

  /**
   * A promise is durable: now it may leave, if the node is still where it made it. One that the
   * store refused never leaves, and the node makes no other in that phase of that round.
   */
  onStored(token: number, result: StoreResult): void {
    const promise = this.#promises.get(token);
    if (promise === undefined) return;
    this.#promises.delete(token);
    if (result === "ok") this.#release(promise);
  }

  #release(promise: PendingPromise): void {
    const { phase, slot, round, digest } = promise;
    const state = this.#current;
    if (slot !== state.slot) return;
    const mayLeave =
      phase === "vote" ? round === state.round : this.#options.rules.mayConfirm(round, state.round);
    if (!mayLeave) return;
    state.tally(round, phase).add(this.#options.node, digest);
    this.#out.send({ kind: phase, slot, round, digest });
    this.#out.trace({ event: phase, slot, round, digest });
    this.#progress(state, state.roundState(round));
  }

  /** Asks `peer` for what this node misses of a round of the current slot. */
  pull(peer: number, round: number): void {
    const { slot } = this.#current;
    const entry = this.#current.roundState(round);
    const all = (1 << this.#options.nodes) - 1;
    this.#out.send(
      {
        kind: "pull",
        slot,
        round,
        votes: all & ~entry.votes.heard,
        confirms: all & ~entry.confirms.heard,
        wantsValue: entry.proposal === null,
      },
      peer,
    );
  }

  /** Answers a pull for a slot that is not decided here. */
  answerPull(source: number, pull: Extract<RojMessage, { kind: "pull" }>): void {
    if (!this.isNear(pull.slot) || pull.round > ROUND_MAX) return;
    const state = this.#slots.get(pull.slot);
    if (state === undefined) return;
    const entry = state.roundState(pull.round);
    const { slot, round, proposal } = { ...entry, slot: pull.slot };
    if (pull.wantsValue && proposal !== null) {
      this.#out.send({ ...proposal, kind: "value" }, source);
    }
    for (const phase of ["vote", "confirm"] as const) {
      const tally = state.tally(round, phase);
      const missing = phase === "vote" ? pull.votes : pull.confirms;
      for (const digest of new Set(tally.said)) {
        if (digest === undefined) continue;
        const voters = tally.votersFor(digest) & missing;
        if (voters !== 0) {
          this.#out.send({ kind: "vote-set", phase, slot, round, digest, voters }, source);
        }
      }
    }
  }

  #slotState(slot: number): SlotState {
    let state = this.#slots.get(slot);
    if (state === undefined) {
      state = new SlotState(slot, this.#options.nodes);
      this.#slots.set(slot, state);
    }
    return state;
  }

  /** Notes what the message says; false when that is nothing new. */
  #record(state: SlotState, source: number, message: RoundMessage): boolean {
    const { round } = message;
    if ("batch" in message) {
      const { nodes } = this.#options;
      if (message.kind === "propose" && source !== (state.slot + round) % nodes) return false;
      if (message.validRound !== null && message.validRound >= round) return false;
      state.livelyRound = Math.max(state.livelyRound, round);
      if (message.kind === "propose") state.heardRound(source, round);
      const isNews = !state.batches.has(message.batch.digest);
      if (isNews) state.batches.set(message.batch.digest, message.batch);
      const entry = state.roundState(round);
      if (entry.proposal !== null) return isNews;
      entry.proposal = message;
      return true;
    }
    if (message.digest !== null) state.livelyRound = Math.max(state.livelyRound, round);
    if (message.kind !== "vote-set") {
      state.heardRound(source, round);
      return state.tally(round, message.kind).add(source, message.digest);
    }
    let isNews = false;
    for (let voter = 0; voter < this.#options.nodes; voter++) {
      if ((message.voters & (1 << voter)) === 0) continue;
      state.heardRound(voter, round);
      if (state.tally(round, message.phase).add(voter, message.digest)) isNews = true;
    }
    return isNews;
  }

  #enterRound(state: SlotState, round: number): void {
    state.round = Math.min(round, ROUND_MAX);
    this.#startTimers(state);
    this.#propose(state);
    this.#progress(state, state.roundState(state.round));
  }

  #startTimers(state: SlotState): void {
    const { roundTimeoutNs, roundDeltaNs } = this.#options;
    this.#out.setTimer(TIMER.round, roundTimeoutNs + state.round * roundDeltaNs);
    this.#out.setTimer(TIMER.repair, roundTimeoutNs / 4);
  }

  /** Proposes, when it is this node's turn and there is something to propose. */
  #propose(state: SlotState): void {
    const { slot, round, valid } = state;
    if (this.#isSilent(state)) return;
    if ((slot + round) % this.#options.nodes !== this.#options.node) return;
    const entry = state.roundState(round);
    if (entry.proposal !== null || entry.voted || entry.confirmed) return;
    if (valid === null && this.#gathers()) return;
    const batch =
      valid === null ? this.#host.nextBatch() : (state.batches.get(valid.digest) ?? null);
    if (batch === null) return;
    const validRound = valid === null ? null : valid.round;
    const proposal = { kind: "propose", slot, round, validRound, batch } as const;
    entry.proposal = proposal;
    state.livelyRound = Math.max(state.livelyRound, round);
    state.batches.set(batch.digest, batch);
    this.#out.send(proposal);
    const requests = batch.transactions.map(({ client, request }) => [client, request] as const);
    this.#out.trace({ event: "propose", slot, round, digest: batch.digest, requests });
    this.#progress(state, entry);
  }

  /** Whether a new batch should wait for more requests; only the first one of a slot does. */
  #gathers(): boolean {
    if (this.#gathering === "no" && this.#host.hasRequests()) {
      this.#gathering = "yes";
      this.#out.setTimer(TIMER.gather, this.#options.roundTimeoutNs / 40);
    }
    return this.#gathering === "yes";
  }

  /** Does what the messages of one round now allow. */
  #progress(state: SlotState, entry: RoundState): void {
    if (state !== this.#current) return;
    if (this.#decide(state, entry)) return;
    if (!state.active) return;
    this.#vote(state, entry);
    this.#confirm(state, entry);
    // A certificate for the round of the proposal that the node hesitates about may have come in.
    const current = state.roundState(state.round);
    if (current !== entry && current.proposal?.validRound === entry.round)
      this.#vote(state, current);
    const nil = current.confirms.quorumFor(this.#quorum) === null;
    if (nil && current.confirmed) this.#expire(state);
  }

  #decide(state: SlotState, entry: RoundState): boolean {
    const digest = entry.confirms.quorumFor(this.#quorum);
    if (digest === undefined || digest === null) return false;
    const batch = state.batches.get(digest);
    if (batch === undefined) return false;
    const { slot } = state;
    const voters = entry.confirms.votersFor(digest);
    this.#host.decided({ slot, round: entry.round, voters, batch });
    return true;
  }

  #vote(state: SlotState, entry: RoundState): void {
    const { proposal, round } = entry;
    if (proposal === null || entry.voted || entry.confirmed || round !== state.round) return;
    const { validRound } = proposal;
    const { digest } = proposal.batch;
    const certified = validRound === null ? 0 : state.tally(validRound, "vote").votersFor(digest);
    const holdsCertificate = bitCount(certified) >= this.#quorum;
    const { lock } = state;
    const { rules } = this.#options;
    if (rules.mayVote({ lock, digest, round, validRound, holdsCertificate })) {
      this.#promiseVote(state, entry, digest);
    } else if (validRound !== null && lock !== null && lock.round <= validRound) {
      // The certificate that would unlock this node got lost: ask the proposer, who relies on it.
      this.pull((state.slot + round) % this.#options.nodes, validRound);
    } else this.#promiseVote(state, entry, null);
  }

  #confirm(state: SlotState, entry: RoundState): void {
    const digest = entry.votes.quorumFor(this.#quorum);
    if (digest === undefined) return;
    const isCurrent = entry.round === state.round;
    if (digest === null) {
      if (isCurrent && entry.voted && !entry.confirmed) this.#promiseConfirm(state, entry, null);
      return;
    }
    const batch = state.batches.get(digest);
    if (batch === undefined) return;
    if (state.valid === null || state.valid.round < entry.round) {
      state.valid = { digest, round: entry.round };
    }
    if (!entry.confirmed && this.#options.rules.mayConfirm(entry.round, state.round)) {
      this.#promiseConfirm(state, entry, batch);
    }
  }

  #promiseVote(state: SlotState, entry: RoundState, digest: Digest | null): void {
    const { slot } = state;
    const { round } = entry;
    entry.voted = true;
    this.#startTimers(state);
    if (this.#isSilent(state)) return;
    const promise = { phase: "vote", slot, round, digest } as const;
    if (this.#options.rules.storesVotes) {
      this.#promises.set(this.#out.persist({ kind: "vote", slot, round, digest }), promise);
    } else this.#release(promise);
  }

  #promiseConfirm(state: SlotState, entry: RoundState, batch: Batch | null): void {
    const { slot } = state;
    const { round } = entry;
    const digest = batch?.digest ?? null;
    entry.confirmed = true;
    if (this.#isSilent(state)) {
      this.#startTimers(state);
      return;
    }
    if (digest !== null) {
      state.lock = { digest, round };
      this.#out.trace({ event: "lock", slot, round, digest });
    }
    this.#startTimers(state);
    const token = this.#out.persist({ kind: "confirm", slot, round, batch });
    this.#promises.set(token, { phase: "confirm", slot, round, digest });
  }

  /** The round brought no decision. A node with nothing at stake then rests until it is woken. */
  #expire(state: SlotState): void {
    this.#out.trace({ event: "expire", slot: state.slot, round: state.round, digest: null });
    const next = Math.min(state.round + 1, ROUND_MAX);
    if (this.#host.hasRequests() || state.lock !== null || state.valid !== null) {
      this.#enterRound(state, next);
      return;
    }
    state.round = next;
    state.active = false;
    state.livelyRound = -1;
    this.#out.clearTimer(TIMER.round);
    this.#out.clearTimer(TIMER.repair);
  }

  #isSilent({ slot }: SlotState): boolean {
    return slot <= this.#silentThrough && this.#options.rules.heedsDamage;
  }

  #resend(state: SlotState, entry: RoundState): void {
    if (this.#isSilent(state)) return;
    const { slot } = state;
    const { round, proposal } = entry;
    const { node } = this.#options;
    if (proposal?.kind === "propose" && (slot + round) % this.#options.nodes === node) {
      this.#out.send(proposal);
    }
    for (const phase of ["vote", "confirm"] as const) {
      const digest = state.tally(round, phase).said[node];
      if (digest !== undefined) this.#out.send({ kind: phase, slot, round, digest });
    }
  }

  #nextPeer(): number {
    const { node, nodes } = this.#options;
    do this.#peer = (this.#peer + 1) % nodes;
    while (this.#peer === node && nodes > 1);
    return this.#peer;
  }
}
