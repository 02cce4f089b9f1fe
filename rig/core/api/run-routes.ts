/** Routes for runs: health, lists, folders, start and cancel, checking of uploads. */

import { z } from "zod";
import { checkAnswerSchema, checkQuerySchema } from "./check.ts";
import { protocolSchema } from "./parts.ts";
import { metricsSchema, runResultSchema } from "./result.ts";
import type { Route } from "./route.ts";
import {
  clusterRequestSchema,
  currentRunSchema,
  faultKindSchema,
  runParamsSchema,
  runRequestSchema,
  runSummarySchema,
  runsQuerySchema,
  scenarioSchema,
  startedSchema,
} from "./run.ts";
import { envelopeSchema } from "./stream.ts";

export const HISTORY_TYPES = ["application/json", "application/edn", "application/jsonl"] as const;

export const formatSchema = z.enum(["json", "edn", "jsonl"]).describe("json when left out");
export const sourceSchema = z.enum(["clients", "nodes"]).describe("clients when left out");

const runParams = { params: runParamsSchema, problems: [404] } as const;
const protocolParams = z.object({ protocol: protocolSchema });

export const RUN_ROUTES = {
  health: {
    method: "get",
    path: "/health",
    summary: "Whether the server is there, and whether it is at work",
    status: 200,
    response: z.object({
      status: z.literal("ok"),
      version: z.string(),
      uptimeSeconds: z.number(),
      isBusy: z.boolean(),
      protocols: z.array(protocolSchema),
    }),
  },
  scenarios: {
    method: "get",
    path: "/api/scenarios",
    summary: "The scenarios that can be run",
    status: 200,
    response: z.object({ scenarios: z.array(scenarioSchema) }),
  },
  faultKinds: {
    method: "get",
    path: "/api/fault-kinds",
    summary: "The kinds of faults, and the levels that can bring them about",
    status: 200,
    response: z.object({ kinds: z.array(faultKindSchema) }),
  },
  run: {
    method: "get",
    path: "/api/run",
    summary: "The run that has the bench, or had it last",
    status: 200,
    response: currentRunSchema,
  },
  cancelRun: {
    method: "delete",
    path: "/api/run",
    summary: "End the live run early; its teardown runs, and its folder is marked as partial",
    status: 202,
    response: z.object({ run: runSummarySchema }),
    problems: [409],
  },
  startRun: {
    method: "post",
    path: "/api/{protocol}/scenario/run",
    summary: "Start a run of a scenario; 409 says who has the bench",
    params: protocolParams,
    body: runRequestSchema,
    status: 202,
    response: startedSchema,
    problems: [409, 422],
  },
  startCluster: {
    method: "post",
    path: "/api/{protocol}/cluster",
    summary: "Start a cluster that stands until it is concluded: all comes by hand",
    params: protocolParams,
    body: clusterRequestSchema,
    status: 202,
    response: startedSchema,
    problems: [409, 422],
  },
  concludeCluster: {
    method: "delete",
    path: "/api/{protocol}/cluster",
    summary: "End the standing cluster in order: heal, final reads, verdict",
    params: protocolParams,
    status: 202,
    response: z.object({ run: runSummarySchema }),
    problems: [409],
  },
  runs: {
    method: "get",
    path: "/api/runs",
    summary: "Runs in the results folder, the newest first",
    query: runsQuerySchema,
    status: 200,
    response: z.object({
      runs: z.array(runSummarySchema),
      next: z.string().nullable().describe("`before` of the next page; null at the end"),
    }),
  },
  runSummary: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}",
    summary: "One run",
    ...runParams,
    status: 200,
    response: runSummarySchema,
  },
  runResult: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}/result",
    summary: "Its result.json: verdict, reasons, anomalies, figures",
    ...runParams,
    status: 200,
    response: runResultSchema,
  },
  runMetrics: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}/metrics",
    summary: "Its metrics.json",
    ...runParams,
    status: 200,
    response: metricsSchema,
  },
  runPlan: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}/plan",
    summary: "Its plan, as `rig plan --json` prints one",
    ...runParams,
    status: 200,
    response: z.looseObject({ schema: z.literal(1) }),
  },
  runRecord: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}/record",
    summary: "Its events.jsonl: the record from which everything else is made",
    ...runParams,
    status: 200,
    texts: ["application/jsonl"],
  },
  runEvents: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}/events",
    summary: "What /api/stream told, or would have told: faults, phases, bus states, bus load",
    ...runParams,
    status: 200,
    response: z.object({ events: z.array(envelopeSchema) }),
  },
  runHistory: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}/history",
    summary: "Its history, also while it runs",
    ...runParams,
    query: z.object({ format: formatSchema.optional(), source: sourceSchema.optional() }),
    status: 200,
    texts: HISTORY_TYPES,
  },
  runReport: {
    method: "get",
    path: "/api/runs/{scenario}/{folder}/report.html",
    summary: "Its report, one page",
    ...runParams,
    status: 200,
    texts: ["text/html; charset=utf-8"],
  },
  check: {
    method: "post",
    path: "/api/check",
    summary: "Check an uploaded history: EDN, JSON or JSON lines, also gzip",
    query: checkQuerySchema,
    upload: ["application/octet-stream", "application/json", "application/edn", "text/plain"],
    status: 200,
    response: checkAnswerSchema,
    problems: [413, 422],
  },
} as const satisfies Readonly<Record<string, Route>>;
