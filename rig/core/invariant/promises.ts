/**
 * What the votes and confirmations of the nodes bind them to, checked as they are recorded: none
 * for a round that the node has left, none forgotten by a restart, none against a lock without
 * votes that undo it, and commits that name only nodes which did confirm.
 */

import type { NodeRecord } from "../consensus/node-core.ts";

export type Check = (name: PromiseInvariant, holds: boolean, text: () => string) => void;
type PromiseInvariant = "promise-order" | "promise-durability" | "lock-rule" | "certificates";

/** One round of the order has room for a vote and a confirmation. */
const PHASES = { vote: 0, confirm: 1 } as const;
const ROUNDS = 0x1_0000;

interface Lock {
  readonly slot: number;
  readonly round: number;
  readonly digest: string;
}

interface NodeState {
  /** Place of the last promise; a node only goes forward. */
  last: number;
  lastText: string;
  lock: Lock | null;
  /** By place, promises in slots that the node has not applied. */
  readonly said: Map<number, string>;
  /** Places of the promises that came back at this boot; null once it runs. */
  restored: Set<number> | null;
  /** It keeps silent up to this slot, and owes nothing there. */
  silentThrough: number;
}

export interface PromiseOptions {
  readonly quorum: number;
  /** Bit per node that is bound by nothing. */
  readonly unbound: number;
  /** Of a protocol that confirms without a vote, and has no locks. */
  readonly isOnePhase?: boolean;
}

export class PromiseWatch {
  readonly #quorum: number;
  readonly #isOnePhase: boolean;
  readonly #check: Check;
  readonly #nodes: NodeState[];
  /** Bit per node that voted, by slot, round and digest. */
  readonly #votes = new Map<string, number>();
  /** Bit per node of which nothing is known for sure. */
  #doubtful: number;

  constructor(
    nodes: number,
    { quorum, unbound, isOnePhase = false }: PromiseOptions,
    check: Check,
  ) {
    this.#quorum = quorum;
    this.#isOnePhase = isOnePhase;
    this.#doubtful = unbound;
    this.#check = check;
    this.#nodes = Array.from({ length: nodes }, () => ({
      last: -1,
      lastText: "",
      lock: null,
      said: new Map<number, string>(),
      restored: null,
      silentThrough: -1,
    }));
  }

  distrust(node: number): void {
    this.#doubtful |= 1 << node;
  }

  /** A vote or a confirmation, just made or read back from storage at a boot. */
  promised(node: number, record: NodeRecord): void {
    const state = this.#nodes[node] as NodeState;
    const { event, slot, round, digest } = record;
    const isVote = event === "vote";
    const place = placeOf(slot, round, isVote ? PHASES.vote : PHASES.confirm);
    const text = `${event} in slot ${slot}, round ${round}`;
    if (state.restored !== null) {
      state.restored.add(place);
      if (place > state.last) [state.last, state.lastText] = [place, text];
    } else if (!this.#isDoubtful(node)) {
      this.#checkOrder(node, place, text);
      if (slot <= state.silentThrough) {
        this.#check("promise-durability", false, () => {
          return `node ${node} made its ${text} where it may have forgotten others`;
        });
      }
    }
    state.said.set(place, text);
    if (digest === null) return;
    if (isVote) {
      const key = `${slot}/${round}/${digest}`;
      this.#votes.set(key, (this.#votes.get(key) ?? 0) | (1 << node));
    }
    if (!this.#isOnePhase && !this.#isDoubtful(node)) this.#checkLock(node, record, digest);
    if (!isVote) state.lock = { slot, round, digest };
  }

  /** The node may have lost promises up to this slot, and knows it. */
  abstained(node: number, slot: number): void {
    const state = this.#nodes[node] as NodeState;
    state.silentThrough = slot;
  }

  /** `confirmers` are known to have confirmed what the node commits. */
  committed(node: number, { slot, round, voters = 0 }: NodeRecord, confirmers: number): void {
    const named = bitsOf(voters);
    const unheard = voters & ~(confirmers | this.#doubtful);
    this.#check("certificates", unheard === 0 && named >= this.#quorum, () => {
      const what = `slot ${slot}, round ${round}`;
      return unheard === 0
        ? `node ${node} committed ${what} with ${named} names for it`
        : `node ${node} committed ${what} on the word of nodes that never confirmed it`;
    });
  }

  restarted(node: number): void {
    const state = this.#nodes[node] as NodeState;
    state.restored = new Set();
    state.lock = null;
    state.silentThrough = -1;
  }

  /** What the node said in slots that it has not applied, `nextSlot` the first, has come back. */
  booted(node: number, nextSlot: number): void {
    const state = this.#nodes[node] as NodeState;
    const { said, silentThrough } = state;
    const restored = state.restored ?? new Set<number>();
    state.restored = null;
    const owed = placeOf(Math.max(nextSlot, silentThrough + 1), 0, PHASES.vote);
    for (const [place, text] of said) {
      if (place < owed) said.delete(place);
      else if (!this.#isDoubtful(node)) {
        this.#check("promise-durability", restored.has(place), () => {
          return `node ${node} has forgotten its ${text}`;
        });
      }
    }
  }

  #isDoubtful(node: number): boolean {
    return (this.#doubtful & (1 << node)) !== 0;
  }

  #checkOrder(node: number, place: number, text: string): void {
    const state = this.#nodes[node] as NodeState;
    const { last, lastText } = state;
    this.#check("promise-order", place > last, () => `node ${node}: ${text} after ${lastText}`);
    if (place > last) [state.last, state.lastText] = [place, text];
  }

  /** A confirmation takes a quorum of votes; a vote against the lock takes one that came later. */
  #checkLock(node: number, { event, slot, round }: NodeRecord, digest: string): void {
    const { lock } = this.#nodes[node] as NodeState;
    const where = `slot ${slot}, round ${round}`;
    if (event === "confirm") {
      this.#check("lock-rule", this.#hasQuorum(slot, round, digest), () => {
        return `node ${node} confirmed in ${where} without a quorum of votes`;
      });
      return;
    }
    if (lock === null || lock.slot !== slot || lock.digest === digest) return;
    let isUndone = false;
    for (let each = lock.round; each < round; each++) {
      isUndone ||= this.#hasQuorum(slot, each, digest);
    }
    this.#check("lock-rule", isUndone, () => {
      return `node ${node} voted in ${where} against its lock of round ${lock.round}`;
    });
  }

  #hasQuorum(slot: number, round: number, digest: string): boolean {
    const voters = this.#votes.get(`${slot}/${round}/${digest}`) ?? 0;
    return bitsOf(voters | this.#doubtful) >= this.#quorum;
  }
}

function placeOf(slot: number, round: number, phase: number): number {
  return (slot * ROUNDS + round) * 2 + phase;
}

export function bitsOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
