/**
 * What orders the versions of a register. Lists don't tell their order as list-append does, so it
 * must come from elsewhere: nil is first; the caller may know an order of transactions; a
 * transaction may write over what it read; each process, or real time, may be assumed to see the
 * versions of a key in their order. Each source is pairs of versions, the earlier one first.
 */

import { GrowableInt32 } from "../history/growable.ts";
import { type HistoryTable, OK } from "../history/history-table.ts";
import { finalVersion, firstVersion, type RegisterIndex, type Touches } from "./register-index.ts";
import { NONE } from "./transactions.ts";
import { isNil, nilOf } from "./versions.ts";

export type SourceName =
  | "initial-state"
  | "transaction-order"
  | "wfr-keys"
  | "sequential-keys"
  | "linearizable-keys";

export class VersionPairs {
  readonly from = new GrowableInt32();
  readonly to = new GrowableInt32();

  get length(): number {
    return this.from.length;
  }

  add(from: number, to: number): void {
    if (from === to) return;
    this.from.push(from);
    this.to.push(to);
  }

  has(from: number, to: number): boolean {
    for (let i = 0; i < this.length; i++) {
      if (this.from.array[i] === from && this.to.array[i] === to) return true;
    }
    return false;
  }
}

/** nil comes before everything that was read or written. */
export function initialPairs(table: HistoryTable, index: RegisterIndex): VersionPairs {
  const { touches } = index;
  const pairs = new VersionPairs();
  const isDone = new Uint8Array(index.versions);
  const add = (version: number | undefined, touch: number) => {
    if (version === undefined || version === NONE || isDone[version] === 1) return;
    isDone[version] = 1;
    pairs.add(nilOf(table, touches.key[touch] as number), version);
  };
  for (let touch = 0; touch < touches.row.length; touch++) {
    add(touches.read[touch], touch);
    add(touches.write[touch], touch);
  }
  return pairs;
}

/** External writes of a key in the order that the caller gave to the completions. */
export function transactionOrderPairs(
  table: HistoryTable,
  touches: Touches,
  order: ReadonlyMap<number, number>,
): VersionPairs {
  const pairs = new VersionPairs();
  const placed: { touch: number; place: number }[] = [];
  for (let touch = 0; touch < touches.row.length; touch++) {
    if (touches.write[touch] === NONE) continue;
    const place = order.get(table.index[touches.row[touch] as number] as number);
    if (place !== undefined) placed.push({ touch, place });
  }
  placed.sort((a, b) => a.place - b.place);
  const last = new Int32Array(table.keys).fill(NONE);
  for (const { touch } of placed) {
    const key = touches.key[touch] as number;
    const version = touches.write[touch] as number;
    if (last[key] !== NONE) pairs.add(last[key] as number, version);
    last[key] = version;
  }
  return pairs;
}

/** What a transaction read comes before what it wrote over it. */
export function writeFollowsReadPairs(table: HistoryTable, touches: Touches): VersionPairs {
  const pairs = new VersionPairs();
  for (let touch = 0; touch < touches.row.length; touch++) {
    const read = touches.read[touch] as number;
    const write = touches.write[touch] as number;
    if (read !== NONE && !isNil(table, read) && write !== NONE) pairs.add(read, write);
  }
  return pairs;
}

/** From each successful transaction to the next of the same process that touches the key. */
export function sequentialPairs(table: HistoryTable, touches: Touches): VersionPairs {
  const pairs = new VersionPairs();
  const processes = new Map<number, number>();
  const last = new Map<number, number>();
  for (let touch = 0; touch < touches.row.length; touch++) {
    const row = touches.row[touch] as number;
    if (table.type[row] !== OK) continue;
    const process = table.process[row] as number;
    const number = processes.get(process) ?? processes.size;
    processes.set(process, number);
    const place = number * table.keys + (touches.key[touch] as number);
    const before = last.get(place);
    if (before !== undefined) {
      pairs.add(finalVersion(touches, before), firstVersion(table, touches, touch));
    }
    last.set(place, touch);
  }
  return pairs;
}
