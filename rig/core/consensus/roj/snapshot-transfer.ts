/**
 * The two ends of a snapshot's way over the bus. The sender keeps its last snapshots, so that a
 * newer one does not break a transfer under way. The receiver collects pieces in any order, asks
 * for what is missing, with another node too, and hands over only what has the digest claimed.
 */

import { digestOf } from "../../wire/digest.ts";
import { CHUNK_LENGTH, type ChunkMessage, chunkAt } from "../../wire/snapshot-chunk.ts";
import { SNAPSHOT_BYTES_MAX, type Snapshot } from "./snapshot.ts";

/** Chunks that answer one request. */
const CHUNKS_PER_ANSWER = 8;
const SNAPSHOTS_KEPT = 2;

export class SnapshotShelf {
  #kept: Snapshot[] = [];

  get newest(): Snapshot | undefined {
    return this.#kept.at(-1);
  }

  add(snapshot: Snapshot): void {
    this.#kept = [...this.#kept.filter(({ slot }) => slot !== snapshot.slot), snapshot];
    if (this.#kept.length > SNAPSHOTS_KEPT) this.#kept.shift();
  }

  find(slot: number): Snapshot | undefined {
    return this.#kept.find((each) => each.slot === slot);
  }
}

/** The chunks of one answer, from `offset` on. */
export function chunksFrom(snapshot: Snapshot, offset: number): ChunkMessage[] {
  const chunks: ChunkMessage[] = [];
  const start = offset - (offset % CHUNK_LENGTH);
  for (let at = start; at < snapshot.bytes.length; at += CHUNK_LENGTH) {
    if (chunks.length === CHUNKS_PER_ANSWER) break;
    chunks.push(chunkAt(snapshot, at));
  }
  return chunks;
}

export class SnapshotReceiver {
  readonly slot: number;
  readonly #digest: string;
  readonly #bytes: Uint8Array;
  readonly #has: Uint8Array;
  #missing: number;
  #asked = 0;
  /** No new piece came since the last call of `ask` or `retry`. */
  #isStuck = false;

  constructor({ slot, total, digest }: ChunkMessage) {
    this.slot = slot;
    this.#digest = digest;
    this.#bytes = new Uint8Array(total);
    this.#missing = Math.ceil(total / CHUNK_LENGTH);
    this.#has = new Uint8Array(this.#missing);
  }

  static accepts({ total }: ChunkMessage): boolean {
    return total <= SNAPSHOT_BYTES_MAX;
  }

  /** Whether this transfer should give way to that of another snapshot. */
  yieldsTo({ slot, offset, total, digest }: ChunkMessage): boolean {
    if (slot === this.slot && digest === this.#digest && total === this.#bytes.length) return false;
    return offset === 0 && (slot > this.slot || this.#isStuck);
  }

  /** "ask" when the answer is over and more is missing, "done" when nothing is. */
  add({ slot, total, offset, digest, piece }: ChunkMessage): "wait" | "ask" | "done" {
    const isOurs = slot === this.slot && digest === this.#digest && total === this.#bytes.length;
    const index = offset / CHUNK_LENGTH;
    if (!isOurs || this.#has[index] !== 0) return "wait";
    this.#has[index] = 1;
    this.#bytes.set(piece, offset);
    this.#missing--;
    this.#isStuck = false;
    if (this.#missing === 0) return "done";
    const isLast = index === this.#asked + CHUNKS_PER_ANSWER - 1 || index === this.#has.length - 1;
    return isLast ? "ask" : "wait";
  }

  /** Place of the first missing piece, from which more is asked for. */
  ask(): number {
    this.#asked = Math.max(this.#has.indexOf(0), 0);
    return this.#asked * CHUNK_LENGTH;
  }

  /** The same, after an answer that did not come or not wholly. */
  retry(): number {
    this.#isStuck = true;
    return this.ask();
  }

  /** All of it; null when it is not what its digest says. */
  finish(digestOfFormat = digestOf): Snapshot | null {
    const { slot } = this;
    const digest = digestOfFormat(this.#bytes);
    return digest === this.#digest ? { slot, bytes: this.#bytes, digest } : null;
  }
}
