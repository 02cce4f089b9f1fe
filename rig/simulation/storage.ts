/**
 * A node's storage: records become durable one after the other, each after the write time. A power
 * cut takes what is not yet durable; what faults do beyond that is asked of `StorageFaults`.
 *
 * Does not model: reads that take time or give old contents, a truncation that is interrupted, a
 * write cache that reorders.
 */

import type { NodeEffect, StoreResult } from "../core/consensus/node-core.ts";
import type { StoragePlan } from "../core/plan/plan.ts";
import type { StorageFaults } from "./storage-faults.ts";
import { type Entry, StorageMedium } from "./storage-medium.ts";

const SECTOR_BYTES = 32;
const KIB = 1024;

type Persist = Extract<NodeEffect, { kind: "persist" }>;

/** A record on its way onto the medium. */
export interface StoreWrite extends Entry {
  readonly startNs: number;
  readonly endNs: number;
}

export class NodeStorage {
  readonly #node: number;
  readonly #plan: StoragePlan;
  readonly #faults: StorageFaults;
  readonly #medium: StorageMedium;
  #queue: StoreWrite[] = [];
  #freeNs = 0;
  #number = 0;

  constructor(node: number, plan: StoragePlan, faults: StorageFaults) {
    this.#node = node;
    this.#plan = plan;
    this.#faults = faults;
    this.#medium = new StorageMedium(plan.sectorBytes ?? SECTOR_BYTES);
  }

  /** What can be read, oldest first, and the slots of what can't. */
  read(): ReturnType<StorageMedium["read"]> {
    return this.#medium.read();
  }

  /** Takes on a write, which will be over at its `endNs`. */
  begin({ token, slot, record, isBase = false }: Persist, boot: number, nowNs: number): StoreWrite {
    const startNs = Math.max(this.#freeNs, nowNs);
    let timeNs = this.#plan.writeNs;
    if (record.length > KIB) timeNs *= Math.ceil(record.length / KIB);
    if (!this.#faults.isIdle) timeNs = this.#faults.writeTimeNs(this.#node, timeNs);
    const endNs = startNs + timeNs;
    this.#freeNs = endNs;
    const number = this.#number++;
    const write = { number, slot, isBase, boot, token, record, found: null, startNs, endNs };
    this.#queue.push(write);
    return write;
  }

  /** The write is over; null when the supply went before. */
  complete(write: StoreWrite): StoreResult | null {
    if (this.#queue[0] !== write) return null;
    this.#queue.shift();
    const { isIdle } = this.#faults;
    const refusal = isIdle ? "ok" : this.#faults.refusal(this.#node);
    if (refusal !== "ok") return refusal;
    const { capacityBytes } = this.#plan;
    if (capacityBytes !== undefined) {
      if (this.#medium.bytes + this.#medium.sizeOf(write.record) > capacityBytes) return "full";
    }
    this.#medium.append(write);
    if (!isIdle) this.#faults.written(this.#node, this.#medium, write);
    return "ok";
  }

  truncate(boot: number, token: number): void {
    this.#medium.truncate(boot, token);
  }

  /** Writes that wait are lost; the one under way as well, or torn. */
  powerCut(nowNs: number): void {
    const [write] = this.#queue;
    this.#queue = [];
    this.#freeNs = 0;
    if (write === undefined || write.startNs > nowNs) return;
    this.#faults.interrupted(this.#node, this.#medium, write);
  }

  /** The node's program has stopped, or a fault came into force: what befalls records at rest. */
  rest(isStopped: boolean): void {
    this.#faults.rest(this.#node, this.#medium, isStopped);
  }
}
