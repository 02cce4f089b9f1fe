/** Handlers of the routes for runs: lists, folders, start and cancel, checking of uploads. */

import type { Envelope, RouteName } from "../core/api/index.ts";
import { FAULT_KINDS, FAULT_TRAITS } from "../core/fault/fault.ts";
import { levelsFor } from "../core/plan/levels.ts";
import { PROTOCOLS } from "../core/plan/plan.ts";
import { SCENARIOS } from "../core/plan/scenarios.ts";
import type { Bench } from "./bench.ts";
import type { Handlers } from "./handlers.ts";
import { historyAnswer } from "./history-answer.ts";
import type { LiveRun } from "./live-run.ts";
import { LiveView } from "./live-view.ts";
import type { RunId } from "./parts.ts";
import { HttpProblem } from "./problems.ts";
import { standingPlan } from "./standing-plan.ts";

type BenchRoute = Extract<
  RouteName,
  | "health"
  | "scenarios"
  | "faultKinds"
  | "run"
  | "cancelRun"
  | "startRun"
  | "startCluster"
  | "concludeCluster"
>;

type FolderRoute = Extract<
  RouteName,
  | "runs"
  | "runSummary"
  | "runResult"
  | "runMetrics"
  | "runPlan"
  | "runRecord"
  | "runEvents"
  | "runHistory"
  | "runReport"
  | "check"
>;

/** Parts into which the bus load of a stored run is cut. */
const WINDOWS = 200;

export function runHandlers(bench: Bench, startedMs: number): Handlers<BenchRoute | FolderRoute> {
  return { ...benchHandlers(bench, startedMs), ...folderHandlers(bench) };
}

function benchHandlers(bench: Bench, startedMs: number): Handlers<BenchRoute> {
  const { parts } = bench;
  return {
    health: () => ({
      status: "ok",
      version: parts.version,
      uptimeSeconds: Math.round((performance.now() - startedMs) / 1000),
      isBusy: bench.run?.isLive ?? false,
      protocols: [...PROTOCOLS],
    }),
    scenarios: () => ({
      scenarios: SCENARIOS.map(({ name, summary, nodes, nodesMin, faults }) => ({
        name,
        summary,
        nodes,
        nodesMin,
        levels: [...levelsFor(faults)],
        faults: faults.map(({ kind }) => kind),
      })),
    }),
    faultKinds: () => ({
      kinds: FAULT_KINDS.map((kind) => {
        const { effects, needs } = FAULT_TRAITS[kind];
        return { kind, levels: [...levelsFor([{ kind }])], effects, needs };
      }),
    }),
    run: () => bench.current,
    cancelRun: (_, { name }) => ({ run: bench.cancel(name) }),
    startRun: async ({ params, body }, { name }) => {
      const { pace = "watch", timeout_ms: timeoutMs } = body;
      const plan = parts.plan(params.protocol, body);
      return started(bench, await bench.start({ plan, holder: name, pace, timeoutMs }));
    },
    startCluster: async ({ params, body }, { name }) => {
      const plan = standingPlan(params.protocol, body);
      return started(bench, await bench.start({ plan, holder: name, pace: body.pace ?? 1 }));
    },
    concludeCluster: ({ params }) => {
      const run = bench.live(params.protocol);
      if (!run.isStanding) {
        const detail = `run ${run.id} is no standing cluster: expected DELETE /api/run to end it`;
        throw new HttpProblem(409, "run.busy", detail);
      }
      run.control.conclude();
      return { run: bench.summaryOf(run) };
    },
  };
}

function folderHandlers(bench: Bench): Handlers<FolderRoute> {
  const { parts } = bench;
  const { results } = parts;
  return {
    runs: ({ query }) => {
      const { runs, next } = results.list(query);
      return { runs: [...runs], next };
    },
    runSummary: ({ params }) => {
      const { run } = bench;
      const isLive = run?.isLive === true && run.id === `${params.scenario}/${params.folder}`;
      return isLive ? run.summary() : results.summary(params);
    },
    runResult: ({ params }) => JSON.parse(results.file(params, "result.json")),
    runMetrics: ({ params }) => JSON.parse(results.file(params, "metrics.json")),
    runPlan: ({ params }) => JSON.parse(results.file(params, "run.json")).plan,
    runRecord: ({ params }) => {
      bench.run?.control?.flush();
      results.summary(params);
      return { type: "application/jsonl", text: results.record(params) };
    },
    runEvents: async ({ params }) => ({ events: await eventsOf(bench, params) }),
    runHistory: ({ params, query }) => {
      bench.run?.control?.flush();
      return historyAnswer(results, params, query);
    },
    runReport: ({ params }) => ({
      type: "text/html; charset=utf-8",
      text: results.file(params, "report.html"),
    }),
    check: ({ query }, { upload }) => {
      if (upload.length === 0) {
        const detail = "the body is empty: expected a history as EDN, JSON or JSON lines";
        throw new HttpProblem(422, "request.malformed", detail);
      }
      return parts.check(upload, query);
    },
  };
}

function started(bench: Bench, run: LiveRun) {
  return { run: bench.summaryOf(run), index: 0, seq: run.firstSeq };
}

/** What the stream would have told of a stored run. */
async function eventsOf({ parts }: Bench, id: RunId): Promise<Envelope[]> {
  parts.results.summary(id);
  const events: Envelope[] = [];
  const run = `${id.scenario}/${id.folder}`;
  let view: LiveView | null = null;
  let nextNs = 0;
  let stepNs = 0;
  const tickAt = (timeNs: number) => {
    if (view === null || timeNs < nextNs) return;
    view.tick(timeNs);
    nextNs = timeNs + stepNs;
  };
  await parts.results.replay(id, (plan, durationNs) => {
    stepNs = durationNs / WINDOWS;
    nextNs = stepNs;
    const opened = new LiveView({
      plan,
      tell: (telling) => events.push({ v: 1, seq: events.length, run, ...telling } as Envelope),
      onOperation: () => undefined,
    });
    view = opened;
    return {
      record(entry) {
        opened.record(entry);
        tickAt(entry.time);
      },
      node: opened.node.bind(opened),
      frame(timeNs, frame) {
        opened.frame(timeNs, frame);
        tickAt(timeNs);
      },
    };
  });
  return events;
}
