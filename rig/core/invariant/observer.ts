/**
 * Watches what the nodes themselves record and checks it as it happens: agreement on each slot,
 * one vote per node and phase, commits with a quorum behind them, that what is applied was asked
 * for, once, and that no honest node is convicted. What a Byzantine node says of itself is no
 * evidence of anything.
 */

import { HOST_STATION } from "../can/bus.ts";
import type { ErrorCounters } from "../can/error-confinement.ts";
import type { CanFrame } from "../can/frame.ts";
import type { NodeEffect, NodeRecord } from "../consensus/node-core.ts";
import { quorum } from "../consensus/quorum.ts";
import type { WorkloadModel } from "../elle/result.ts";
import { stationOfSession } from "../wire/session.ts";
import { type AppliedSlots, ApplyOrder } from "./apply-order.ts";
import type { InvariantReport } from "./invariant.ts";
import { NumberRanges } from "./number-ranges.ts";
import { bitsOf, PromiseWatch } from "./promises.ts";
import { TrafficWatch } from "./traffic-watch.ts";

const VIOLATIONS_MAX = 10;
/**
 * Slots that all nodes have left so far behind are forgotten, so that a run of days needs no more
 * memory than one of an hour. Far more than any node holds of its past.
 */
const KEPT_SLOTS = 8_192;

const NAMES = [
  "agreement",
  "vote-once",
  "commit-quorum",
  "applied-once",
  "applied-in-order",
  "no-false-evidence",
  "promise-order",
  "promise-durability",
  "lock-rule",
  "certificates",
  "session-order",
  "replies-equal",
  "stale-frames",
  "simulator",
] as const;
type InvariantName = (typeof NAMES)[number];

type Counters = Pick<ErrorCounters, "state" | "tec" | "rec">;

/** The others need something to happen first, or a world that can see it. */
const ALWAYS: ReadonlySet<InvariantName> = new Set<InvariantName>([
  "agreement",
  "vote-once",
  "commit-quorum",
  "applied-once",
  "applied-in-order",
]);

export interface Violation {
  readonly invariant: string;
  readonly text: string;
}

export interface ObserverOptions {
  readonly unbound?: readonly number[];
  readonly traitors?: readonly number[];
  readonly mayBeLate?: boolean;
  /** What the run's clients ask for. */
  readonly workload?: WorkloadModel | undefined;
  /** Slots that are remembered behind the last one that all nodes have applied. */
  readonly keptSlots?: number;
  /** The protocol confirms without a vote, and has no locks. */
  readonly isOnePhase?: boolean;
}

/** What is known of one slot. */
interface SlotFacts {
  /** The value that was decided, of the first node to commit. */
  canon?: string;
  /** What the first node to apply it applied. */
  requests?: NonNullable<NodeRecord["requests"]>;
  /** What each node said, by round, phase and node; kept across restarts. */
  readonly said: Map<string, string | null>;
  /** Bit per node that confirmed, by round and digest. */
  readonly confirmed: Map<string, number>;
}

/** A commit whose confirmations were not all heard of yet, where records may come late. */
interface Unproven {
  readonly node: number;
  readonly record: NodeRecord;
  /** Those that were heard of, once the slot is forgotten. */
  confirmers?: number;
}

export class InvariantObserver {
  readonly #quorum: number;
  /** Bit per node whose own promises bind nobody. */
  readonly #unbound: number;
  readonly #mayBeLate: boolean;
  readonly #checked = new Map<InvariantName, number>(NAMES.map((name) => [name, 0]));
  readonly #violations = new Map<InvariantName, string[]>(NAMES.map((name) => [name, []]));
  readonly #report: (violation: Violation) => void;
  readonly #slots = new Map<number, SlotFacts>();
  readonly #keptSlots: number;
  /** The first slot that is remembered. */
  #floor = 0;
  readonly #issued = new NumberRanges();
  /** Requests each node has applied, since its last boot. */
  readonly #applied: NumberRanges[];
  readonly #nextSlot: number[];
  /** Requests in slots that are forgotten. */
  readonly #appliedBelow = new NumberRanges();
  readonly #stateOf = new Map<number, string>();
  /** For the one workload whose checker can use it. */
  readonly #order: ApplyOrder | null;
  /** Bit per node that may contradict itself. */
  readonly #traitors: number;
  readonly #promises: PromiseWatch;
  readonly #traffic: TrafficWatch;
  /** By node and client, the last request applied since the node's last boot. */
  readonly #lastRequests: Map<number, number>[];
  #nowNs = 0;

  #unproven: Unproven[] = [];
  /** By request that was applied before its client's history told of it, the first such node. */
  readonly #unasked = new Map<number, readonly [node: number, client: number, request: number]>();
  /** Bit per node whose records may have gaps. */
  #missing = 0;
  /** Bit per node of whose clients records are missing. */
  #unheard = 0;
  /** Bit per node that had no room for some of its records. */
  #gapped = 0;
  /** Bit per node that was ever told to lie. */
  #distrusted = 0;

  /**
   * `unbound` are nodes that the protocol has to bear as Byzantine: what they promise may be
   * contradictory, and they may have confirmed what they have no record of. With `mayBeLate`
   * the records of different nodes come in no order, as from processes and boards: what a commit
   * rests on is then judged at the end. `traitors` are those that anybody may convict.
   */
  constructor(
    nodes: number,
    report: (violation: Violation) => void,
    options: ObserverOptions = {},
  ) {
    const { unbound = [], traitors = unbound, mayBeLate = false, isOnePhase = false } = options;
    this.#mayBeLate = mayBeLate;
    this.#keptSlots = options.keptSlots ?? KEPT_SLOTS;
    this.#order = options.workload === "rw-register" ? new ApplyOrder() : null;
    this.#unbound = maskOf(unbound);
    this.#traitors = maskOf(traitors);
    this.#quorum = quorum(nodes);
    this.#report = report;
    this.#applied = Array.from({ length: nodes }, () => new NumberRanges());
    this.#nextSlot = new Array<number>(nodes).fill(0);
    this.#lastRequests = this.#applied.map(() => new Map<number, number>());
    const check = this.#check.bind(this);
    this.#promises = new PromiseWatch(
      nodes,
      { quorum: this.#quorum, unbound: this.#unbound, isOnePhase },
      check,
    );
    this.#traffic = new TrafficWatch(nodes, this.#unbound, check);
  }

  /** A client's request left the host, or a client on a node recorded it. */
  issued(client: number, request: number): void {
    const key = requestKey(client, request);
    this.#issued.add(key);
    this.#unasked.delete(key);
  }

  /** The node is Byzantine from here on, whatever becomes of it later. */
  distrust(node: number): void {
    this.#distrusted |= 1 << node;
    this.#promises.distrust(node);
    this.#traffic.distrust(node);
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
        if (!this.#mayBeLate) this.#promises.promised(node, record);
        break;
      case "abstain":
        this.#promises.abstained(node, record.slot);
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
    this.#promises.restarted(node);
    this.#traffic.restarted(node);
    this.#lastRequests[node] = new Map();
    this.#applied[node] = new NumberRanges();
    this.#nextSlot[node] = 0;
  }

  /** The order of what bound nodes applied, where there is one and its checker can use it. */
  applied(): { readonly applied?: AppliedSlots } {
    const applied = this.#order?.slots() ?? null;
    return applied === null ? {} : { applied };
  }

  /** The node has done all that it does at a boot. */
  booted(node: number): void {
    this.#promises.booted(node, this.#nextSlot[node] as number);
  }

  /**
   * Records of these nodes may be missing, as of boards that lost their supply before they could
   * tell all: what somebody else holds of their confirmations stands for them.
   */
  missing(nodes: readonly number[]): void {
    this.#missing = maskOf(nodes);
  }

  /** Records of the clients on the node are missing: nobody knows all that they asked for. */
  unheard(node: number): void {
    this.#unheard |= 1 << node;
  }

  /** The node has left out records before the next one: nobody knows which. */
  gapped(node: number): void {
    this.#gapped |= 1 << node;
  }

  /** A frame went over the bus. */
  observed(frame: CanFrame): void {
    this.#traffic.observed(frame);
  }

  /** Whether a frame that reaches the node is from before its sender's last boot. */
  isStale(node: number, frame: CanFrame): boolean {
    return this.#traffic.isStale(node, frame);
  }

  /** What the node did upon a stale frame. */
  moved(node: number, effects: readonly NodeEffect[]): void {
    this.#traffic.moved(node, effects);
  }

  /** The simulator itself: something happens now. */
  happens(timeNs: number): void {
    this.#check("simulator", timeNs >= this.#nowNs, () => {
      return `${timeNs} ns came after ${this.#nowNs} ns`;
    });
    this.#nowNs = timeNs;
  }

  /** The simulator itself: a controller says what its state is (ISO 11898-1, 12.1.4). */
  errorCounters(station: number, counters: Counters): void {
    const { state, tec, rec } = counters;
    const isPassive = tec > 127 || rec > 127;
    const expected = tec > 255 ? "bus-off" : isPassive ? "error-passive" : "error-active";
    this.#check("simulator", state === "bus-off" || state === expected, () => {
      return `station ${station} is ${state} with counters ${tec} and ${rec}`;
    });
  }

  reports(): readonly InvariantReport[] {
    for (const each of this.#unproven) this.#checkQuorum(each);
    this.#unproven = [];
    this.#checkAsked();
    const names = NAMES.filter((name) => ALWAYS.has(name) || this.#checked.get(name) !== 0);
    return names.map((name) => ({
      name,
      checked: this.#checked.get(name) as number,
      violations: this.#violations.get(name) as string[],
    }));
  }

  #onPromise(node: number, { event, slot, round, digest }: NodeRecord): void {
    const facts = this.#factsOf(slot);
    if (facts === null) return;
    const key = `${round}/${event}/${node}`;
    const known = facts.said.get(key);
    const isUnbound = (this.#unbound & (1 << node)) !== 0;
    this.#check("vote-once", isUnbound || known === undefined || known === digest, () => {
      const where = `slot ${slot}, round ${round}`;
      return `node ${node} said ${known} and ${digest} as its ${event} in ${where}`;
    });
    if (known === undefined) facts.said.set(key, digest);
    if (event !== "confirm" || digest === null) return;
    const confirmKey = `${round}/${digest}`;
    const voters = (facts.confirmed.get(confirmKey) ?? 0) | (1 << node);
    facts.confirmed.set(confirmKey, voters);
  }

  #onCommit(node: number, record: NodeRecord): void {
    const { slot, digest } = record;
    const facts = this.#factsOf(slot);
    if (facts === null) return;
    const { canon: known } = facts;
    this.#check("agreement", known === undefined || known === digest, () => {
      return `slot ${slot} was decided as ${known} and, by node ${node}, as ${digest}`;
    });
    if (known === undefined) facts.canon = digest as string;
    const commit = { node, record };
    if (!this.#mayBeLate) this.#promises.committed(node, record, this.#confirmers(commit));
    if (this.#mayBeLate && this.#confirmations(commit) < this.#quorum) {
      this.#unproven.push(commit);
    } else this.#checkQuorum(commit);
  }

  #confirmations(commit: Unproven): number {
    // What Byzantine nodes confirmed is not recorded: it may be anything.
    const vouchedFor = (commit.record.voters ?? 0) & this.#missing;
    return bitsOf(this.#confirmers(commit) | this.#unbound | this.#distrusted | vouchedFor);
  }

  #confirmers({ record, confirmers }: Unproven): number {
    const { slot, round, digest } = record;
    return confirmers ?? this.#slots.get(slot)?.confirmed.get(`${round}/${digest}`) ?? 0;
  }

  #checkQuorum(commit: Unproven): void {
    const { slot, round } = commit.record;
    const count = this.#confirmations(commit);
    this.#check("commit-quorum", count >= this.#quorum, () => {
      const where = `slot ${slot} in round ${round}`;
      return `node ${commit.node} committed ${where} with ${count} confirmations`;
    });
  }

  #onApply(node: number, { slot, requests = [] }: NodeRecord): void {
    const expected = this.#nextSlot[node] as number;
    const mayHaveLost = slot > expected && (this.#gapped & (1 << node)) !== 0;
    this.#check("applied-in-order", slot === expected || mayHaveLost, () => {
      return `node ${node} applied slot ${slot} where slot ${expected} was next`;
    });
    this.#nextSlot[node] = slot + 1;
    const facts = this.#factsOf(slot);
    if (facts !== null) facts.requests ??= requests;
    if ((this.#unbound & (1 << node)) === 0) this.#order?.note(slot, requests);
    const applied = this.#applied[node] as NumberRanges;
    const last = this.#lastRequests[node] as Map<number, number>;
    for (const [client, request] of requests) {
      const key = requestKey(client, request);
      const before = last.get(client) ?? 0;
      last.set(client, Math.max(before, request));
      this.#check("session-order", request >= before, () => {
        return `node ${node} applied request ${request} of client ${client} after ${before}`;
      });
      // What clients on a traitor ask for is known to itself alone.
      const isKnown = this.#issued.has(key) || this.#isTraitor(stationOfSession(client));
      const isLate = !isKnown && this.#mayBeLate && stationOfSession(client) !== HOST_STATION;
      if (isLate) this.#unasked.set(key, [node, client, request]);
      const isAsked = isKnown || isLate;
      const isNew = applied.add(key) || facts === null;
      this.#check("applied-once", isAsked && isNew, () => {
        const what = `request ${request} of client ${client}`;
        return isAsked
          ? `node ${node} applied ${what} twice`
          : `node ${node} applied ${what}, which nobody issued`;
      });
    }
    if (slot - this.#floor >= 2 * this.#keptSlots) this.#forget();
  }

  /** Null for a slot that is forgotten: what is said of it is no more checked. */
  #factsOf(slot: number): SlotFacts | null {
    if (slot < this.#floor) return null;
    const known = this.#slots.get(slot);
    if (known !== undefined) return known;
    const facts: SlotFacts = { said: new Map(), confirmed: new Map() };
    this.#slots.set(slot, facts);
    return facts;
  }

  #forget(): void {
    const isTrusted = (node: number) => ((this.#unbound | this.#distrusted) & (1 << node)) === 0;
    const next = Math.min(...this.#nextSlot.filter((_, node) => isTrusted(node)));
    const floor = next - this.#keptSlots;
    if (floor <= this.#floor || !Number.isFinite(floor)) return;
    this.#unproven = this.#unproven.filter((commit) => {
      if (commit.record.slot >= floor) return true;
      commit.confirmers ??= this.#confirmers(commit);
      // Who has records missing is known in the end.
      if (this.#confirmations(commit) < this.#quorum) return true;
      this.#checkQuorum(commit);
      return false;
    });
    for (let slot = this.#floor; slot < floor; slot++) {
      const requests = this.#slots.get(slot)?.requests ?? [];
      for (const [client, request] of requests) {
        this.#appliedBelow.add(requestKey(client, request));
      }
      this.#slots.delete(slot);
    }
    this.#floor = floor;
  }

  /** Once all is known: whoever lost its supply may have lost the record, too. */
  #checkAsked(): void {
    const mayBeMissing = this.#missing | this.#gapped | this.#unheard;
    for (const [node, client, request] of this.#unasked.values()) {
      const isExcused = ((mayBeMissing >>> stationOfSession(client)) & 1) === 1;
      this.#check("applied-once", isExcused, () => {
        return `node ${node} applied request ${request} of client ${client}, which nobody issued`;
      });
    }
    this.#unasked.clear();
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
    const applied = this.#applied[node] as NumberRanges;
    if (from < this.#floor) applied.addAll(this.#appliedBelow);
    for (let each = Math.max(from, this.#floor); each < slot; each++) {
      for (const [client, request] of this.#slots.get(each)?.requests ?? []) {
        applied.add(requestKey(client, request));
      }
    }
    this.#nextSlot[node] = slot;
  }

  #isTraitor(node: number): boolean {
    return ((this.#distrusted | this.#traitors) & (1 << node)) !== 0;
  }

  #onEvidence(node: number, { accused = node, slot, round }: NodeRecord): void {
    this.#check("no-false-evidence", this.#isTraitor(accused), () => {
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

function maskOf(nodes: readonly number[]): number {
  return nodes.reduce((mask, node) => mask | (1 << node), 0);
}
