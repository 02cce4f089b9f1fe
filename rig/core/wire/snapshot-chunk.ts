/**
 * Snapshots on the wire: pieces of one fixed size with their place, so that a transfer can go on
 * where it stopped, also with another node, and a request for the pieces from some place on. The
 * digest is that of the whole snapshot; a receiver checks it before it installs anything.
 */

import { type Digest, readDigest, writeDigest } from "./digest.ts";
import { readU32, writeU32 } from "./transaction.ts";

/** A piece and its head fill four fragments: short enough to get through where frames are lost. */
export const CHUNK_LENGTH = 212;
/** Bytes of a chunk before its piece. */
export function chunkPrefix(digestLength: number): number {
  return 12 + digestLength;
}

export interface ChunkMessage {
  readonly kind: "chunk";
  /** The first slot that the snapshot does not hold. */
  readonly slot: number;
  readonly total: number;
  readonly offset: number;
  readonly digest: Digest;
  readonly piece: Uint8Array;
}

/** Asks for the chunks of the snapshot up to `slot`, from a place on. */
export interface FetchChunksMessage {
  readonly kind: "fetch-chunks";
  readonly slot: number;
  readonly offset: number;
}

/** The chunk at `offset` of the snapshot. */
export function chunkAt(
  snapshot: { readonly slot: number; readonly bytes: Uint8Array; readonly digest: Digest },
  offset: number,
): ChunkMessage {
  const { slot, bytes, digest } = snapshot;
  const piece = bytes.subarray(offset, offset + CHUNK_LENGTH);
  return { kind: "chunk", slot, total: bytes.length, offset, digest, piece };
}

/** Writes what follows the slot; returns the length of the body. */
export function writeChunk(
  body: Uint8Array,
  { total, offset, digest, piece }: ChunkMessage,
): number {
  writeU32(body, 4, total);
  writeU32(body, 8, offset);
  writeDigest(body, 12, digest);
  const prefix = chunkPrefix(digest.length / 2);
  body.set(piece, prefix);
  return prefix + piece.length;
}

/** The chunk whose body starts at `at`; null when its piece is none of such a snapshot. */
export function readChunk(
  bytes: Uint8Array,
  at: number,
  digestLength: number,
): ChunkMessage | null {
  const slot = readU32(bytes, at);
  const total = readU32(bytes, at + 4);
  const offset = readU32(bytes, at + 8);
  if (offset >= total || offset % CHUNK_LENGTH !== 0) return null;
  const start = at + chunkPrefix(digestLength);
  const length = Math.min(CHUNK_LENGTH, total - offset);
  if (start + length > bytes.length) return null;
  const digest = readDigest(bytes, at + 12, digestLength);
  return { kind: "chunk", slot, total, offset, digest, piece: bytes.slice(start, start + length) };
}
