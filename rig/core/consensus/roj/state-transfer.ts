/**
 * Snapshots between nodes: serves those that fell behind, and collects one when this node did. In
 * the crash profile a snapshot is believed when its digest is right; in the signed profile when
 * enough nodes vouch for the digest, and then only those that were vouched for are served.
 */

import type { CheckpointMessage } from "../../wire/proof-message.ts";
import type { ChunkMessage } from "../../wire/snapshot-chunk.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Outbox } from "./outbox.ts";
import type { Snapshot } from "./snapshot.ts";
import { chunksFrom, SnapshotReceiver, type SnapshotShelf } from "./snapshot-transfer.ts";

export interface TransferHost {
  /** First slot that is kept, and first that is not decided. */
  position(): { readonly first: number; readonly next: number };
  takeSnapshot(): Snapshot;
  /** A whole snapshot that may be believed. */
  install(snapshot: Snapshot): void;
  /** Pieces are coming in: somebody answers. */
  onPiece(): void;
  /** The transfer is over, or there is more to ask another node for. */
  goOn(): void;
}

export class StateTransfer {
  readonly #out: Outbox;
  readonly #shelf: SnapshotShelf;
  readonly #checkpoints: Checkpoints | null;
  readonly #host: TransferHost;
  #incoming: SnapshotReceiver | null = null;
  /** All of it is here, and too few vouch for it yet. */
  #unproven: Snapshot | null = null;

  constructor(
    out: Outbox,
    shelf: SnapshotShelf,
    checkpoints: Checkpoints | null,
    host: TransferHost,
  ) {
    this.#out = out;
    this.#shelf = checkpoints === null ? shelf : checkpoints.shelf;
    this.#checkpoints = checkpoints;
    this.#host = host;
  }

  get isUnderWay(): boolean {
    return this.#incoming !== null;
  }

  /** Asks `peer` for what is missing of a transfer; false when none is under way. */
  askAgain(peer: number): boolean {
    if (this.#incoming !== null) {
      this.#ask(this.#incoming.slot, this.#incoming.retry(), peer);
      return true;
    }
    if (this.#unproven === null) return false;
    // Its answer brings what it knows of the snapshot.
    this.#ask(this.#unproven.slot, this.#unproven.bytes.length, peer);
    return false;
  }

  /** Chunks of the snapshot up to `slot`; without it, the first ones of what there is. */
  send(destination: number, slot: number, offset: number): void {
    const asked = this.#shelf.find(slot);
    let snapshot = asked ?? this.#shelf.newest;
    const { first } = this.#host.position();
    if (this.#checkpoints === null && (snapshot === undefined || snapshot.slot < first)) {
      snapshot = this.#host.takeSnapshot();
      this.#shelf.add(snapshot);
    }
    if (snapshot === undefined) return;
    this.#checkpoints?.show(snapshot, destination);
    for (const chunk of chunksFrom(snapshot, asked === undefined ? 0 : offset)) {
      this.#out.send(chunk, destination);
    }
  }

  onChunk(source: number, chunk: ChunkMessage): void {
    if (chunk.slot <= this.#host.position().next || !SnapshotReceiver.accepts(chunk)) return;
    if (this.#isHere(chunk)) return;
    if (this.#incoming === null || this.#incoming.yieldsTo(chunk)) {
      this.#incoming = new SnapshotReceiver(chunk);
    }
    const incoming = this.#incoming;
    const state = incoming.add(chunk);
    if (state === "wait") return;
    this.#host.onPiece();
    if (state === "ask") {
      this.#ask(incoming.slot, incoming.ask(), source);
      return;
    }
    this.#incoming = null;
    const snapshot = incoming.finish(this.#out.format.digestOf);
    if (snapshot !== null) this.#take(snapshot);
    this.#host.goOn();
  }

  onCheckpoint(message: CheckpointMessage): void {
    this.#checkpoints?.hear(message);
    const snapshot = this.#unproven;
    if (snapshot === null || this.#checkpoints?.isVouchedFor(snapshot) !== true) return;
    this.#take(snapshot);
    this.#host.goOn();
  }

  #isHere({ slot, digest }: ChunkMessage): boolean {
    return (
      this.#unproven !== null && slot === this.#unproven.slot && digest === this.#unproven.digest
    );
  }

  #take(snapshot: Snapshot): void {
    if (this.#checkpoints !== null && !this.#checkpoints.isVouchedFor(snapshot)) {
      this.#unproven = snapshot;
      return;
    }
    this.#unproven = null;
    if (snapshot.slot > this.#host.position().next) this.#host.install(snapshot);
  }

  #ask(slot: number, offset: number, peer: number): void {
    this.#out.send({ kind: "fetch-chunks", slot, offset }, peer);
  }
}
