/**
 * ROJ-A: one phase and no rounds. Slot s belongs to node s mod n, which alone proposes in it; every
 * node votes once, for the first proposal, durably; a quorum of votes decides. Safe, and live only
 * while the owners are there: a slot whose owner is away waits for it.
 */

import type { Digest } from "../../wire/digest.ts";
import type { RojMessage } from "../../wire/roj-message.ts";
import type { StoreResult } from "../node-core.ts";
import { TIMER } from "../roj/agreement.ts";
import { hears } from "../roj/hearing.ts";
import type { JournalRecord } from "../roj/journal.ts";
import type { AgreementHost, RojOptions, RoundMessage, SlotAgreement } from "../roj/options.ts";
import type { Outbox } from "../roj/outbox.ts";
import { answerPull } from "../roj/proofs.ts";
import { placeOf } from "../roj/recovery.ts";
import { type RoundState, SlotState } from "../roj/slot-state.ts";

/** Slots ahead of the current one whose messages are kept. */
const WINDOW = 8;
const ROUND = 0;
/** What its one vote is in the records of a node: its confirmation as well. */
export const ONE_VOTE = ["vote", "confirm"] as const;

export class OnePhase implements SlotAgreement {
  readonly #options: RojOptions;
  readonly #quorum: number;
  readonly #out: Outbox;
  readonly #host: AgreementHost;
  readonly #slots = new Map<number, SlotState>();
  /** By the token of a write, the vote that it makes durable. */
  readonly #promises = new Map<number, { readonly slot: number; readonly digest: Digest }>();
  readonly #restored = new Set<number>();
  #silentThrough = -1;
  #current: SlotState;
  #peer: number;
  #gathering: "no" | "yes" | "done" = "no";

  constructor(options: RojOptions, out: Outbox, host: AgreementHost) {
    this.#options = options;
    this.#quorum = options.rules.quorum(options.nodes, 0);
    this.#out = out;
    this.#host = host;
    this.#peer = options.node;
    this.#current = this.#slotState(0);
  }

  get slot(): number {
    return this.#current.slot;
  }

  /** A vote; one with a batch is that of the owner, for what it proposed or was about to. */
  restore(record: Extract<JournalRecord, { kind: "vote" | "confirm" }>): void {
    const { slot, digest } = placeOf(record);
    this.#restored.add(slot);
    const state = this.#slotState(slot);
    const entry = state.roundState(ROUND);
    entry.voted = true;
    entry.votes.add(this.#options.node, digest);
    if (record.kind === "vote" || record.batch === null) return;
    const { batch } = record;
    state.batches.set(batch.digest, batch);
    entry.proposal = { kind: "propose", slot, round: ROUND, validRound: null, batch };
    state.livelyRound = ROUND;
  }

  abstain(slot: number): void {
    this.#silentThrough = slot;
    this.#out.trace({ event: "abstain", slot, round: ROUND, digest: null });
  }

  hasStakeFrom(slot: number): boolean {
    for (const each of this.#restored) if (each >= slot) return true;
    return this.#silentThrough >= slot;
  }

  begin(slot: number): void {
    for (const old of this.#slots.keys()) if (old < slot) this.#slots.delete(old);
    for (const old of this.#restored) if (old < slot) this.#restored.delete(old);
    for (const timer of [TIMER.round, TIMER.repair, TIMER.gather]) this.#out.clearTimer(timer);
    this.#gathering = "no";
    this.#current = this.#slotState(slot);
    if (this.#host.hasRequests() || this.#current.livelyRound >= 0) this.wake();
  }

  wake(): void {
    const state = this.#current;
    if (!state.active) {
      state.active = true;
      this.#startTimers();
    }
    this.#propose(state);
    this.#progress(state);
  }

  onMessage(source: number, message: RoundMessage): void {
    const { slot } = this;
    if (message.round !== ROUND || message.slot < slot || message.slot > slot + WINDOW) return;
    const state = this.#slotState(message.slot);
    const isNews = hears(state, source, message, this.#options.node);
    if (isNews && state === this.#current) this.wake();
  }

  onRoundTimer(): void {
    const state = this.#current;
    if (!state.active) return;
    const entry = state.roundState(ROUND);
    const own = entry.votes.said[this.#options.node];
    if (entry.proposal?.kind === "propose" && this.#owns(state) && own !== undefined) {
      this.#out.send(entry.proposal);
    }
    if (own !== undefined) this.#sendVote(state.slot, own);
    this.#out.trace({ event: "expire", slot: state.slot, round: ROUND, digest: null });
    this.onRepairTimer();
    this.#startTimers();
  }

  onRepairTimer(): void {
    if (!this.#current.active) return;
    const { node, nodes, roundTimeoutNs } = this.#options;
    do this.#peer = (this.#peer + 1) % nodes;
    while (this.#peer === node && nodes > 1);
    this.pull(this.#peer);
    this.#out.setTimer(TIMER.repair, roundTimeoutNs / 4);
  }

  onGatherTimer(): void {
    if (this.#gathering !== "yes") return;
    this.#gathering = "done";
    if (this.#current.active) this.wake();
  }

  onStored(token: number, result: StoreResult): void {
    const promise = this.#promises.get(token);
    this.#promises.delete(token);
    if (promise === undefined || result !== "ok" || promise.slot !== this.slot) return;
    const { slot, digest } = promise;
    const state = this.#current;
    const entry = state.roundState(ROUND);
    if (this.#owns(state) && entry.proposal !== null) {
      const { batch } = entry.proposal;
      const requests = batch.transactions.map(({ client, request }) => [client, request] as const);
      this.#out.send(entry.proposal);
      this.#out.trace({ event: "propose", slot, round: ROUND, digest, requests });
    }
    entry.votes.add(this.#options.node, digest);
    this.#sendVote(slot, digest);
    for (const event of ONE_VOTE) {
      this.#out.trace({ event, slot, round: ROUND, digest });
    }
    this.#progress(state);
  }

  pull(peer: number): void {
    const { slot } = this;
    const { votes, proposal } = this.#current.roundState(ROUND);
    const missing = ((1 << this.#options.nodes) - 1) & ~votes.heard;
    const wantsValue = proposal === null;
    const pull = { kind: "pull", slot, round: ROUND, votes: missing, confirms: 0, wantsValue };
    this.#out.send({ ...pull, kind: "pull" }, peer);
  }

  answerPull(source: number, pull: Extract<RojMessage, { kind: "pull" }>): void {
    const state = this.#slots.get(pull.slot);
    if (state !== undefined && pull.round === ROUND) answerPull(this.#out, state, pull, source);
  }

  /** The profile has neither certificates nor confirmations of its own. */
  convicted(): void {}

  confirmedIn(): undefined {
    return undefined;
  }

  believe({ digest, voters }: Extract<RojMessage, { kind: "commit" }>): boolean {
    const batch = this.#current.batches.get(digest);
    if (batch === undefined) return false;
    this.#host.decided({ slot: this.slot, round: ROUND, voters, batch });
    return true;
  }

  #owns({ slot }: SlotState): boolean {
    return slot % this.#options.nodes === this.#options.node;
  }

  #propose(state: SlotState): void {
    const entry = state.roundState(ROUND);
    if (!this.#owns(state) || entry.proposal !== null || entry.voted) return;
    if (state.slot <= this.#silentThrough || !this.#host.hasRequests()) return;
    if (this.#gathering === "no") {
      this.#gathering = "yes";
      this.#out.setTimer(TIMER.gather, this.#options.roundTimeoutNs / 40);
    }
    if (this.#gathering === "yes") return;
    const batch = this.#host.nextBatch();
    if (batch === null) return;
    const { slot } = state;
    entry.proposal = { kind: "propose", slot, round: ROUND, validRound: null, batch };
    state.batches.set(batch.digest, batch);
  }

  #progress(state: SlotState): void {
    if (state !== this.#current) return;
    const entry = state.roundState(ROUND);
    if (this.#decide(state, entry) || entry.voted || entry.proposal === null) return;
    if (!state.active || state.slot <= this.#silentThrough) return;
    const { slot } = state;
    const { batch } = entry.proposal;
    entry.voted = true;
    // The owner keeps what it proposes: after a restart it must not propose anything else.
    const token = this.#owns(state)
      ? this.#out.persist({ kind: "confirm", slot, round: ROUND, batch })
      : this.#out.persist({ kind: "vote", slot, round: ROUND, digest: batch.digest });
    this.#promises.set(token, { slot, digest: batch.digest });
  }

  #decide({ slot, batches }: SlotState, { votes }: RoundState): boolean {
    const digest = votes.quorumFor(this.#quorum);
    const batch = typeof digest === "string" ? batches.get(digest) : undefined;
    if (batch === undefined) return false;
    this.#host.decided({ slot, round: ROUND, voters: votes.votersFor(batch.digest), batch });
    return true;
  }

  #sendVote(slot: number, digest: Digest | null): void {
    this.#out.send({ kind: "vote", slot, round: ROUND, digest });
  }

  #startTimers(): void {
    const { roundTimeoutNs } = this.#options;
    this.#out.setTimer(TIMER.round, roundTimeoutNs);
    this.#out.setTimer(TIMER.repair, roundTimeoutNs / 4);
  }

  #slotState(slot: number): SlotState {
    const state = this.#slots.get(slot) ?? new SlotState(slot, this.#options.nodes);
    this.#slots.set(slot, state);
    return state;
  }
}
