/**
 * A ROJ-B node: client requests and replies, the decided log and the state made from it, catching
 * up when behind, and the agreement on the current slot. In the signed profile a guard stands
 * before all of it, and nothing is believed that is not signed by those who may say it.
 */

import type { CanFrame } from "../../can/frame.ts";
import { CRASH_FORMAT, ONE_PHASE_FORMAT } from "../../wire/format.ts";
import { HEADER_LENGTH, type Header, readHeader, TO_ALL } from "../../wire/header.ts";
import { sourceOfId } from "../../wire/identifier.ts";
import { Reassembler } from "../../wire/reassembly.ts";
import {
  type AnyRojMessage,
  decidedBatchMax,
  decodeRojMessage,
  type RojMessage,
  TYPE,
} from "../../wire/roj-message.ts";
import { stationOfSession } from "../../wire/session.ts";
import { type Batch, makeBatch, readTransaction } from "../../wire/transaction.ts";
import { ListStore } from "../list-store.ts";
import type { NodeCore, NodeEffect, NodeEvent, StoreResult } from "../node-core.ts";
import { faultBound } from "../quorum.ts";
import { ONE_VOTE, OnePhase } from "../roj-a/one-phase.ts";
import { Agreement, TIMER } from "./agreement.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Claims } from "./claims.ts";
import { Compactor } from "./compactor.ts";
import { DecidedLog } from "./decided-log.ts";
import { Guard } from "./guard.ts";
import type { AgreementHost, Decision, RojOptions, SlotAgreement } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { Progress } from "./progress.ts";
import { placeOf, recover } from "./recovery.ts";
import { Requests } from "./requests.ts";
import { bitCount } from "./slot-state.ts";
import { COMPACTION, restoreStore, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { StateTransfer, type TransferHost } from "./state-transfer.ts";

/** Decided slots that one answer to a fetch holds. */
const FETCH_SLOTS = 8;
/** Decided slots ahead of the current one that are kept until the gap closes. */
const AHEAD_MAX = 64;

/** The node before its first boot; `step` with a boot event brings it to life. */
export class RojNode implements NodeCore {
  readonly #options: RojOptions;
  #life: RojLife | null = null;

  constructor(options: RojOptions) {
    this.#options = options;
  }

  step(event: NodeEvent): readonly NodeEffect[] {
    if (event.kind === "boot") {
      this.#life = new RojLife(this.#options, event.incarnation);
      return this.#life.boot(event);
    }
    return this.#life === null ? [] : this.#life.step(event);
  }
}

/** The node from one boot to the loss of its memory. */
class RojLife implements AgreementHost, TransferHost {
  readonly #options: RojOptions;
  readonly #out: Outbox;
  readonly #agreement: SlotAgreement;
  readonly #reassembler = new Reassembler();
  readonly #compactor: Compactor;
  readonly #decided: DecidedLog;
  readonly #transfer: StateTransfer;
  readonly #progress: Progress;
  /** All null in the crash profile. */
  readonly #guard: Guard | null;
  readonly #checkpoints: Checkpoints | null;
  readonly #claims: Claims | null;
  readonly #checkpointSlots: number;
  /** Decided slots behind a gap, from peers or from the journal. */
  readonly #ahead = new Map<number, Decision>();
  /** Slots not yet applied whose decision is in the journal. */
  readonly #journaled = new Set<number>();
  #store = new ListStore();
  readonly #requests: Requests;
  /** A decided batch and the certificate for it have to fit one message. */
  readonly #batchBytesMax: number;
  /** Highest boot counter heard of each source; -1 before the first frame. */
  readonly #boots = new Int32Array(16).fill(-1);
  #isCatchingUp = false;
  /** False from a reboot until somebody said how far the others are. */
  #knowsPosition = true;
  #peer: number;

  constructor(options: RojOptions, incarnation: number) {
    this.#options = options;
    const { node, nodes, rules, auth = null } = options;
    const { isOnePhase = false } = options;
    this.#out = new Outbox(node, incarnation, auth, isOnePhase ? ONE_PHASE_FORMAT : CRASH_FORMAT);
    const compaction = options.compaction ?? COMPACTION;
    this.#compactor = new Compactor(compaction, this.#out);
    this.#decided = new DecidedLog(compaction.keptSlots);
    this.#agreement = isOnePhase
      ? new OnePhase(options, this.#out, this)
      : new Agreement(options, this.#out, this);
    this.#peer = node;
    this.#checkpointSlots = compaction.everySlots;
    const needed = faultBound(nodes) + 1;
    const isSigned = auth !== null;
    this.#guard = isSigned
      ? new Guard(options, auth, this.#out, (count) => this.#agreement.convicted(count))
      : null;
    this.#checkpoints = isSigned ? new Checkpoints({ node, needed }, this.#out) : null;
    this.#requests = new Requests(isSigned);
    this.#batchBytesMax = isSigned
      ? decidedBatchMax(rules.quorum(nodes, 0))
      : Number.POSITIVE_INFINITY;
    this.#claims = isSigned ? new Claims(node, rules.quorum(nodes, 0)) : null;
    this.#progress = new Progress(isSigned ? needed : 1);
    this.#transfer = new StateTransfer(this.#out, this.#compactor.shelf, this.#checkpoints, this);
  }

  boot(event: Extract<NodeEvent, { kind: "boot" }>): readonly NodeEffect[] {
    const { incarnation, image, damaged = [] } = event;
    const { store, snapshot, decisions, promises, bytes } = recover(image, this.#out.format);
    for (const promise of promises) this.#agreement.restore(promise);
    this.#compactor.restored(bytes, snapshot);
    this.#store = store;
    if (snapshot !== null) {
      const { slot, digest } = snapshot;
      this.#decided.jumpTo(slot);
      this.#checkpoints?.sign(snapshot);
      this.#out.trace({ event: "snapshot", slot, round: 0, digest });
    }
    for (const [slot, decision] of decisions) {
      if (slot >= this.#decided.next) this.#ahead.set(slot, decision);
    }
    for (let next = this.#takeAhead(); next !== undefined; next = this.#takeAhead()) {
      this.#apply(next, false);
    }
    // What is left stands behind a damaged record.
    for (const ahead of this.#ahead.keys()) this.#journaled.add(ahead);
    const slot = this.#decided.next;
    this.#out.trace({ event: "boot", slot, round: incarnation, digest: null });
    // One may have become durable when the node could no longer say so, and will leave from here.
    for (const promise of promises.filter((each) => each.slot >= slot)) {
      const events = this.#options.isOnePhase ? ONE_VOTE : [promise.kind];
      for (const event of events) this.#out.trace({ ...placeOf(promise), event });
    }
    // A damaged record may be the snapshot that all before it gave way to, promises and all; what
    // it is about tells how far the node had come, so that the slots below are decided elsewhere.
    const lost = damaged.reduce((most, each) => Math.max(most, each), -1);
    if (lost >= slot) this.#agreement.abstain(lost);
    this.#agreement.begin(slot);
    // A first boot has nothing to miss; after any other, others may have moved on.
    if (incarnation > 1 && this.#options.nodes > 1) {
      this.#knowsPosition = false;
      this.goOn();
    }
    return this.#out.effects;
  }

  step(event: Exclude<NodeEvent, { kind: "boot" }>): readonly NodeEffect[] {
    this.#out.effects.length = 0;
    switch (event.kind) {
      case "frame":
        this.#onFrame(event.frame);
        break;
      case "stored":
        this.#onStored(event.token, event.result);
        break;
      case "timer":
        if (event.timer === TIMER.round) this.#agreement.onRoundTimer();
        else if (event.timer === TIMER.repair) this.#agreement.onRepairTimer();
        else if (event.timer === TIMER.gather) this.#agreement.onGatherTimer();
        else this.#onCatchUpTimer();
        break;
      case "transmitted":
      case "command":
      case "aborted":
      case "bus-state":
        // Whatever became of a frame, its sender says the same again at its next timeout.
        break;
    }
    return this.#out.effects;
  }

  hasRequests(): boolean {
    return this.#requests.size > 0;
  }

  nextBatch(): Batch | null {
    const waiting = this.#requests.waiting(this.#batchBytesMax);
    if (waiting.length === 0) return null;
    return makeBatch(this.#options.rules.arrange(waiting), this.#out.format.digestOf);
  }

  vouchesFor({ bytes, transactions }: Batch): boolean {
    if (bytes.length > this.#batchBytesMax) return false;
    return transactions.every(
      (each) => this.#requests.vouchFor(each) || this.#store.isVoid(each.client, each.request),
    );
  }

  decided(decision: Decision): void {
    for (let next: Decision | undefined = decision; next !== undefined; next = this.#takeAhead()) {
      this.#commit(next);
    }
    this.#moveOn();
  }

  /** The decision of the next slot, if it came before its turn. */
  #takeAhead(): Decision | undefined {
    const decision = this.#ahead.get(this.#decided.next);
    if (decision !== undefined) this.#ahead.delete(decision.slot);
    return decision;
  }

  /** Goes on behind what was decided, with a snapshot of it where one is due. */
  #moveOn(): void {
    const { next } = this.#decided;
    // First the snapshot: what the node promises in the next slot must stand behind it.
    if (this.#compactor.isDue(next) && !this.#needsJournalFrom(next)) {
      this.#compactor.write(this.takeSnapshot(), true);
    }
    this.#guard?.begin(next);
    this.#agreement.begin(next);
  }

  /** Every so many slots, exactly there, so that all nodes vouch for the same states. */
  #checkpoint(): void {
    const { next } = this.#decided;
    if (this.#checkpoints === null || next % this.#checkpointSlots !== 0) return;
    const snapshot = this.takeSnapshot();
    this.#checkpoints.sign(snapshot);
    this.#checkpoints.show(snapshot);
    if (this.#compactor.isDue(next) && !this.#needsJournalFrom(next)) {
      this.#compactor.write(snapshot, true);
    }
  }

  /** Whether the journal holds, or may have held, what still counts at `slot` or further on. */
  #needsJournalFrom(slot: number): boolean {
    return this.#journaled.size > 0 || this.#agreement.hasStakeFrom(slot);
  }

  takeSnapshot(): Snapshot {
    const { snapshotsSessions } = this.#options.rules;
    const { digestOf } = this.#out.format;
    return takeSnapshot(this.#store, this.#decided.next, snapshotsSessions, digestOf);
  }

  #onStored(token: number, result: StoreResult): void {
    if (result !== "ok") {
      this.#out.trace({ event: "refuse", slot: this.#agreement.slot, round: 0, digest: null });
    }
    this.#compactor.onStored(token, result);
    this.#agreement.onStored(token, result);
  }

  #commit(decision: Decision): void {
    const { slot, round, voters, batch } = decision;
    if (!this.#journaled.delete(slot)) this.#out.persist({ kind: "decided", ...decision });
    this.#out.trace({ event: "commit", slot, round, digest: batch.digest, voters });
    if ((slot + round) % this.#options.nodes === this.#options.node) {
      this.#out.send({ kind: "commit", slot, round, digest: batch.digest, voters });
    }
    for (const { source, reason } of this.#claims?.decided(slot, batch.digest) ?? []) {
      this.#guard?.refuse(source, "commit", { reason, slot });
    }
    this.#apply(decision, true);
    this.#checkpoint();
  }

  /** Applies a decided slot; replies only where somebody may still wait for them. */
  #apply(decision: Decision, replies: boolean): void {
    const { slot, round, batch } = decision;
    this.#decided.push(decision);
    const requests: [number, number][] = [];
    for (const transaction of batch.transactions) {
      const { client, request } = transaction;
      const reply = this.#store.apply(transaction);
      if (reply === null) continue;
      requests.push([client, request]);
      const station = this.#requests.stationOf(client);
      if (replies && station !== undefined) this.#out.reply(reply, station);
      this.#requests.settle(client, request);
    }
    this.#out.trace({ event: "apply", slot, round, digest: batch.digest, requests });
  }

  #onFrame(frame: CanFrame): void {
    const { data, id } = frame;
    if (!frame.fd || frame.extended || data.length < HEADER_LENGTH) return;
    const [source, header] = [sourceOfId(id), readHeader(data)];
    if (this.#guard === null && this.#out.isInOwnName(source, header.type)) return;
    if (!this.#isOfThisBoot(source, header.boot) && this.#options.rules.heedsBoots) return;
    const whole = this.#reassembler.add(source, header, data);
    if (whole === null) return;
    if (header.type === TYPE.request) this.#onRequest(source, whole);
    else this.#onMessage(source, header, whole);
  }

  /** False for frames that a controller still held from before its node's last boot. */
  #isOfThisBoot(source: number, boot: number): boolean {
    const known = this.#boots[source] as number;
    if (boot === known) return true;
    // Counters are eight bits and wrap: newer means less than half a turn ahead.
    if (known >= 0 && ((boot - known) & 255) >= 128) return false;
    this.#boots[source] = boot;
    return true;
  }

  #onRequest(source: number, bytes: Uint8Array): void {
    const transaction = readTransaction(bytes, HEADER_LENGTH);
    if (transaction === null) return;
    if (this.#guard !== null && source !== stationOfSession(transaction.client)) {
      // Requests bear no signature: what a node asks for in another's name is not heard.
      this.#guard.refuse(source, "request", { reason: "not-the-client" });
      return;
    }
    const { client, request } = transaction;
    this.#requests.hear(source, transaction);
    const session = this.#store.session(client);
    if (session !== undefined && request === session.request) {
      this.#out.reply(session.reply, source);
      return;
    }
    if (this.#store.isVoid(client, request)) return;
    if (!this.#options.rules.readsFromLog) this.#out.reply(this.#store.answer(transaction), source);
    if (this.#requests.add(transaction)) this.#agreement.wake();
  }

  #onMessage(source: number, header: Header, bytes: Uint8Array): void {
    if (source >= this.#options.nodes) return;
    const message = this.#read(source, header, bytes);
    if (message === null) return;
    const isForUs = header.destination === this.#options.node || header.destination === TO_ALL;
    this.#hear(source, message);
    switch (message.kind) {
      case "pull":
        if (isForUs) this.#onPull(source, message);
        break;
      case "fetch":
        if (isForUs) this.#onFetch(source, message.slot);
        break;
      case "fetch-chunks":
        if (isForUs) this.#transfer.send(source, message.slot, message.offset);
        break;
      case "chunk":
        if (!isForUs) break;
        this.#knowsPosition = true;
        this.#transfer.onChunk(source, message);
        break;
      case "status":
        if (isForUs) this.#onStatus(message.slot);
        break;
      case "decided":
        this.#onDecided(message);
        break;
      case "commit":
        this.#onCommit(source, message);
        break;
      case "checkpoint":
        this.#transfer.onCheckpoint(message);
        break;
      case "evidence":
        break;
      default:
        this.#agreement.onMessage(source, message);
    }
  }

  /** The message, if it is one that may be believed. */
  #read(source: number, header: Header, bytes: Uint8Array): AnyRojMessage | null {
    const message = decodeRojMessage(header, bytes, this.#out.format);
    if (this.#guard === null) return message;
    if (message !== null) return this.#guard.admit(source, header, message);
    this.#guard.refuse(source, header.type, { reason: "malformed" });
    return null;
  }

  /** A hint and nothing more: what it claims is pulled and counted. */
  #onCommit(source: number, commit: Extract<RojMessage, { kind: "commit" }>): void {
    const { slot, round, digest } = commit;
    const { rules } = this.#options;
    if (rules.trustsCommits && slot === this.#agreement.slot && this.#agreement.believe(commit)) {
      return;
    }
    const reason = this.#claims?.faultOf(commit, {
      current: this.#agreement.slot,
      confirmed: slot === this.#agreement.slot ? this.#agreement.confirmedIn(round) : undefined,
      decided: this.#decided.get(slot)?.batch.digest,
    });
    if (reason !== undefined && reason !== null) {
      this.#guard?.refuse(source, "commit", { reason, slot });
      return;
    }
    if (slot >= this.#agreement.slot) this.#claims?.note(source, slot, digest);
    if (slot === this.#agreement.slot) this.#agreement.pull(source, round);
  }

  /** Notes how far others are; being behind for a while starts a fetch. */
  #hear(source: number, message: AnyRojMessage): void {
    if (message.kind === "fetch") return;
    const reached = message.kind === "decided" ? message.slot + 1 : message.slot;
    if (!this.#progress.hear(source, reached)) return;
    if (this.#progress.reached > this.#agreement.slot && !this.#isCatchingUp) {
      this.#isCatchingUp = true;
      this.#out.setTimer(TIMER.catchUp, this.#options.roundTimeoutNs / 4);
    }
  }

  /** Asks the next node for what this one misses. */
  goOn(): void {
    this.#isCatchingUp = true;
    const { node, nodes } = this.#options;
    this.#peer = (this.#peer + 1) % nodes;
    if (this.#peer === node) this.#peer = (this.#peer + 1) % nodes;
    const { next: slot } = this.#decided;
    if (!this.#transfer.askAgain(this.#peer)) this.#out.send({ kind: "fetch", slot }, this.#peer);
    this.#out.trace({ event: "fetch", slot, round: 0, digest: null });
    this.#out.setTimer(TIMER.catchUp, this.#options.roundTimeoutNs);
  }

  #onCatchUpTimer(): void {
    this.#isCatchingUp = false;
    if (this.#progress.reached > this.#agreement.slot || !this.#knowsPosition) this.goOn();
  }

  #onFetch(source: number, from: number): void {
    if (from < this.#decided.first) {
      this.#transfer.send(source, from, 0);
      return;
    }
    const end = Math.min(from + FETCH_SLOTS, this.#decided.next);
    for (let slot = from; slot < end; slot++) {
      this.#sendDecided(slot, source);
    }
    this.#out.send({ kind: "status", slot: this.#decided.next }, source);
  }

  #onPull(source: number, pull: Extract<RojMessage, { kind: "pull" }>): void {
    if (pull.slot < this.#decided.first) this.#transfer.send(source, pull.slot, 0);
    else if (pull.slot < this.#decided.next) this.#sendDecided(pull.slot, source);
    else this.#agreement.answerPull(source, pull);
  }

  #sendDecided(slot: number, destination: number): void {
    const decision = this.#decided.get(slot);
    if (decision !== undefined) this.#out.send({ kind: "decided", ...decision }, destination);
  }

  #onStatus(slot: number): void {
    this.#knowsPosition = true;
    if (!this.#isCatchingUp || this.#transfer.isUnderWay) return;
    if (slot > this.#decided.next) this.goOn();
    else {
      this.#isCatchingUp = false;
      this.#out.clearTimer(TIMER.catchUp);
    }
  }

  #onDecided(message: Extract<RojMessage, { kind: "decided" }>): void {
    const { kind: _kind, ...decision } = message;
    const { slot, voters } = decision;
    const next = this.#decided.next;
    if (slot < next || slot >= next + AHEAD_MAX) return;
    // The guard has counted signatures by its own rule.
    const { nodes, rules } = this.#options;
    if (this.#guard === null && bitCount(voters) < rules.quorum(nodes, 0)) return;
    if (slot === next) this.decided(decision);
    else this.#ahead.set(slot, decision);
  }

  position(): { readonly first: number; readonly next: number } {
    return this.#decided;
  }

  onPiece(): void {
    this.#isCatchingUp = true;
    this.#out.setTimer(TIMER.catchUp, this.#options.roundTimeoutNs);
  }

  /** Takes over the state of a peer that is further on. */
  install(snapshot: Snapshot): void {
    const store = restoreStore(snapshot.bytes);
    if (store === null) return;
    const { slot } = snapshot;
    this.#checkpoints?.sign(snapshot);
    this.#store = store;
    this.#decided.jumpTo(slot);
    for (const old of this.#ahead.keys()) if (old < slot) this.#ahead.delete(old);
    for (const old of this.#journaled) if (old < slot) this.#journaled.delete(old);
    this.#compactor.write(snapshot, !this.#needsJournalFrom(slot));
    this.#requests.drop((client, request) => store.isVoid(client, request));
    for (let next = this.#takeAhead(); next !== undefined; next = this.#takeAhead()) {
      this.#commit(next);
    }
    this.#moveOn();
  }
}
