/** Handlers of the routes for the nodes of the live run: state, proposals, faults by hand. */

import type { RouteName } from "../core/api/index.ts";
import { faultBound, quorum } from "../core/consensus/quorum.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { ProtocolName } from "../core/plan/plan.ts";
import { expandFaults, type ScenarioFault } from "../core/plan/scenario.ts";
import { NS_PER_MS, NS_PER_S } from "../core/time/time.ts";
import { KEY_MAX } from "../core/wire/transaction.ts";
import type { Bench } from "./bench.ts";
import type { Caller, Handlers } from "./handlers.ts";
import { emptyHistory, historyAnswer } from "./history-answer.ts";
import type { LiveRun } from "./live-run.ts";
import type { FaultInForce } from "./live-view.ts";
import { HttpProblem, notFound } from "./problems.ts";
import { standingPlan } from "./standing-plan.ts";

type ClusterRoute = Extract<
  RouteName,
  | "status"
  | "stats"
  | "nodeState"
  | "history"
  | "clearHistory"
  | "propose"
  | "proposal"
  | "crash"
  | "recover"
  | "partition"
  | "heal"
  | "delay"
  | "clearDelay"
  | "loss"
  | "clearLoss"
  | "byzantine"
  | "clearByzantine"
  | "fault"
  | "clearFaults"
>;

type Path = { readonly params: { readonly protocol: ProtocolName } };

/** A fault by hand strikes at once. */
const NOW = { start: { atNs: 0 } } as const;

export function clusterHandlers(bench: Bench): Handlers<ClusterRoute> {
  const hand = new Hand(bench);
  const kindOf = (kind: string) => (fault: FaultInForce) => fault.kind === kind;
  return {
    status: ({ params }) => status(bench, params.protocol),
    stats: ({ params }) => stats(bench.last(params.protocol)),
    nodeState: ({ params, query }) => {
      const state = bench.last(params.protocol)?.view.nodes[query.node_id];
      if (state !== undefined) return { ...state };
      throw notFound(`node ${query.node_id} is not there: expected a node of the last run`);
    },
    history: ({ params, query }) => {
      const run = bench.last(params.protocol);
      if (run === null) return emptyHistory(query);
      run.control?.flush();
      return historyAnswer(bench.parts.results, run.runId, query, run.clearedBelow);
    },
    clearHistory: ({ params }) => {
      const run = bench.last(params.protocol);
      if (run === null) return { cleared: 0 };
      const cleared = run.log.next - run.clearedBelow;
      run.clearedBelow = run.log.next;
      bench.tellCleared(run.log.next);
      return { cleared };
    },
    propose: async ({ params, body }, caller) => hand.propose(params.protocol, body, caller),
    proposal: ({ params }) => {
      const proposal = bench.last(params.protocol)?.proposals.get(params.proposal_id);
      if (proposal === undefined) {
        throw notFound(`proposal ${params.proposal_id} is not there: expected one of the last run`);
      }
      const { status, timeNs } = proposal;
      return { proposal_id: params.proposal_id, status, time_ns: timeNs };
    },
    crash: ({ params, body }, caller) =>
      hand.strike(params, { kind: "crash", nodes: [body.node_id], ...NOW }, caller),
    recover: ({ params, body }) =>
      hand.lift(params, (each) => STOPPING.has(each.kind) && strikes(each, body.node_id)),
    partition: ({ params, body }, caller) => {
      const groups = [body.group_a, body.group_b];
      return hand.strike(params, { kind: "partition", groups, ...NOW }, caller);
    },
    heal: ({ params }) => hand.lift(params, kindOf("partition")),
    delay: ({ params, body }, caller) => {
      const { min_ms: min, max_ms: max, nodes = "all" } = body;
      const range = { minNs: Math.round(min * NS_PER_MS), maxNs: Math.round(max * NS_PER_MS) };
      return hand.strike(params, { kind: "delay", nodes, ...range, ...NOW }, caller);
    },
    clearDelay: ({ params }) => hand.lift(params, kindOf("delay")),
    loss: ({ params, body }, caller) => {
      const { probability, nodes = "all" } = body;
      return hand.strike(params, { kind: "loss", nodes, probability, ...NOW }, caller);
    },
    clearLoss: ({ params }) => hand.lift(params, kindOf("loss")),
    byzantine: ({ params, body }, caller) => hand.betray(params, body, caller),
    clearByzantine: ({ params, query }) => {
      const { node_id: node } = query;
      const isOf = (each: FaultInForce) => node === undefined || strikes(each, node);
      return hand.lift(params, (each) => each.kind === "byzantine" && isOf(each));
    },
    fault: ({ params, body }, caller) => hand.strike(params, bench.parts.readFault(body), caller),
    clearFaults: ({ params, query }) => {
      const { kind, id } = query;
      return hand.lift(
        params,
        (each) => (kind ?? each.kind) === each.kind && (id ?? each.id) === each.id,
      );
    },
  };
}

/** What recovers a node ends these. */
const STOPPING: ReadonlySet<string> = new Set(["crash", "power-cut", "pause"]);

function strikes({ fault }: FaultInForce, node: number): boolean {
  return fault !== undefined && "nodes" in fault && fault.nodes.includes(node);
}

/** Numbers from here on stand for keys that were named. */
const NAMED_KEYS = KEY_MAX + 1 - 0x1000;

class Hand {
  readonly #bench: Bench;
  /** Keys by name, of the run that they were named in. */
  #names: { readonly run: LiveRun; readonly keys: Map<string, number> } | null = null;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async strike(params: Path["params"], scenarioFault: ScenarioFault, caller: Caller) {
    const run = await this.#liveOrStanding(params.protocol, caller);
    const { nodes, workload } = run.plan;
    const [fault] = expandFaults([scenarioFault], { nodes, operations: workload.operations });
    if (fault === undefined) throw new Error("a fault expands to one fault");
    return this.#bench.strike(run, { ...fault, id: this.#freeId(run, scenarioFault) } as Fault);
  }

  async lift(params: Path["params"], isMeant: (fault: FaultInForce) => boolean) {
    const run = this.#bench.live(params.protocol);
    const ids = [...run.view.inForce.values()].filter(isMeant).map(({ id }) => id);
    return this.#bench.lift(run, ids);
  }

  async betray(
    params: Path["params"],
    body: { readonly node_id: number; readonly behaviour: string },
    caller: Caller,
  ) {
    const { node_id: node, behaviour } = body;
    if (behaviour !== "honest") {
      const fault = { kind: "byzantine", nodes: [node], behaviour, ...NOW } as ScenarioFault;
      return this.strike(params, fault, caller);
    }
    const isMeant = (each: FaultInForce) => each.kind === "byzantine" && strikes(each, node);
    const { healed } = await this.lift(params, isMeant);
    const start_ns = this.#bench.live(params.protocol).view.lastNs;
    return { fault_id: healed.join(","), target: `${node}, honest`, start_ns };
  }

  async propose(
    protocol: ProtocolName,
    body: { readonly node_id: number; readonly key: number | string; readonly value: number },
    caller: Caller,
  ) {
    const run = await this.#liveOrStanding(protocol, caller);
    if (!run.isStanding) {
      const detail = `run ${run.id} has a workload of its own: expected a standing cluster`;
      throw new HttpProblem(409, "run.busy", detail, { holder: run.holder });
    }
    const state = run.view.nodes[body.node_id];
    if (state === undefined) throw nodeMissing(body.node_id, run.plan.nodes);
    if (state.state !== "running") {
      const detail = `node ${body.node_id} is ${state.state}: expected one that runs`;
      throw new HttpProblem(409, "run.node-down", detail);
    }
    const key = this.#keyOf(run, body.key);
    const name = `${key} ${body.value}`;
    if (run.proposed.has(name)) {
      const detail = `value ${body.value} was proposed for this key before: expected a new one`;
      throw new HttpProblem(409, "run.busy", detail);
    }
    const index = run.control.propose(body.node_id, [["append", key, body.value]]);
    if (index === null) {
      const detail = `${run.plan.workload.clients} proposals are pending: expected fewer at once`;
      throw new HttpProblem(409, "run.no-client", detail);
    }
    run.proposed.add(name);
    return { proposal_id: index, key };
  }

  /** Where no run is live, a standing cluster begins that gives way to any run. */
  async #liveOrStanding(protocol: ProtocolName, { name }: Caller) {
    if (this.#bench.run?.isLive !== true) {
      const plan = standingPlan(protocol, {});
      await this.#bench.start({ plan, holder: name, pace: 1, isVolatile: true });
    }
    return this.#bench.live(protocol);
  }

  #freeId(run: LiveRun, { id, kind }: ScenarioFault): string {
    const isTaken = (name: string) =>
      run.view.isByHand(name) || run.plan.faults.some((each) => each.id === name);
    if (id !== undefined && !isTaken(id)) return id;
    for (let number = 1; ; number++) {
      const name = `${kind}-by-hand-${number}`;
      if (!isTaken(name)) return name;
    }
  }

  #keyOf(run: LiveRun, key: number | string): number {
    if (typeof key === "number") return key;
    if (this.#names?.run !== run) this.#names = { run, keys: new Map() };
    const { keys } = this.#names;
    const number = keys.get(key) ?? NAMED_KEYS + keys.size;
    if (number > KEY_MAX) throw new HttpProblem(422, "request.malformed", "too many named keys");
    keys.set(key, number);
    return number;
  }
}

function nodeMissing(node: number, nodes: number): HttpProblem {
  const detail = `node_id: ${node} is no node of this run: expected 0 to ${nodes - 1}`;
  return new HttpProblem(422, "request.malformed", detail);
}

function status(bench: Bench, protocol: ProtocolName) {
  const run = bench.last(protocol);
  const faults = run === null ? [] : [...run.view.inForce.values()];
  const traitors = run?.view.nodes.filter(({ is_byzantine: lies }) => lies) ?? [];
  const nodes = run?.plan.nodes ?? 0;
  return {
    protocol,
    live: run?.isLive ?? false,
    run: run === null ? null : bench.summaryOf(run),
    nodes,
    fault_bound: nodes === 0 ? 0 : faultBound(nodes),
    quorum: nodes === 0 ? 0 : quorum(nodes),
    active_faults: faults.map(({ id, kind, target, startNs }) => ({
      id,
      kind,
      target,
      start_ns: startNs,
      by_hand: run?.view.isByHand(id) ?? false,
    })),
    byzantine_nodes: traitors.map(({ node_id: node }) => node),
    byzantine_count: traitors.length,
  };
}

function stats(run: LiveRun | null) {
  const { counts, lastNs = 0, messages = {}, bus = null, nodes = [] } = run?.view ?? {};
  const ok = counts?.ok ?? 0;
  return {
    live: run?.isLive ?? false,
    counts: { ...(counts ?? { issued: 0, ok: 0, fail: 0, info: 0 }) },
    simulated_ns: lastNs,
    throughput_ops_sec: ok === 0 || lastNs === 0 ? null : (ok * NS_PER_S) / lastNs,
    messages: { ...messages },
    bus: bus === null ? null : { ...bus },
    bus_load_percent: run?.view.busLoadPercent ?? 0,
    nodes: nodes.map((node) => ({ ...node })),
  };
}
