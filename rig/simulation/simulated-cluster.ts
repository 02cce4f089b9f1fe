/**
 * A simulated cluster in the hands of a test: propose, wait until it is committed, take nodes away,
 * split them, make them lie, and let virtual time pass. It is the cluster of level `sim` with one
 * more client on the host for each proposal that is open. The same calls give the same bytes.
 */

import { type AuthProfile, authorityOf, type MakeAuthority } from "../core/auth/profile.ts";
import type { CanFrame } from "../core/can/frame.ts";
import { nodeMaker } from "../core/consensus/make-node.ts";
import type { Behaviour } from "../core/fault/byzantine-faults.ts";
import type { Fault, FaultDetail } from "../core/fault/fault.ts";
import type { MicroOp, Operation } from "../core/history/operation.ts";
import type { InvariantReport } from "../core/invariant/invariant.ts";
import { combinationIssues } from "../core/plan/byzantine-issues.ts";
import { faultIssues } from "../core/plan/issues.ts";
import { makePlan } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { Client, completedValue, type OpenOperation } from "../core/run/client.ts";
import { HostLink } from "../core/run/host-link.ts";
import { ReplyReader } from "../core/run/reply-reader.ts";
import { EventHeap } from "../core/time/event-heap.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { STATUS } from "../core/wire/client-message.ts";
import { MICRO_OPS_MAX } from "../core/wire/transaction.ts";
import { Cluster } from "./cluster.ts";
import { ClusterLog, type NodeState } from "./cluster-log.ts";

export interface SimulatedClusterOptions {
  /** 1 to 14. */
  readonly nodes: number;
  /** `roj` when left out. */
  readonly protocol?: string;
  /** 1 when left out. */
  readonly seed?: number;
  /** `crash` when left out; nodes that lie need `ideal`, or `sig` with `makeSig`. */
  readonly auth?: AuthProfile;
  readonly makeSig?: MakeAuthority;
}

/** What became of a proposal: `refused` had no effect, `open` may still be committed. */
export type ProposalStatus = "open" | "committed" | "refused";

export interface Proposal {
  readonly status: ProposalStatus;
  /** The micro-operations; once committed with what the reads have found. */
  readonly value: readonly MicroOp[];
  /** When it was proposed; and when it was committed or refused, null before. */
  readonly proposedNs: number;
  readonly endedNs: number | null;
}

interface Pending extends Proposal {
  status: ProposalStatus;
  value: readonly MicroOp[];
  endedNs: number | null;
}

/** The host has so many sessions. */
const OPEN_MAX = 256;

export class SimulatedCluster {
  readonly #plan: RunPlan;
  readonly #cluster: Cluster;
  readonly #log: ClusterLog;
  readonly #link: HostLink;
  readonly #clients: Client[] = [];
  readonly #open = new Map<Client, Pending>();
  readonly #replies: ReplyReader<Client>;
  readonly #retries = new EventHeap<{ readonly client: Client; readonly serial: number }>();
  readonly #operations: Operation[] = [];
  readonly #crashed = new Map<number, Fault>();
  readonly #lying = new Map<number, Fault>();
  #partition: Fault | null = null;
  #faults = 0;
  #arrived: CanFrame[] = [];

  /** Throws `RigError` for numbers and names that have no meaning. All nodes start at time 0. */
  constructor({ makeSig, ...options }: SimulatedClusterOptions) {
    const plan = makePlan({ scenario: "happy", seed: 1, ...options });
    this.#plan = plan;
    const authority = authorityOf(plan, makeSig);
    this.#log = new ClusterLog(plan.nodes);
    this.#cluster = new Cluster({
      plan,
      makeNode: nodeMaker(plan, authority),
      authority,
      sink: this.#log,
      onHostFrame: (frame) => this.#arrived.push(frame),
    });
    this.#link = new HostLink(plan);
    this.#replies = new ReplyReader(plan.nodes, (session) => this.#clients[session]);
    this.#cluster.start();
  }

  /** Virtual time since the start. */
  get nowNs(): number {
    return this.#cluster.nowNs;
  }

  /**
   * Asks all nodes for one transaction of up to four appends and reads, and goes on asking until it
   * is decided. Nothing happens before time passes.
   */
  propose(value: readonly MicroOp[]): Proposal {
    refuseUnless(
      value.length >= 1 && value.length <= MICRO_OPS_MAX,
      `propose: found ${value.length} micro-operations, expected 1 to ${MICRO_OPS_MAX}`,
    );
    const client = this.#freeClient();
    const open = client.invoke(value);
    const proposal: Pending = { status: "open", value, proposedNs: this.nowNs, endedNs: null };
    this.#open.set(client, proposal);
    this.#record(client, "invoke", value);
    this.#send(client, open);
    return proposal;
  }

  /**
   * Lets time pass until the proposal is committed: f + 1 nodes have answered that it is applied.
   * False when it is not after `limitNs` (a hundred round timeouts when left out): it may be later.
   */
  waitForCommit(proposal: Proposal, limitNs = 100 * this.#plan.timers.roundTimeoutNs): boolean {
    this.runUntil(() => proposal.status !== "open", limitNs);
    return proposal.status === "committed";
  }

  /** Lets so much time pass. */
  run(durationNs: number): void {
    this.runUntil(() => false, durationNs);
  }

  /** Lets time pass until the condition holds; false when it does not within `limitNs`. */
  runUntil(condition: () => boolean, limitNs: number): boolean {
    const endNs = this.nowNs + limitNs;
    while (!condition()) {
      if (this.nextNs() > endNs) {
        this.#cluster.setTime(endNs);
        return condition();
      }
      this.step();
    }
    return true;
  }

  /** When the next thing happens by itself; infinity when nothing will. */
  nextNs(): number {
    return Math.min(this.#retries.nextNs(), this.#cluster.nextNs());
  }

  /** Does the next thing, and moves the time there; false when there is none. */
  step(): boolean {
    const nextNs = this.nextNs();
    if (nextNs === Number.POSITIVE_INFINITY) return false;
    if (this.#retries.nextNs() <= this.#cluster.nextNs()) {
      this.#cluster.setTime(nextNs);
      const { client, serial } = this.#retries.pop();
      if (client.open?.serial === serial) this.#send(client, client.open);
    } else {
      this.#cluster.advance();
      const frames = this.#arrived;
      this.#arrived = [];
      for (const frame of frames) this.#onFrame(frame);
    }
    return true;
  }

  /** The node loses its power: what was not stored is lost. Nothing when it is down already. */
  crash(node: number): void {
    this.#refuseStranger(node);
    if (this.#crashed.has(node)) return;
    this.#crashed.set(node, this.#inject({ kind: "power-cut", nodes: [node] }));
  }

  /** The node gets its power back, and starts from what it has stored. */
  recover(node: number): void {
    this.#refuseStranger(node);
    const fault = this.#crashed.get(node);
    this.#crashed.delete(node);
    if (fault !== undefined) this.#cluster.heal(fault);
  }

  /** Nodes of different groups hear nothing of each other, in place of an earlier partition. */
  partition(groups: readonly (readonly number[])[]): void {
    const partition = this.#inject({ kind: "partition", groups });
    this.heal();
    this.#partition = partition;
  }

  /** Ends the partition. */
  heal(): void {
    if (this.#partition !== null) this.#cluster.heal(this.#partition);
    this.#partition = null;
  }

  /** Makes the node lie from now on, or honest again. */
  betray(node: number, behaviour: Exclude<Behaviour, "colluding"> | "honest"): void {
    this.#refuseStranger(node);
    const before = this.#lying.get(node);
    this.#lying.delete(node);
    if (before !== undefined) this.#cluster.heal(before);
    if (behaviour === "honest") return;
    this.#lying.set(node, this.#inject({ kind: "byzantine", nodes: [node], behaviour }));
  }

  /** What the node has decided, refused and found out, by its own records. */
  state(node: number): NodeState {
    this.#refuseStranger(node);
    const statistics = this.#cluster.statistics().nodes[node];
    if (statistics === undefined) throw new RigError("rig.internal", `node ${node} is missing`);
    return this.#log.state(statistics, this.#cluster.isRunning(node));
  }

  states(): readonly NodeState[] {
    return Array.from({ length: this.#plan.nodes }, (_, node) => this.state(node));
  }

  /** The rules that every run is watched for, with what broke them so far. */
  invariants(): readonly InvariantReport[] {
    return this.#cluster.statistics().invariants;
  }

  /** What the clients saw, as a checker wants it; proposals that are open end with `info`. */
  history(): readonly Operation[] {
    const time = this.nowNs;
    const ends = [...this.#open].map(([{ process }, { value }], at): Operation => {
      const index = this.#operations.length + at;
      return { index, type: "info", f: "txn", process, time, value, error: "open" };
    });
    return [...this.#operations, ...ends];
  }

  #inject(detail: FaultDetail): Fault {
    const start = { atNs: this.nowNs };
    const fault: Fault = { id: `${detail.kind}-${++this.#faults}`, ...detail, start };
    const plan = { ...this.#plan, faults: [fault] };
    const size = { nodes: plan.nodes, operations: plan.workload.operations };
    const [issue] = [...faultIssues([], [fault], size), ...combinationIssues(plan)];
    refuseUnless(issue === undefined, `${detail.kind}: ${issue?.path.at(-1)}: ${issue?.text}`);
    this.#cluster.inject(fault);
    return fault;
  }

  #freeClient(): Client {
    const free = this.#clients.find((client) => client.open === null && !client.isExhausted);
    if (free !== undefined) return free;
    const index = this.#clients.length;
    refuseUnless(index < OPEN_MAX, `propose: found ${index} sessions in use, expected fewer`);
    const client = new Client(index);
    this.#clients.push(client);
    return client;
  }

  #send(client: Client, { transaction, serial }: OpenOperation): void {
    const request = [transaction.client, transaction.request] as const;
    for (const frame of this.#link.request(transaction)) {
      this.#cluster.sendFromHost(frame, request);
    }
    this.#retries.push(this.nowNs + this.#plan.client.retryNs, { client, serial });
  }

  #onFrame(frame: CanFrame): void {
    for (const heard of this.#link.heard(frame)) this.#onReply(heard);
  }

  #onReply(frame: CanFrame): void {
    const agreed = this.#replies.add(frame);
    if (agreed === null) return;
    const { client, reply } = agreed;
    const proposal = this.#open.get(client);
    if (proposal === undefined) return;
    const isApplied = reply.status === STATUS.applied;
    if (isApplied) proposal.value = completedValue(proposal.value, reply);
    proposal.status = isApplied ? "committed" : "refused";
    proposal.endedNs = this.nowNs;
    client.open = null;
    this.#open.delete(client);
    this.#record(client, isApplied ? "ok" : "fail", proposal.value);
  }

  #record({ process }: Client, type: Operation["type"], value: readonly MicroOp[]): void {
    const index = this.#operations.length;
    this.#operations.push({ index, type, f: "txn", process, time: this.nowNs, value });
  }

  #refuseStranger(node: number): void {
    const last = this.#plan.nodes - 1;
    const isThere = Number.isInteger(node) && node >= 0 && node <= last;
    refuseUnless(isThere, `found node ${node}, expected one from 0 to ${last}`);
  }
}

function refuseUnless(holds: boolean, text: string): void {
  if (!holds) throw new RigError("usage.option", text);
}
