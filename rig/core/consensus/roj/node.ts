/**
 * A ROJ-B node in the crash profile: client requests and replies, the decided log and the state
 * made from it, catching up when behind, and the agreement on the current slot. In this profile a
 * peer's snapshot is believed when its digest is right; a Byzantine one would need a certificate.
 */

import type { CanFrame } from "../../can/frame.ts";
import { HEADER_LENGTH, type Header, readHeader, TO_ALL } from "../../wire/header.ts";
import { sourceOfId } from "../../wire/identifier.ts";
import { Reassembler } from "../../wire/reassembly.ts";
import { decodeRojMessage, type RojMessage, TYPE } from "../../wire/roj-message.ts";
import type { ChunkMessage } from "../../wire/snapshot-chunk.ts";
import {
  BATCH_MAX,
  type Batch,
  makeBatch,
  readTransaction,
  type Transaction,
} from "../../wire/transaction.ts";
import { ListStore } from "../list-store.ts";
import type { NodeCore, NodeEffect, NodeEvent, StoreResult } from "../node-core.ts";
import { quorum } from "../quorum.ts";
import {
  Agreement,
  type AgreementHost,
  type Decision,
  type RojOptions,
  TIMER,
} from "./agreement.ts";
import { Compactor } from "./compactor.ts";
import { DecidedLog } from "./decided-log.ts";
import { Outbox } from "./outbox.ts";
import { recover } from "./recovery.ts";
import { bitCount } from "./slot-state.ts";
import { COMPACTION, restoreStore, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { chunksFrom, SnapshotReceiver } from "./snapshot-transfer.ts";

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
class RojLife implements AgreementHost {
  readonly #options: RojOptions;
  readonly #out: Outbox;
  readonly #agreement: Agreement;
  readonly #reassembler = new Reassembler();
  readonly #compactor: Compactor;
  readonly #decided: DecidedLog;
  /** Decided slots behind a gap, from peers or from the journal. */
  readonly #ahead = new Map<number, Decision>();
  /** Slots not yet applied whose decision is in the journal. */
  readonly #journaled = new Set<number>();
  #store = new ListStore();
  #incoming: SnapshotReceiver | null = null;
  /** Requests not yet applied: the latest of each client. */
  readonly #pending = new Map<number, Transaction>();
  /** The station that each client was last heard on. */
  readonly #stations = new Map<number, number>();
  /** Highest boot counter heard of each source; -1 before the first frame. */
  readonly #boots = new Int32Array(16).fill(-1);
  /** Highest slot that anybody is known to work on. */
  #heardSlot = 0;
  #isCatchingUp = false;
  /** False from a reboot until somebody said how far the others are. */
  #knowsPosition = true;
  #peer: number;

  constructor(options: RojOptions, incarnation: number) {
    this.#options = options;
    this.#out = new Outbox(options.node, incarnation);
    const compaction = options.compaction ?? COMPACTION;
    this.#compactor = new Compactor(compaction, this.#out);
    this.#decided = new DecidedLog(compaction.keptSlots);
    this.#agreement = new Agreement(options, this.#out, this);
    this.#peer = options.node;
  }

  boot(event: Extract<NodeEvent, { kind: "boot" }>): readonly NodeEffect[] {
    const { incarnation, image, damaged = [] } = event;
    const { store, snapshot, decisions, promises, bytes } = recover(image);
    for (const promise of promises) this.#agreement.restore(promise);
    this.#compactor.restored(bytes, snapshot);
    this.#store = store;
    if (snapshot !== null) {
      const { slot, digest } = snapshot;
      this.#decided.jumpTo(slot);
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
    for (const record of promises) {
      if (record.slot < slot) continue;
      // It may have become durable when the node could no longer say so, and will leave from here.
      const digest = record.kind === "vote" ? record.digest : (record.batch?.digest ?? null);
      this.#out.trace({ event: record.kind, slot: record.slot, round: record.round, digest });
    }
    // A damaged record may be the snapshot that all before it gave way to, promises and all; what
    // it is about tells how far the node had come, so that the slots below are decided elsewhere.
    const lost = damaged.reduce((most, each) => Math.max(most, each), -1);
    if (lost >= slot) this.#agreement.abstain(lost);
    this.#agreement.begin(slot);
    // A first boot has nothing to miss; after any other, others may have moved on.
    if (incarnation > 1 && this.#options.nodes > 1) {
      this.#knowsPosition = false;
      this.#startCatchUp();
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
        break;
    }
    return this.#out.effects;
  }

  hasRequests(): boolean {
    return this.#pending.size > 0;
  }

  nextBatch(): Batch | null {
    const transactions: Transaction[] = [];
    for (const transaction of this.#pending.values()) {
      if (transactions.length === BATCH_MAX) break;
      transactions.push(transaction);
    }
    return transactions.length === 0 ? null : makeBatch(transactions);
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
      this.#compactor.write(this.#takeSnapshot(), true);
    }
    this.#agreement.begin(next);
  }

  /** Whether the journal holds, or may have held, what still counts at `slot` or further on. */
  #needsJournalFrom(slot: number): boolean {
    return this.#journaled.size > 0 || this.#agreement.hasStakeFrom(slot);
  }

  #takeSnapshot(): Snapshot {
    const { snapshotsSessions } = this.#options.rules;
    return takeSnapshot(this.#store, this.#decided.next, snapshotsSessions);
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
    if (!this.#journaled.delete(slot)) {
      this.#out.persist({ kind: "decided", slot, round, voters, batch });
    }
    this.#out.trace({ event: "commit", slot, round, digest: batch.digest, voters });
    if ((slot + round) % this.#options.nodes === this.#options.node) {
      this.#out.send({ kind: "commit", slot, round, digest: batch.digest, voters });
    }
    this.#apply(decision, true);
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
      const station = this.#stations.get(client);
      if (replies && station !== undefined) this.#out.reply(reply, station);
      const waiting = this.#pending.get(client);
      if (waiting !== undefined && waiting.request <= request) {
        this.#pending.delete(client);
      }
    }
    this.#out.trace({ event: "apply", slot, round, digest: batch.digest, requests });
  }

  #onFrame(frame: CanFrame): void {
    const { data, id } = frame;
    if (!frame.fd || frame.extended || data.length < HEADER_LENGTH) return;
    const source = sourceOfId(id);
    const header = readHeader(data);
    if (!this.#isOfThisBoot(source, header.boot)) return;
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
    const { client, request } = transaction;
    this.#stations.set(client, source);
    const session = this.#store.session(client);
    if (session !== undefined && request === session.request) {
      this.#out.reply(session.reply, source);
      return;
    }
    if (this.#store.isVoid(client, request)) return;
    const waiting = this.#pending.get(client);
    if (waiting !== undefined && waiting.request >= request) return;
    this.#pending.delete(client);
    this.#pending.set(client, transaction);
    this.#agreement.wake();
  }

  #onMessage(source: number, header: Header, bytes: Uint8Array): void {
    const message = decodeRojMessage(header, bytes);
    if (message === null || source >= this.#options.nodes) return;
    const isForUs = header.destination === this.#options.node || header.destination === TO_ALL;
    this.#hear(message);
    switch (message.kind) {
      case "pull":
        if (isForUs) this.#onPull(source, message);
        break;
      case "fetch":
        if (isForUs) this.#onFetch(source, message.slot);
        break;
      case "fetch-chunks":
        if (isForUs) this.#sendChunks(source, message.slot, message.offset);
        break;
      case "chunk":
        if (isForUs) this.#onChunk(source, message);
        break;
      case "status":
        if (isForUs) this.#onStatus(message.slot);
        break;
      case "decided":
        this.#onDecided(message);
        break;
      case "commit":
        // A hint and nothing more: what it claims is pulled and counted.
        if (message.slot === this.#agreement.slot) this.#agreement.pull(source, message.round);
        break;
      default:
        this.#agreement.onMessage(source, message);
    }
  }

  /** Notes how far others are; being behind for a while starts a fetch. */
  #hear(message: RojMessage): void {
    const reached = message.kind === "decided" ? message.slot + 1 : message.slot;
    if (message.kind === "fetch" || reached <= this.#heardSlot) return;
    this.#heardSlot = reached;
    if (reached > this.#agreement.slot && !this.#isCatchingUp) {
      this.#isCatchingUp = true;
      this.#out.setTimer(TIMER.catchUp, this.#options.roundTimeoutNs / 4);
    }
  }

  #startCatchUp(): void {
    this.#isCatchingUp = true;
    const { node, nodes } = this.#options;
    this.#peer = (this.#peer + 1) % nodes;
    if (this.#peer === node) this.#peer = (this.#peer + 1) % nodes;
    const { next: slot } = this.#decided;
    if (this.#incoming === null) this.#out.send({ kind: "fetch", slot }, this.#peer);
    else this.#askChunks(this.#incoming.slot, this.#incoming.retry(), this.#peer);
    this.#out.trace({ event: "fetch", slot, round: 0, digest: null });
    this.#out.setTimer(TIMER.catchUp, this.#options.roundTimeoutNs);
  }

  #onCatchUpTimer(): void {
    this.#isCatchingUp = false;
    if (this.#heardSlot > this.#agreement.slot || !this.#knowsPosition) this.#startCatchUp();
  }

  #onFetch(source: number, from: number): void {
    if (from < this.#decided.first) {
      this.#sendChunks(source, from, 0);
      return;
    }
    const end = Math.min(from + FETCH_SLOTS, this.#decided.next);
    for (let slot = from; slot < end; slot++) {
      this.#sendDecided(slot, source);
    }
    this.#out.send({ kind: "status", slot: this.#decided.next }, source);
  }

  #onPull(source: number, pull: Extract<RojMessage, { kind: "pull" }>): void {
    if (pull.slot < this.#decided.first) this.#sendChunks(source, pull.slot, 0);
    else if (pull.slot < this.#decided.next) this.#sendDecided(pull.slot, source);
    else this.#agreement.answerPull(source, pull);
  }

  #sendDecided(slot: number, destination: number): void {
    const decision = this.#decided.get(slot);
    if (decision !== undefined) this.#out.send({ kind: "decided", ...decision }, destination);
  }

  #onStatus(slot: number): void {
    this.#knowsPosition = true;
    if (!this.#isCatchingUp || this.#incoming !== null) return;
    if (slot > this.#decided.next) this.#startCatchUp();
    else {
      this.#isCatchingUp = false;
      this.#out.clearTimer(TIMER.catchUp);
    }
  }

  #onDecided(message: Extract<RojMessage, { kind: "decided" }>): void {
    const { slot, round, voters, batch } = message;
    const next = this.#decided.next;
    if (slot < next || slot >= next + AHEAD_MAX) return;
    if (bitCount(voters) < quorum(this.#options.nodes)) return;
    const decision = { slot, round, voters, batch };
    if (slot === next) this.decided(decision);
    else this.#ahead.set(slot, decision);
  }

  /** Chunks of the snapshot up to `slot`; without it, the first ones of what there is. */
  #sendChunks(destination: number, slot: number, offset: number): void {
    const { shelf } = this.#compactor;
    const asked = shelf.find(slot);
    let snapshot = asked ?? shelf.newest;
    if (snapshot === undefined || snapshot.slot < this.#decided.first) {
      snapshot = this.#takeSnapshot();
      shelf.add(snapshot);
    }
    for (const chunk of chunksFrom(snapshot, asked === undefined ? 0 : offset)) {
      this.#out.send(chunk, destination);
    }
  }

  #askChunks(slot: number, offset: number, peer: number): void {
    this.#out.send({ kind: "fetch-chunks", slot, offset }, peer);
  }

  #onChunk(source: number, chunk: ChunkMessage): void {
    this.#knowsPosition = true;
    if (chunk.slot <= this.#decided.next || !SnapshotReceiver.accepts(chunk)) return;
    if (this.#incoming === null || this.#incoming.yieldsTo(chunk)) {
      this.#incoming = new SnapshotReceiver(chunk);
    }
    const incoming = this.#incoming;
    const state = incoming.add(chunk);
    if (state === "wait") return;
    this.#isCatchingUp = true;
    this.#out.setTimer(TIMER.catchUp, this.#options.roundTimeoutNs);
    if (state === "ask") {
      this.#askChunks(incoming.slot, incoming.ask(), source);
      return;
    }
    this.#incoming = null;
    const snapshot = incoming.finish();
    const store = snapshot === null ? null : restoreStore(snapshot.bytes);
    if (snapshot !== null && store !== null) this.#install(snapshot, store);
    this.#startCatchUp();
  }

  /** Takes over the state of a peer that is further on. */
  #install(snapshot: Snapshot, store: ListStore): void {
    const { slot } = snapshot;
    this.#store = store;
    this.#decided.jumpTo(slot);
    for (const old of this.#ahead.keys()) if (old < slot) this.#ahead.delete(old);
    for (const old of this.#journaled) if (old < slot) this.#journaled.delete(old);
    this.#compactor.write(snapshot, !this.#needsJournalFrom(slot));
    for (const { client, request } of this.#pending.values()) {
      if (store.isVoid(client, request)) this.#pending.delete(client);
    }
    for (let next = this.#takeAhead(); next !== undefined; next = this.#takeAhead()) {
      this.#commit(next);
    }
    this.#moveOn();
  }
}
