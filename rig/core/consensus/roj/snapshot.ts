/**
 * Snapshots of the replicated state: the lists, and with them the session of every client, for
 * without those a retry after a restore would be applied twice. The bytes follow from what was
 * applied alone, so that all nodes have the same snapshot of the same slot.
 */

import { LIST_LENGTH_MAX } from "../../wire/client-message.ts";
import { type Digest, digestOf } from "../../wire/digest.ts";
import { readU16, writeU16 } from "../../wire/transaction.ts";
import { ListStore, type Session } from "../list-store.ts";

export interface Snapshot {
  /** The first slot that it does not hold. */
  readonly slot: number;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** When a node compacts its journal. */
export interface Compaction {
  /** A snapshot is due after so many decided slots. */
  readonly everySlots: number;
  /** Or when the journal has grown to so many bytes. */
  readonly journalBytes: number;
  /** Decided slots kept in memory for nodes that fell behind; further back, a snapshot is sent. */
  readonly keptSlots: number;
}

export const COMPACTION: Compaction = { everySlots: 512, journalBytes: 1 << 18, keptSlots: 512 };

/** More than all keys and clients can take. */
export const SNAPSHOT_BYTES_MAX = 1 << 20;

/** `digest` is that of the wire format in use. */
export function takeSnapshot(
  store: ListStore,
  slot: number,
  withSessions = true,
  digest = digestOf,
): Snapshot {
  const bytes = encodeStore(store, withSessions);
  return { slot, bytes, digest: digest(bytes) };
}

function encodeStore(store: ListStore, withSessions: boolean): Uint8Array {
  const { lists } = store;
  const sessions: ReadonlyMap<number, Session> = withSessions ? store.sessions : new Map();
  let length = 4;
  for (const list of lists.values()) length += 3 + 2 * list.length;
  for (const { reply } of sessions.values()) length += 6 + reply.length;
  const bytes = new Uint8Array(length);
  writeU16(bytes, 0, lists.size);
  let at = 2;
  for (const [key, list] of lists) {
    writeU16(bytes, at, key);
    bytes[at + 2] = list.length;
    at += 3;
    for (const element of list) {
      writeU16(bytes, at, element);
      at += 2;
    }
  }
  writeU16(bytes, at, sessions.size);
  at += 2;
  for (const [client, { request, reply }] of sessions) {
    writeU16(bytes, at, client);
    writeU16(bytes, at + 2, request);
    writeU16(bytes, at + 4, reply.length);
    bytes.set(reply, at + 6);
    at += 6 + reply.length;
  }
  return bytes;
}

/** The state in the snapshot; null when the bytes are none. */
export function restoreStore(bytes: Uint8Array): ListStore | null {
  const lists = new Map<number, number[]>();
  const sessions = new Map<number, Session>();
  let at = 2;
  if (bytes.length < 4) return null;
  for (let left = readU16(bytes, 0); left > 0; left--) {
    if (at + 3 > bytes.length) return null;
    const key = readU16(bytes, at);
    const length = bytes[at + 2] as number;
    at += 3;
    if (length > LIST_LENGTH_MAX || at + 2 * length > bytes.length) return null;
    const list: number[] = [];
    for (let index = 0; index < length; index++, at += 2) list.push(readU16(bytes, at));
    lists.set(key, list);
  }
  if (at + 2 > bytes.length) return null;
  let left = readU16(bytes, at);
  for (at += 2; left > 0; left--) {
    if (at + 6 > bytes.length) return null;
    const client = readU16(bytes, at);
    const request = readU16(bytes, at + 2);
    const end = at + 6 + readU16(bytes, at + 4);
    if (end > bytes.length) return null;
    sessions.set(client, { request, reply: bytes.slice(at + 6, end) });
    at = end;
  }
  return at === bytes.length ? new ListStore(lists, sessions) : null;
}
