/**
 * The dependencies between transactions that a list-append history proves. A version of a key is
 * the state after one append; its slot holds who read the key in just this state. An append comes
 * after the append before it (ww) and after all reads of the version before it (rw); a read comes
 * after the append of its last element (wr).
 *
 * An append that no read shows comes after the last version that a read shows.
 */

import { APPEND, type HistoryTable, OK, READ_LIST, READ_NIL } from "../history/history-table.ts";
import type { AppendIndex } from "./append-index.ts";
import { addUp, countUp } from "./counting.ts";
import { RW, WR, WW } from "./relations.ts";
import { isPossible, NONE } from "./transactions.ts";
import type { VersionOrder } from "./version-order.ts";

export type EdgeInto = (from: number, bit: number) => void;

export class AppendEdges {
  readonly table: HistoryTable;
  readonly index: AppendIndex;
  readonly versions: VersionOrder;
  private readonly readersStart: Int32Array;
  private readonly readers: Int32Array;

  constructor(table: HistoryTable, index: AppendIndex, versions: VersionOrder) {
    this.table = table;
    this.index = index;
    this.versions = versions;
    const slots = versions.order.length + table.keys;
    const start = new Int32Array(slots + 1);
    this.eachReader((slot) => {
      countUp(start, slot + 1);
    });
    addUp(start);
    const next = start.slice(0, slots);
    this.readersStart = start;
    this.readers = new Int32Array(start[slots] as number);
    this.eachReader((slot, row) => {
      this.readers[countUp(next, slot)] = row;
    });
  }

  /** Whether no read shows where the append of this element came. */
  isUnobserved(element: number): boolean {
    return this.versions.place[element] === NONE;
  }

  /** All edges into a transaction; one may come more than once. */
  eachEdgeInto(row: number, visit: EdgeInto): void {
    const { table } = this;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      if (table.mopKind[mop] === APPEND) {
        this.eachBefore(table.mopElement[mop] as number, row, visit);
      } else if (table.mopKind[mop] === READ_LIST) {
        this.eachWriterRead(mop, row, visit);
      }
    }
  }

  /** Edges of wr into a transaction from one of its reads. */
  eachWriterRead(mop: number, row: number, visit: EdgeInto): void {
    const { table } = this;
    const length = table.mopLength[mop] as number;
    if (length === 0) return;
    const last = table.lists[(table.mopElement[mop] as number) + length - 1] as number;
    const writer = this.index.writer[last] as number;
    if (writer !== NONE && writer !== row) visit(writer, WR);
  }

  /** Edges of ww and rw into the transaction that appended the element. */
  eachBefore(element: number, row: number, visit: EdgeInto): void {
    const key = this.table.elementKey[element] as number;
    const previous = this.previous(element);
    if (previous !== NONE) {
      const writer = this.index.writer[previous] as number;
      if (writer !== NONE && writer !== row) visit(writer, WW);
    }
    const slot = this.slotBefore(element, key);
    const end = this.readersStart[slot + 1] as number;
    for (let at = this.readersStart[slot] as number; at < end; at++) {
      const reader = this.readers[at] as number;
      if (reader !== row) visit(reader, RW);
    }
  }

  /** The element of the version before the one that appending this element made, or NONE. */
  previous(element: number): number {
    const key = this.table.elementKey[element] as number;
    const { start, order, place } = this.versions;
    const at = this.isUnobserved(element) ? (start[key + 1] as number) : (place[element] as number);
    return at > (start[key] as number) ? (order[at - 1] as number) : NONE;
  }

  /** Slots of a key: first the initial state, then the versions in order. */
  private slotBefore(element: number, key: number): number {
    const { start, place } = this.versions;
    const at = this.isUnobserved(element) ? (start[key + 1] as number) : (place[element] as number);
    return at + key;
  }

  private eachReader(visit: (slot: number, row: number) => void): void {
    const { table, versions } = this;
    const { type } = this.index;
    for (let row = 0; row < table.rows; row++) {
      if (!isPossible(type[row])) continue;
      const end = table.mopStart[row + 1] as number;
      for (let mop = table.mopStart[row] as number; mop < end; mop++) {
        const kind = table.mopKind[mop] as number;
        if (kind === APPEND) continue;
        const key = table.mopKey[mop] as number;
        const length = table.mopLength[mop] as number;
        if (length === 0) {
          // What a read of unknown outcome would have seen is not known.
          if (kind === READ_NIL && type[row] !== OK) continue;
          visit((versions.start[key] as number) + key, row);
          continue;
        }
        const last = table.lists[(table.mopElement[mop] as number) + length - 1] as number;
        const place = versions.place[last] as number;
        if (place !== NONE) visit(place + key + 1, row);
      }
    }
  }
}
