/** The nodes of the live run on the wire: state, proposals, and faults by hand. */

import { z } from "zod";
import { BEHAVIOURS } from "../fault/byzantine-faults.ts";
import { FAULT_KINDS } from "../fault/fault.ts";
import { NODES_MAX } from "../plan/plan.ts";
import { ELEMENT_MAX } from "../wire/client-message.ts";
import { keySchema, nodeSchema, protocolSchema } from "./parts.ts";
import { busStatisticsSchema, countsSchema, errorStateSchema } from "./result.ts";
import { runSummarySchema } from "./run.ts";

const nodesSchema = z.array(nodeSchema).min(1).max(NODES_MAX);

export const activeFaultSchema = z
  .object({
    id: z.string(),
    kind: z.enum(FAULT_KINDS),
    target: z.string().describe("In words, such as `0 1 | 2 3 4`"),
    start_ns: z.number(),
    by_hand: z.boolean(),
  })
  .meta({ id: "ActiveFault" });

export const statusSchema = z
  .object({
    protocol: protocolSchema,
    live: z.boolean(),
    run: runSummarySchema.nullable(),
    nodes: z.int().describe("0 when no run was live yet"),
    fault_bound: z.int().describe("f: Byzantine nodes that the protocol bears"),
    quorum: z.int(),
    active_faults: z.array(activeFaultSchema),
    byzantine_nodes: z.array(z.int()),
    byzantine_count: z.int(),
  })
  .meta({ id: "Status" });

export const nodeStateSchema = z
  .object({
    node_id: z.int(),
    state: z.enum(["running", "paused", "down"]),
    is_byzantine: z.boolean(),
    boots: z.int(),
    decided: z.int().describe("Slots decided, as the node says itself"),
    applied: z.int().describe("Transactions applied"),
    expired: z.int().describe("Rounds that ended without a decision"),
    bus_state: errorStateSchema,
    tec: z.int(),
    rec: z.int(),
  })
  .meta({ id: "NodeState" });

export type NodeState = z.infer<typeof nodeStateSchema>;

export const statsSchema = z
  .object({
    live: z.boolean(),
    counts: countsSchema,
    simulated_ns: z.number(),
    throughput_ops_sec: z.number().nullable(),
    messages: z.record(z.string(), z.number()),
    bus: busStatisticsSchema.nullable().describe("null until the run has ended"),
    bus_load_percent: z.number().describe("Since the run began"),
    nodes: z.array(nodeStateSchema),
  })
  .meta({ id: "Stats" });

export const proposeBodySchema = z
  .strictObject({
    node_id: nodeSchema.describe("Node that is asked"),
    key: z.union([keySchema, z.string().min(1).max(100)]).describe("Names are interned to numbers"),
    value: z.int().min(0).max(ELEMENT_MAX).describe("Element to append, once for each key"),
  })
  .meta({ id: "Propose" });

export const proposalSchema = z
  .object({
    proposal_id: z.int().describe("Index of the invocation in the history"),
    key: keySchema.describe("Key as the history has it"),
  })
  .meta({ id: "Proposal" });

export const proposalStateSchema = z
  .object({
    proposal_id: z.int(),
    status: z.enum(["pending", "ok", "fail", "info"]),
    time_ns: z.number().nullable().describe("When it ended"),
  })
  .meta({ id: "ProposalState" });

export const nodeBodySchema = z.strictObject({ node_id: nodeSchema });

export const partitionBodySchema = z.strictObject({
  group_a: nodesSchema,
  group_b: nodesSchema,
});

export const delayBodySchema = z
  .strictObject({
    min_ms: z.number().min(0).max(60_000),
    max_ms: z.number().gt(0).max(60_000),
    nodes: nodesSchema.optional().describe("All when left out"),
  })
  .refine(({ min_ms: min, max_ms: max }) => min <= max, {
    path: ["min_ms"],
    error: "expected at most max_ms",
  });

export const lossBodySchema = z.strictObject({
  probability: z.number().gt(0).max(1),
  nodes: nodesSchema.optional().describe("All when left out"),
});

export const byzantineBodySchema = z.strictObject({
  node_id: nodeSchema,
  behaviour: z.enum(["honest", ...BEHAVIOURS]),
});

/** The fields of each kind are those of scenario files, or of plans: docs/reference/faults.md. */
export const faultBodySchema = z
  .looseObject({ kind: z.enum(FAULT_KINDS) })
  .describe("A fault as in a scenario file or a plan, without start and end")
  .meta({ id: "FaultBody" });

export const injectedSchema = z
  .object({ fault_id: z.string(), target: z.string(), start_ns: z.number() })
  .meta({ id: "Injected" });

export const healedSchema = z
  .object({ healed: z.array(z.string()).describe("Names of the faults that were ended") })
  .meta({ id: "Healed" });
