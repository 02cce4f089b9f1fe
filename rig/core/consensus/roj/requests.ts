/**
 * What clients ask of a node: requests that wait to be decided, and the stations that replies go
 * to. In the signed profile it keeps the last few of each client, too: a node there votes only for
 * what it heard a client ask for, and a client's older requests may still be decided.
 */

import {
  BATCH_MAX,
  makeBatch,
  type Transaction,
  transactionLength,
} from "../../wire/transaction.ts";

const KEPT_PER_CLIENT = 4;

export class Requests {
  /** Not yet applied: the latest of each client. */
  readonly #pending = new Map<number, Transaction>();
  /** The station that each client was last heard on. */
  readonly #stations = new Map<number, number>();
  /** Null in the crash profile. */
  readonly #heard: Map<number, Transaction[]> | null;

  constructor(isSigned: boolean) {
    this.#heard = isSigned ? new Map() : null;
  }

  get size(): number {
    return this.#pending.size;
  }

  stationOf(client: number): number | undefined {
    return this.#stations.get(client);
  }

  /** A client asks on `station`. */
  hear(station: number, transaction: Transaction): void {
    const { client, request } = transaction;
    this.#stations.set(client, station);
    const heard = this.#heard?.get(client) ?? [];
    if (heard.some((each) => each.request === request)) return;
    this.#heard?.set(client, [...heard, transaction].slice(-KEPT_PER_CLIENT));
  }

  /** The request waits for its turn; false when this one or a later one of the client does. */
  add(transaction: Transaction): boolean {
    const { client, request } = transaction;
    const waiting = this.#pending.get(client);
    if (waiting !== undefined && waiting.request >= request) return false;
    this.#pending.delete(client);
    this.#pending.set(client, transaction);
    return true;
  }

  /** This request of the client, and all before it, need not wait any more. */
  settle(client: number, request: number): void {
    const waiting = this.#pending.get(client);
    if (waiting !== undefined && waiting.request <= request) this.#pending.delete(client);
  }

  /** Drops what `isVoid` says need not be decided any more. */
  drop(isVoid: (client: number, request: number) => boolean): void {
    for (const { client, request } of this.#pending.values()) {
      if (isVoid(client, request)) this.#pending.delete(client);
    }
  }

  /** As many waiting requests as fit, oldest first. */
  waiting(bytesMax: number): readonly Transaction[] {
    const transactions: Transaction[] = [];
    let length = 0;
    for (const transaction of this.#pending.values()) {
      length += transactionLength(transaction);
      if (transactions.length === BATCH_MAX || length > bytesMax) break;
      transactions.push(transaction);
    }
    return transactions;
  }

  /** Whether the client asked for exactly this; always in the crash profile. */
  vouchFor(transaction: Transaction): boolean {
    if (this.#heard === null) return true;
    const heard = this.#heard.get(transaction.client) ?? [];
    const own = heard.find(({ request }) => request === transaction.request);
    return own !== undefined && isSame(own, transaction);
  }
}

function isSame(a: Transaction, b: Transaction): boolean {
  const [left, right] = [makeBatch([a]).bytes, makeBatch([b]).bytes];
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
