/**
 * Keeps a node's journal short: says when a snapshot is due, writes it, and drops what stood
 * before it once it is durable, never earlier. Keeps the last snapshots for nodes that fell behind.
 */

import type { StoreResult } from "../node-core.ts";
import type { Outbox } from "./outbox.ts";
import type { Compaction, Snapshot } from "./snapshot.ts";
import { SnapshotShelf } from "./snapshot-transfer.ts";

interface SnapshotWrite {
  readonly mayDrop: boolean;
  /** Bytes written since the boot up to this snapshot. */
  readonly writtenBefore: number;
}

export class Compactor {
  readonly shelf = new SnapshotShelf();
  readonly #compaction: Compaction;
  readonly #out: Outbox;
  readonly #writes = new Map<number, SnapshotWrite>();
  /** Slot of the last snapshot that was tried. */
  #lastSlot = 0;
  /** Bytes written since the boot that are not in the journal any more; negative for older ones. */
  #dropped = 0;
  #needsRoom = false;

  constructor(compaction: Compaction, out: Outbox) {
    this.#compaction = compaction;
    this.#out = out;
  }

  /** What the journal held at the boot. */
  restored(journalBytes: number, snapshot: Snapshot | null): void {
    this.#dropped = -journalBytes;
    if (snapshot === null) return;
    this.#lastSlot = snapshot.slot;
    this.shelf.add(snapshot);
  }

  /** Whether a snapshot up to `next` is due. Multiples of the interval, so that nodes agree. */
  isDue(next: number): boolean {
    if (next <= this.#lastSlot || this.#writes.size > 0) return false;
    if (this.#needsRoom) return true;
    const { everySlots, journalBytes } = this.#compaction;
    if (Math.floor(next / everySlots) > Math.floor(this.#lastSlot / everySlots)) return true;
    // A large state makes large journals: else there would be a snapshot for every slot.
    const least = 2 * (this.shelf.newest?.bytes.length ?? 0);
    return this.#out.written - this.#dropped > Math.max(journalBytes, least);
  }

  /** `mayDrop`: nothing before it in the journal is needed once it is durable. */
  write(snapshot: Snapshot, mayDrop: boolean): void {
    const { slot, bytes, digest } = snapshot;
    this.#lastSlot = slot;
    this.#needsRoom = false;
    this.shelf.add(snapshot);
    const writtenBefore = this.#out.written;
    const token = this.#out.persist({ kind: "snapshot", slot, state: bytes });
    this.#writes.set(token, { mayDrop, writtenBefore });
    this.#out.trace({ event: "snapshot", slot, round: 0, digest });
  }

  onStored(token: number, result: StoreResult): void {
    if (result === "full") this.#needsRoom = true;
    const write = this.#writes.get(token);
    if (write === undefined) return;
    this.#writes.delete(token);
    if (result !== "ok" || !write.mayDrop) return;
    this.#dropped = write.writtenBefore;
    this.#out.truncate(token);
  }
}
