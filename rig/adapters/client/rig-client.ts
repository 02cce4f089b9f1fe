/**
 * The typed client of a rig server: each route by name, the usual ones as methods, and the two
 * streams as async iterators or with a callback that can stop them.
 */

import type {
  CheckAnswer,
  CheckQuery,
  ClusterRequest,
  CurrentRun,
  Envelope,
  NodeState,
  RouteInput,
  RouteName,
  RouteOutput,
  RunRequest,
  RunSummary,
} from "../../core/api/index.ts";
import { PORT_DEFAULT } from "../../core/api/index.ts";
import type { Operation } from "../../core/history/operation.ts";
import type { ProtocolName } from "../../core/plan/plan.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { Caller } from "./caller.ts";
import { pause, readStream, type StreamOptions } from "./socket-stream.ts";

export interface RigClientOptions {
  /** `http://127.0.0.1:8001` when left out. */
  readonly url?: string;
  /** `roj` when left out. */
  readonly protocol?: ProtocolName;
  readonly token?: string;
  /** Longest time for one answer: 30 s when left out. */
  readonly timeoutMs?: number;
}

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const POLL_MS = 50;
const WAIT_MS = 30_000;

export class RigClient {
  readonly url: string;
  readonly protocol: ProtocolName;
  readonly #caller: Caller;

  constructor(options: RigClientOptions = {}) {
    const {
      url = `http://127.0.0.1:${PORT_DEFAULT}`,
      protocol = "roj",
      token,
      timeoutMs,
    } = options;
    this.url = url;
    this.protocol = protocol;
    this.#caller = new Caller({ url, token, timeoutMs });
  }

  /**
   * Any route by its name. Throws `ApiProblem` for what the server refused, else a `RigError` with
   * code `server.unreachable` or `server.failed`.
   */
  call<Name extends RouteName>(
    name: Name,
    input: RouteInput<Name>,
    upload?: string | Uint8Array,
  ): Promise<RouteOutput<Name>> {
    return this.#caller.call(name, input, upload);
  }

  health(): Promise<RouteOutput<"health">> {
    return this.call("health", {});
  }

  /** Until the server answers; throws what it met last when the time is over. */
  async waitUntilReady({ timeoutMs = WAIT_MS, signal }: WaitOptions = {}): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      try {
        await this.health();
        return;
      } catch (error) {
        if (performance.now() >= untilMs || signal?.aborted === true) throw error;
      }
      await pause(POLL_MS, signal);
    }
  }

  run(): Promise<CurrentRun> {
    return this.call("run", {});
  }

  startRun(body: RunRequest): Promise<RouteOutput<"startRun">> {
    return this.call("startRun", { ...this.#params, body });
  }

  /** Starts a run and waits for its end: its entry in the list, with the verdict. */
  async runScenario(body: RunRequest, options: WaitOptions = {}): Promise<RunSummary> {
    const { run } = await this.startRun(body);
    return this.waitForEnd(run.id, options);
  }

  /** Throws `server.timeout` when the run is not over in time (no limit when left out). */
  async waitForEnd(id: string, options: WaitOptions = {}): Promise<RunSummary> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const { isLive, run } = await this.run();
      if (!isLive || run?.id !== id) return this.runSummary(id);
      if (performance.now() >= untilMs || signal?.aborted === true) {
        throw new RigError("server.timeout", `run ${id} is not over after ${timeoutMs / 1000} s`);
      }
      await pause(POLL_MS, signal);
    }
  }

  runSummary(id: string): Promise<RunSummary> {
    return this.call("runSummary", { params: runParams(id) });
  }

  result(id: string): Promise<RouteOutput<"runResult">> {
    return this.call("runResult", { params: runParams(id) });
  }

  cancelRun(): Promise<RouteOutput<"cancelRun">> {
    return this.call("cancelRun", {});
  }

  startCluster(body: ClusterRequest = {}): Promise<RouteOutput<"startCluster">> {
    return this.call("startCluster", { ...this.#params, body });
  }

  /** The verdict is in the run's entry once `waitForEnd` says that it is over. */
  concludeCluster(): Promise<RouteOutput<"concludeCluster">> {
    return this.call("concludeCluster", { ...this.#params });
  }

  status(): Promise<RouteOutput<"status">> {
    return this.call("status", { ...this.#params });
  }

  stats(): Promise<RouteOutput<"stats">> {
    return this.call("stats", { ...this.#params });
  }

  nodeState(nodeId: number): Promise<NodeState> {
    return this.call("nodeState", { ...this.#params, query: { node_id: nodeId } });
  }

  propose(nodeId: number, key: number | string, value: number): Promise<RouteOutput<"propose">> {
    return this.call("propose", { ...this.#params, body: { node_id: nodeId, key, value } });
  }

  /** Until the proposal is no longer pending; throws `server.timeout`. */
  async waitForProposal(
    id: number,
    { timeoutMs = WAIT_MS, signal }: WaitOptions = {},
  ): Promise<RouteOutput<"proposal">> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const params = { protocol: this.protocol, proposal_id: id };
      const state = await this.call("proposal", { params });
      if (state.status !== "pending") return state;
      if (performance.now() >= untilMs || signal?.aborted === true) {
        throw new RigError("server.timeout", `proposal ${id} is pending after ${timeoutMs} ms`);
      }
      await pause(POLL_MS, signal);
    }
  }

  crash(nodeId: number): Promise<RouteOutput<"crash">> {
    return this.call("crash", { ...this.#params, body: { node_id: nodeId } });
  }

  recover(nodeId: number): Promise<RouteOutput<"recover">> {
    return this.call("recover", { ...this.#params, body: { node_id: nodeId } });
  }

  partition(groupA: readonly number[], groupB: readonly number[]) {
    const body = { group_a: [...groupA], group_b: [...groupB] };
    return this.call("partition", { ...this.#params, body });
  }

  /** Ends every partition. */
  heal(): Promise<RouteOutput<"heal">> {
    return this.call("heal", { ...this.#params });
  }

  /** A fault of any kind, as scenario files or plans have it, without start and end. */
  inject(fault: RouteInput<"fault">["body"]): Promise<RouteOutput<"fault">> {
    return this.call("fault", { ...this.#params, body: fault });
  }

  /** Ends the faults of a kind, or one by its name, or all that are in force. */
  clearFaults(which: RouteInput<"clearFaults">["query"] = {}) {
    return this.call("clearFaults", { ...this.#params, query: which });
  }

  /** Of the live run or the last one; `nodes` for that of the clients on the nodes. */
  async history(source: "clients" | "nodes" = "clients"): Promise<readonly Operation[]> {
    const text = await this.call("history", { ...this.#params, query: { source } });
    return JSON.parse(text) as readonly Operation[];
  }

  clearHistory(): Promise<RouteOutput<"clearHistory">> {
    return this.call("clearHistory", { ...this.#params });
  }

  check(history: string | Uint8Array, query: CheckQuery = {}): Promise<CheckAnswer> {
    return this.call("check", { query }, history);
  }

  /** Operations as they are recorded, of this run and of those that follow. */
  operations(options: StreamOptions = {}): AsyncGenerator<Operation, void, undefined> {
    const path = `/api/${this.protocol}/history/stream`;
    const urlOf = (since: number | undefined) => this.#caller.streamUrl(path, { since });
    return readStream<Operation>({ urlOf, next: ({ index }) => index + 1 }, options);
  }

  /** Everything else: faults, phases, bus load, node states, progress. */
  events(options: StreamOptions = {}): AsyncGenerator<Envelope, void, undefined> {
    const urlOf = (since: number | undefined) => this.#caller.streamUrl("/api/stream", { since });
    return readStream<Envelope>({ urlOf, next: ({ seq }) => seq + 1 }, options);
  }

  /** Calls back for each operation until it is told to stop with `false`. */
  async onOperation(
    listener: (operation: Operation) => unknown,
    options: StreamOptions = {},
  ): Promise<void> {
    for await (const operation of this.operations(options)) {
      if (listener(operation) === false) return;
    }
  }

  get #params() {
    return { params: { protocol: this.protocol } };
  }
}

function runParams(id: string) {
  const [scenario = "", folder = ""] = id.split("/");
  return { scenario, folder };
}
