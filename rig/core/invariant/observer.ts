/**
 * Watches what the nodes themselves record and checks it as it happens: agreement on each slot,
 * one vote per node and phase, commits with a quorum behind them, that what is applied was asked
 * for, once, and that no honest node is convicted. What a Byzantine node says of itself is no
 * evidence of anything.
 */

import type { NodeRecord } from "../consensus/node-core.ts";
import { quorum } from "../consensus/quorum.ts";
import type { WorkloadModel } from "../elle/result.ts";
import { type AppliedSlots, ApplyOrder } from "./apply-order.ts";
import type { InvariantReport } from "./invariant.ts";

const VIOLATIONS_MAX = 10;

const NAMES = [
  "agreement",
  "vote-once",
  "commit-quorum",
  "applied-once",
  "applied-in-order",
  "no-false-evidence",
] as const;
type InvariantName = (typeof NAMES)[number];

export interface Violation {
  readonly invariant: string;
  readonly text: string;
}

export class InvariantObserver {
  readonly #quorum: number;
  /** Bit per node whose own promises bind nobody. */
  readonly #unbound: number;
  readonly #mayBeLate: boolean;
  readonly #checked = new Map<InvariantName, number>(NAMES.map((name) => [name, 0]));
  readonly #violations = new Map<InvariantName, string[]>(NAMES.map((name) => [name, []]));
  readonly #report: (violation: Violation) => void;
  readonly #canon = new Map<number, string>();
  /** What each node said, by slot, round, phase and node; kept across restarts. */
  readonly #said = new Map<string, string | null>();
  /** Bit per node that confirmed, by slot, round and digest. */
  readonly #confirmed = new Map<string, number>();
  readonly #issued = new Set<number>();
  /** Requests each node has applied, since its last boot. */
  readonly #applied: Set<number>[];
  readonly #nextSlot: number[];
  /** By slot, what the first node to apply it applied. */
  readonly #requestsOf: NonNullable<NodeRecord["requests"]>[] = [];
  readonly #stateOf = new Map<number, string>();
  readonly #order = new ApplyOrder();

  /** Commits whose confirmations were not all heard of yet, where records may come late. */
  #unproven: { readonly node: number; readonly record: NodeRecord }[] = [];
  /** Bit per node that was ever told to lie. */
  #distrusted = 0;

  /**
   * `unbound` are nodes that the protocol has to bear as Byzantine: what they promise may be
   * contradictory, and they may have confirmed what they have no record of. With `mayBeLate`
   * the records of different nodes come in no order, as from processes and boards: what a commit
   * rests on is then judged at the end.
   */
  constructor(
    nodes: number,
    report: (violation: Violation) => void,
    options: { readonly unbound?: readonly number[]; readonly mayBeLate?: boolean } = {},
  ) {
    const { unbound = [], mayBeLate = false } = options;
    this.#mayBeLate = mayBeLate;
    this.#unbound = unbound.reduce((mask, node) => mask | (1 << node), 0);
    this.#quorum = quorum(nodes);
    this.#report = report;
    this.#applied = Array.from({ length: nodes }, () => new Set<number>());
    this.#nextSlot = new Array<number>(nodes).fill(0);
  }

  /** A client's request left the host. */
  issued(client: number, request: number): void {
    this.#issued.add(requestKey(client, request));
  }

  /** The node is Byzantine from here on, whatever becomes of it later. */
  distrust(node: number): void {
    this.#distrusted |= 1 << node;
  }

  node(node: number, record: NodeRecord): void {
    if ((this.#distrusted & (1 << node)) !== 0) return;
    switch (record.event) {
      case "boot":
        // The state is made anew from the log, which the node replays before this record.
        break;
      case "vote":
      case "confirm":
        this.#onPromise(node, record);
        break;
      case "commit":
        this.#onCommit(node, record);
        break;
      case "apply":
        this.#onApply(node, record);
        break;
      case "snapshot":
        this.#onSnapshot(node, record);
        break;
      case "evidence":
        this.#onEvidence(node, record);
        break;
      default:
    }
  }

  /** The node lost its memory: what it applies from here on is a replay of its log. */
  restarted(node: number): void {
    this.#applied[node] = new Set();
    this.#nextSlot[node] = 0;
  }

  /** The order of what bound nodes applied, where there is one and its checker can use it. */
  applied(workload: WorkloadModel | undefined): { readonly applied?: AppliedSlots } {
    const applied = workload === "rw-register" ? this.#order.slots() : null;
    return applied === null ? {} : { applied };
  }

  reports(): readonly InvariantReport[] {
    for (const { node, record } of this.#unproven) this.#checkQuorum(node, record);
    this.#unproven = [];
    // Evidence is found in the signed profile only.
    const names = NAMES.filter(
      (name) => name !== "no-false-evidence" || this.#checked.get(name) !== 0,
    );
    return names.map((name) => ({
      name,
      checked: this.#checked.get(name) as number,
      violations: this.#violations.get(name) as string[],
    }));
  }

  #onPromise(node: number, { event, slot, round, digest }: NodeRecord): void {
    const key = `${slot}/${round}/${event}/${node}`;
    const known = this.#said.get(key);
    const isUnbound = (this.#unbound & (1 << node)) !== 0;
    this.#check("vote-once", isUnbound || known === undefined || known === digest, () => {
      const where = `slot ${slot}, round ${round}`;
      return `node ${node} said ${known} and ${digest} as its ${event} in ${where}`;
    });
    if (known === undefined) this.#said.set(key, digest);
    if (event !== "confirm" || digest === null) return;
    const confirmKey = `${slot}/${round}/${digest}`;
    const voters = (this.#confirmed.get(confirmKey) ?? 0) | (1 << node);
    this.#confirmed.set(confirmKey, voters);
  }

  #onCommit(node: number, record: NodeRecord): void {
    const { slot, digest } = record;
    const known = this.#canon.get(slot);
    this.#check("agreement", known === undefined || known === digest, () => {
      return `slot ${slot} was decided as ${known} and, by node ${node}, as ${digest}`;
    });
    if (known === undefined) this.#canon.set(slot, digest as string);
    if (this.#mayBeLate && this.#confirmations(record) < this.#quorum) {
      this.#unproven.push({ node, record });
    } else this.#checkQuorum(node, record);
  }

  #confirmations({ slot, round, digest }: NodeRecord): number {
    const confirmed = this.#confirmed.get(`${slot}/${round}/${digest}`) ?? 0;
    // What Byzantine nodes confirmed is not recorded: it may be anything.
    return bitsOf(confirmed | this.#unbound | this.#distrusted);
  }

  #checkQuorum(node: number, record: NodeRecord): void {
    const { slot, round } = record;
    const count = this.#confirmations(record);
    this.#check("commit-quorum", count >= this.#quorum, () => {
      const where = `slot ${slot} in round ${round}`;
      return `node ${node} committed ${where} with ${count} confirmations`;
    });
  }

  #onApply(node: number, { slot, requests = [] }: NodeRecord): void {
    const expected = this.#nextSlot[node] as number;
    this.#check("applied-in-order", slot === expected, () => {
      return `node ${node} applied slot ${slot} where slot ${expected} was next`;
    });
    this.#nextSlot[node] = slot + 1;
    if (slot === this.#requestsOf.length) this.#requestsOf.push(requests);
    if ((this.#unbound & (1 << node)) === 0) this.#order.note(slot, requests);
    const applied = this.#applied[node] as Set<number>;
    for (const [client, request] of requests) {
      const key = requestKey(client, request);
      const isSound = this.#issued.has(key) && !applied.has(key);
      applied.add(key);
      this.#check("applied-once", isSound, () => {
        const what = `request ${request} of client ${client}`;
        return this.#issued.has(key)
          ? `node ${node} applied ${what} twice`
          : `node ${node} applied ${what}, which nobody issued`;
      });
    }
  }

  /** The node has the state of all slots below: as if it had applied what they hold. */
  #onSnapshot(node: number, { slot, digest }: NodeRecord): void {
    const known = this.#stateOf.get(slot);
    this.#check("agreement", known === undefined || known === digest, () => {
      return `the state before slot ${slot} was ${known} and, on node ${node}, ${digest}`;
    });
    if (known === undefined) this.#stateOf.set(slot, digest as string);
    const from = this.#nextSlot[node] as number;
    this.#check("applied-in-order", slot >= from, () => {
      return `node ${node} went back from slot ${from} to a snapshot of slot ${slot}`;
    });
    const applied = this.#applied[node] as Set<number>;
    for (let each = from; each < slot; each++) {
      for (const [client, request] of this.#requestsOf[each] ?? []) {
        applied.add(requestKey(client, request));
      }
    }
    this.#nextSlot[node] = slot;
  }

  #onEvidence(node: number, { accused = node, slot, round }: NodeRecord): void {
    this.#check("no-false-evidence", (this.#distrusted & (1 << accused)) !== 0, () => {
      const where = `slot ${slot}, round ${round}`;
      return `node ${node} convicted node ${accused}, which is honest, of something in ${where}`;
    });
  }

  #check(name: InvariantName, holds: boolean, text: () => string): void {
    this.#checked.set(name, (this.#checked.get(name) as number) + 1);
    if (holds) return;
    const violations = this.#violations.get(name) as string[];
    if (violations.length === VIOLATIONS_MAX) return;
    violations.push(text());
    this.#report({ invariant: name, text: violations.at(-1) as string });
  }
}

function requestKey(client: number, request: number): number {
  return client * 0x1_0000 + request;
}

function bitsOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
