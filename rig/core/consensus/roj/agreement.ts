/**
 * ROJ-B on one slot after the other: propose, vote, confirm, with a lock. The node sends one vote
 * and one confirmation per (slot, round), durable first, and none for a round that it has left.
 * A quorum of confirmations for one batch in one round decides the slot, at any time.
 */

import type { Digest } from "../../wire/digest.ts";
import type { Phase, RojMessage } from "../../wire/roj-message.ts";
import type { Batch } from "../../wire/transaction.ts";
import type { StoreResult } from "../node-core.ts";
import { faultBound } from "../quorum.ts";
import { hears } from "./hearing.ts";
import type { JournalRecord } from "./journal.ts";
import type { AgreementHost, RojOptions, RoundMessage, SlotAgreement } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import { answerPull, certificateOf } from "./proofs.ts";
import { placeOf } from "./recovery.ts";
import type { Lock } from "./rules.ts";
import { bitCount, type Proposal, type RoundState, SlotState } from "./slot-state.ts";

export const TIMER = { round: 0, repair: 1, catchUp: 2, gather: 3 } as const;

/** Slots ahead of the current one whose messages are kept. */
const WINDOW = 8;
/** Rounds are 16 bits on the wire, and the last value says "none". */
const ROUND_MAX = 0xfffe;

interface PendingPromise {
  readonly phase: Phase;
  readonly slot: number;
  readonly round: number;
  readonly digest: Digest | null;
}

export class Agreement implements SlotAgreement {
  readonly #options: RojOptions;
  #quorum: number;
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
    this.#quorum = options.rules.quorum(options.nodes, 0);
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

  /** So many nodes are known to lie. */
  convicted(count: number): void {
    this.#quorum = this.#options.rules.quorum(this.#options.nodes, count);
  }

  /** What this node confirmed in a round of the current slot; undefined when it did not. */
  confirmedIn(round: number): Digest | null | undefined {
    return this.#current.tally(round, "confirm").said[this.#options.node];
  }

  /** Takes back a promise read from storage, before anything else happens in its slot. */
  restore(record: Extract<JournalRecord, { kind: "vote" | "confirm" }>): void {
    const { slot, round, digest } = placeOf(record);
    this.#restored.add(slot);
    const state = this.#slotState(slot);
    const entry = state.roundState(round);
    state.round = Math.max(state.round, round);
    const { kind } = record;
    const signature = this.#out.sign({ kind, slot, round, validRound: null, digest });
    state.tally(round, kind).add(this.#options.node, digest, signature);
    entry.voted = true;
    if (record.kind === "vote") return;
    entry.confirmed = true;
    for (const { voter, signature: vote } of record.signed ?? []) {
      entry.votes.add(voter, digest, vote);
    }
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
      this.#enterRound(state, Math.max(state.round, this.#livelyRoundOf(state)));
      for (const entry of [...state.rounds()]) this.#progress(state, entry);
      return;
    }
    this.#propose(state);
    // The request may be the one for want of which the node has not voted yet.
    if (this.#out.format.isSigned) this.#progress(state, state.roundState(state.round));
  }

  /** A node alone must not lead others into rounds that last for ever. */
  #livelyRoundOf({ livelyRound, round }: SlotState): number {
    const { nodes } = this.#options;
    return this.#out.format.isSigned ? Math.min(livelyRound, round + nodes) : livelyRound;
  }

  /** Whether a message of `slot` is of use now or soon. */
  isNear(slot: number): boolean {
    return slot >= this.slot && slot <= this.slot + WINDOW;
  }

  onMessage(source: number, message: RoundMessage): void {
    if (message.round > ROUND_MAX || !this.isNear(message.slot)) return;
    const state = this.#slotState(message.slot);
    if (!hears(state, source, message, this.#options.node) || state !== this.#current) return;
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
    const signature = this.#out.sign({ kind: phase, slot, round, validRound: null, digest });
    state.tally(round, phase).add(this.#options.node, digest, signature);
    const entry = state.roundState(round);
    if (phase === "vote" && entry.isHeldBack && entry.proposal !== null) {
      entry.isHeldBack = false;
      this.#putForward(state, entry.proposal);
    }
    this.#sendPromise(promise, signature);
    this.#out.trace({ event: phase, slot, round, digest });
    this.#progress(state, entry);
  }

  /** Decides on the word of one node: what no honest rule does. False without the batch. */
  believe({ round, digest, voters }: Extract<RojMessage, { kind: "commit" }>): boolean {
    const batch = this.#current.batches.get(digest);
    if (batch === undefined) return false;
    this.#host.decided({ slot: this.slot, round, voters, batch });
    return true;
  }

  #sendPromise(promise: PendingPromise, signature: Uint8Array | undefined): void {
    const { phase: kind, slot, round, digest } = promise;
    const message = { kind, slot, round, digest } as const;
    this.#out.send(signature === undefined ? message : { ...message, signature });
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
        wantsValue: entry.proposal === null || this.#missesBatch(entry),
      },
      peer,
    );
  }

  /** A proposer may show another batch to others: the one that is agreed on may not be here. */
  #missesBatch({ votes }: RoundState): boolean {
    const digest = votes.quorumFor(this.#jumpAt);
    return digest !== undefined && digest !== null && !this.#current.batches.has(digest);
  }

  /** Answers a pull for a slot that is not decided here. */
  answerPull(source: number, pull: Extract<RojMessage, { kind: "pull" }>): void {
    if (!this.isNear(pull.slot) || pull.round > ROUND_MAX) return;
    const state = this.#slots.get(pull.slot);
    if (state !== undefined) answerPull(this.#out, state, pull, source);
  }

  #slotState(slot: number): SlotState {
    let state = this.#slots.get(slot);
    if (state === undefined) {
      state = new SlotState(slot, this.#options.nodes);
      this.#slots.set(slot, state);
    }
    return state;
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
    const { digest } = batch;
    const signature = this.#out.sign({ kind: "propose", slot, round, validRound, digest });
    const message = { kind: "propose", slot, round, validRound, batch } as const;
    const proposal = signature === undefined ? message : { ...message, signature };
    entry.proposal = proposal;
    state.livelyRound = Math.max(state.livelyRound, round);
    state.batches.set(batch.digest, batch);
    // After a loss of power the node could propose otherwise, and signatures would convict it: so
    // its vote, durable, has to go before.
    entry.isHeldBack = this.#out.format.isSigned;
    if (!entry.isHeldBack) this.#putForward(state, proposal);
    const requests = batch.transactions.map(({ client, request }) => [client, request] as const);
    this.#out.trace({ event: "propose", slot, round, digest: batch.digest, requests });
    this.#progress(state, entry);
  }

  #putForward(state: SlotState, proposal: Proposal): void {
    this.#out.send(proposal);
    const { validRound: round, batch } = proposal;
    if (round !== null) this.#sendVotes(state, { digest: batch.digest, round });
  }

  /** Nodes that are locked on something else need to see the votes that a proposal relies on. */
  #sendVotes(state: SlotState, { digest, round }: Lock): void {
    const phase = "vote";
    const votes = certificateOf(state, { phase, round, digest }, this.#quorum);
    if (votes === null) return;
    this.#out.send({ kind: "vote-set", phase, slot: state.slot, round, digest, ...votes });
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
    const { round } = entry;
    const voters = entry.confirms.votersFor(digest);
    const confirms = certificateOf(state, { phase: "confirm", round, digest }, this.#quorum);
    this.#host.decided({ slot, round, voters, batch, ...confirms });
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
    const { votes } = entry;
    // Others vouch for it as well: one of so many voters is honest, in this round or in the one
    // that the proposal relies on. By now everybody may have forgotten who asked for it.
    const vouchers = Math.max(bitCount(votes.votersFor(digest)), bitCount(certified));
    const hasVouchers = () => vouchers >= this.#jumpAt;
    if (!this.#host.vouchesFor(proposal.batch) && !hasVouchers()) return;
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
    const choice = digest === null ? null : ({ phase: "vote", round, digest } as const);
    const votes = choice === null ? null : certificateOf(state, choice, this.#quorum);
    const proof = votes === null ? {} : { signed: votes.signed };
    const token = this.#out.persist({ kind: "confirm", slot, round, batch, ...proof });
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
    const { round, isHeldBack } = entry;
    const proposal = isHeldBack ? null : entry.proposal;
    const { node } = this.#options;
    if (proposal?.kind === "propose" && (slot + round) % this.#options.nodes === node) {
      this.#out.send(proposal);
    }
    for (const phase of ["vote", "confirm"] as const) {
      const tally = state.tally(round, phase);
      const digest = tally.said[node];
      if (digest === undefined) continue;
      const [own] = tally.signedFor(digest, 1 << node) ?? [];
      this.#sendPromise({ phase, slot, round, digest }, own?.signature);
    }
  }

  #nextPeer(): number {
    const { node, nodes } = this.#options;
    do this.#peer = (this.#peer + 1) % nodes;
    while (this.#peer === node && nodes > 1);
    return this.#peer;
  }
}
