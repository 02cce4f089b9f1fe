/**
 * What a node makes of its durable records at boot: the newest snapshot that can be read, the
 * decided slots behind it, its own promises, and the slots in which it must keep silent because a
 * damaged record may have held a promise.
 */

import type { WireFormat } from "../../wire/format.ts";
import { ListStore } from "../list-store.ts";
import { decodeRecord, type JournalRecord } from "./journal.ts";
import type { Decision } from "./options.ts";
import { restoreStore, type Snapshot } from "./snapshot.ts";

export interface Recovered {
  readonly store: ListStore;
  /** Null when the state starts empty. */
  readonly snapshot: Snapshot | null;
  readonly decisions: ReadonlyMap<number, Decision>;
  readonly promises: readonly Extract<JournalRecord, { kind: "vote" | "confirm" }>[];
  readonly bytes: number;
}

/** What a promise was about, and what for. */
export function placeOf(promise: Recovered["promises"][number]) {
  const { slot, round } = promise;
  const digest = promise.kind === "vote" ? promise.digest : (promise.batch?.digest ?? null);
  return { slot, round, digest };
}

export function recover(image: readonly Uint8Array[], format: WireFormat): Recovered {
  const decisions = new Map<number, Decision>();
  const promises: Extract<JournalRecord, { kind: "vote" | "confirm" }>[] = [];
  let store = new ListStore();
  let snapshot: Snapshot | null = null;
  let bytes = 0;
  for (const recordBytes of image) {
    bytes += recordBytes.length;
    const record = decodeRecord(recordBytes, format);
    if (record === null) continue;
    if (record.kind === "decided") decisions.set(record.slot, record);
    else if (record.kind !== "snapshot") promises.push(record);
    else if (snapshot === null || record.slot > snapshot.slot) {
      const restored = restoreStore(record.state);
      if (restored === null) continue;
      const { slot, state } = record;
      snapshot = { slot, bytes: state, digest: format.digestOf(state) };
      store = restored;
    }
  }
  return { store, snapshot, decisions, promises, bytes };
}
