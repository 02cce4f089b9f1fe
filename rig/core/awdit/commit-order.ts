/**
 * What must come before what in any commit order of the transactions. A level holds exactly if all
 * that it demands can be put in one order, that is, if there is no cycle.
 */

import { type Graph, peel } from "../elle/components.ts";
import { type Groups, grouped } from "../elle/counting.ts";
import { GrowableInt32 } from "../history/growable.ts";
import { INITIAL, type Transactions } from "./transactions.ts";

/** Why one comes before the other: by session, by a read, by a list, or forced by `via`. */
const SESSION = -1;
const READ = -2;
const LIST = -3;

export interface OrderStep {
  readonly from: number;
  readonly to: number;
  readonly why: "session" | "read" | "list" | "forced";
  readonly key: number;
  /** The transaction that forces it: it reads the key from `to` and sees `from`. */
  readonly via: number;
}

export class CommitOrder {
  readonly #count: number;
  readonly #from = new GrowableInt32();
  readonly #to = new GrowableInt32();
  readonly #via = new GrowableInt32();
  readonly #key = new GrowableInt32();

  /** With what holds at every level: sessions, reads and lists. */
  constructor(transactions: Transactions) {
    const { count, session, sessions, readStart, readKey, readFrom, known } = transactions;
    this.#count = count;
    const last = new Int32Array(sessions).fill(INITIAL);
    for (let t = 1; t < count; t++) {
      const s = session[t] as number;
      this.#add(last[s] as number, t, SESSION, 0);
      last[s] = t;
      const end = readStart[t + 1] as number;
      for (let read = readStart[t] as number; read < end; read++) {
        this.#add(readFrom[read] as number, t, READ, readKey[read] as number);
      }
    }
    known.from.forEach((from, i) => {
      this.#add(from, known.to[i] as number, LIST, known.key[i] as number);
    });
  }

  /** `via` reads `key` from `to` and sees `from`, which writes it too. */
  force(from: number, to: number, key: number, via: number): void {
    if (from !== to) this.#add(from, to, via, key);
  }

  /** A short cycle; `null` if there is none. */
  cycle(): readonly OrderStep[] | null {
    const edges = grouped(
      this.#from.length,
      this.#count,
      (edge) => this.#from.array[edge] as number,
    );
    const target = edges.items.map((edge) => this.#to.array[edge] as number);
    const graph: Graph = { nodes: this.#count, start: edges.start, target };
    const { left, count } = peel(graph);
    if (count === 0) return null;
    return this.#shortest(edges, left, this.#onCycle(left));
  }

  #add(from: number, to: number, via: number, key: number): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#via.push(via);
    this.#key.push(key);
  }

  /** Each vertex that is left has a predecessor that is left: going back ends on a cycle. */
  #onCycle(left: Uint8Array): number {
    const before = new Int32Array(this.#count).fill(-1);
    for (let edge = 0; edge < this.#from.length; edge++) {
      const from = this.#from.array[edge] as number;
      const to = this.#to.array[edge] as number;
      if (left[from] === 1 && left[to] === 1 && before[to] === -1) before[to] = from;
    }
    const seen = new Uint8Array(this.#count);
    let at = left.indexOf(1);
    while (seen[at] === 0) {
      seen[at] = 1;
      at = before[at] as number;
    }
    return at;
  }

  /** The shortest cycle through a vertex that is on one, breadth first. */
  #shortest({ start, items }: Groups, left: Uint8Array, root: number): readonly OrderStep[] {
    const reachedBy = new Int32Array(this.#count).fill(-1);
    const queue = [root];
    for (const at of queue) {
      for (let i = start[at] as number; i < (start[at + 1] as number); i++) {
        const edge = items[i] as number;
        const to = this.#to.array[edge] as number;
        if (left[to] !== 1 || reachedBy[to] !== -1) continue;
        reachedBy[to] = edge;
        if (to === root) return this.#stepsBack(reachedBy, root);
        queue.push(to);
      }
    }
    return [];
  }

  #stepsBack(reachedBy: Int32Array, root: number): readonly OrderStep[] {
    const steps: OrderStep[] = [];
    let at = root;
    do {
      const step = this.#step(reachedBy[at] as number);
      steps.unshift(step);
      at = step.from;
    } while (at !== root);
    return steps;
  }

  #step(edge: number): OrderStep {
    const via = this.#via.array[edge] as number;
    const why =
      via === SESSION ? "session" : via === READ ? "read" : via === LIST ? "list" : "forced";
    const from = this.#from.array[edge] as number;
    const to = this.#to.array[edge] as number;
    return { from, to, why, key: this.#key.array[edge] as number, via };
  }
}
