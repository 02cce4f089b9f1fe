/** Routes for the nodes of the live run: what they are at, what is asked of them, what strikes. */

import { z } from "zod";
import {
  byzantineBodySchema,
  delayBodySchema,
  faultBodySchema,
  healedSchema,
  injectedSchema,
  lossBodySchema,
  nodeBodySchema,
  nodeStateSchema,
  partitionBodySchema,
  proposalSchema,
  proposalStateSchema,
  proposeBodySchema,
  statsSchema,
  statusSchema,
} from "./cluster.ts";
import { nameSchema, protocolSchema } from "./parts.ts";
import type { Route } from "./route.ts";
import { formatSchema, HISTORY_TYPES, sourceSchema } from "./run-routes.ts";

const params = z.object({ protocol: protocolSchema });

/** Numbers of the query are texts. */
const node = z.coerce.number().int().min(0).max(13).describe("Number of a node, from 0");

const INJECTED = { status: 200, response: injectedSchema, problems: [409, 422] } as const;
const HEALED = { status: 200, response: healedSchema, problems: [409] } as const;

export const CLUSTER_ROUTES = {
  status: {
    method: "get",
    path: "/api/{protocol}/status",
    summary: "Active faults, Byzantine nodes and their number",
    params,
    status: 200,
    response: statusSchema,
  },
  stats: {
    method: "get",
    path: "/api/{protocol}/stats",
    summary: "Counters of the live run, or of the last one",
    params,
    status: 200,
    response: statsSchema,
  },
  nodeState: {
    method: "get",
    path: "/api/{protocol}/state",
    summary: "The state of one node",
    params,
    query: z.object({ node_id: node }),
    status: 200,
    response: nodeStateSchema,
    problems: [404],
  },
  history: {
    method: "get",
    path: "/api/{protocol}/history",
    summary: "History of the live run, or of the last one, since it was cleared",
    params,
    query: z.object({ source: sourceSchema.optional(), format: formatSchema.optional() }),
    status: 200,
    texts: HISTORY_TYPES,
  },
  clearHistory: {
    method: "post",
    path: "/api/{protocol}/history/clear",
    summary: "Begin the history anew for readers; the files keep all of it",
    params,
    status: 200,
    response: z.object({ cleared: z.int().describe("Operations that are not shown any more") }),
  },
  propose: {
    method: "post",
    path: "/api/{protocol}/propose",
    summary: "Append a value to a key; starts a standing cluster where no run is live",
    params,
    body: proposeBodySchema,
    status: 202,
    response: proposalSchema,
    problems: [409, 422],
  },
  proposal: {
    method: "get",
    path: "/api/{protocol}/proposals/{proposal_id}",
    summary: "What became of a proposal",
    params: params.extend({ proposal_id: z.coerce.number().int().min(0) }),
    status: 200,
    response: proposalStateSchema,
    problems: [404],
  },
  crash: {
    method: "post",
    path: "/api/{protocol}/crash",
    summary: "End the program of a node",
    params,
    body: nodeBodySchema,
    ...INJECTED,
  },
  recover: {
    method: "post",
    path: "/api/{protocol}/recover",
    summary: "End every fault that keeps this node down",
    params,
    body: nodeBodySchema,
    ...HEALED,
  },
  partition: {
    method: "post",
    path: "/api/{protocol}/partition",
    summary: "Withhold deliveries between two groups; nodes in neither are alone",
    params,
    body: partitionBodySchema,
    ...INJECTED,
  },
  heal: {
    method: "post",
    path: "/api/{protocol}/heal",
    summary: "End every partition",
    params,
    ...HEALED,
  },
  delay: {
    method: "post",
    path: "/api/{protocol}/delay",
    summary: "Deliver later, by a uniform draw",
    params,
    body: delayBodySchema,
    ...INJECTED,
  },
  clearDelay: {
    method: "delete",
    path: "/api/{protocol}/delay",
    summary: "End every delay",
    params,
    ...HEALED,
  },
  loss: {
    method: "post",
    path: "/api/{protocol}/loss",
    summary: "Withhold each delivery with this probability",
    params,
    body: lossBodySchema,
    ...INJECTED,
  },
  clearLoss: {
    method: "delete",
    path: "/api/{protocol}/loss",
    summary: "End every loss",
    params,
    ...HEALED,
  },
  byzantine: {
    method: "post",
    path: "/api/{protocol}/byzantine",
    summary: "Make a node a traitor; honest ends it",
    params,
    body: byzantineBodySchema,
    ...INJECTED,
  },
  clearByzantine: {
    method: "delete",
    path: "/api/{protocol}/byzantine",
    summary: "Make one node honest again, or all",
    params,
    query: z.object({ node_id: node.optional() }),
    ...HEALED,
  },
  fault: {
    method: "post",
    path: "/api/{protocol}/fault",
    summary: "Inject a fault of any kind",
    params,
    body: faultBodySchema,
    ...INJECTED,
  },
  clearFaults: {
    method: "delete",
    path: "/api/{protocol}/fault",
    summary: "End every fault in force, or those of one kind, or one by its name",
    params,
    query: z.object({ kind: nameSchema.optional(), id: nameSchema.optional() }),
    ...HEALED,
  },
} as const satisfies Readonly<Record<string, Route>>;
