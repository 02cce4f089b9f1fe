/** Runs on the wire: what may be asked for, how a run is listed, where it is. */

import { z } from "zod";
import { AUTH_PROFILES } from "../auth/profile.ts";
import { LEVELS } from "../plan/level.ts";
import { CLIENTS_MAX, KEYS_MAX, OPERATIONS_MAX, SEED_MAX } from "../plan/make-plan.ts";
import { CLIENTS_AT } from "../plan/scenario.ts";
import { MICRO_OPS_MAX } from "../wire/transaction.ts";
import { nameSchema, nodeCountSchema, protocolSchema } from "./parts.ts";
import { countsSchema, expectationClassSchema, outcomeSchema } from "./result.ts";

export const levelSchema = z.enum(LEVELS);
const authSchema = z.enum(AUTH_PROFILES).describe("How nodes know who said what");
const seedSchema = z.int().min(0).max(SEED_MAX).describe("Everything random comes from it");

/**
 * Simulated seconds for each real one; `watch` makes a run of a usual size take some seconds, and
 * `none` is as fast as it goes. Only level `sim` is paced: the others are real time by nature.
 */
export const paceSchema = z
  .union([z.enum(["watch", "none"]), z.number().min(1e-6).max(1e6)])
  .describe("Simulated seconds for each real one, or watch (some seconds for a run), or none");

export type Pace = z.infer<typeof paceSchema>;

/** Names, sizes and numbers only: a body never names a file or a command. */
export const runRequestSchema = z
  .strictObject({
    scenario: nameSchema.describe("Name of a built-in scenario"),
    nodes: nodeCountSchema.optional(),
    operations: z.int().min(1).max(OPERATIONS_MAX).optional(),
    seed: seedSchema.optional(),
    level: levelSchema.optional(),
    auth: authSchema.optional(),
    keys: z.int().min(1).max(KEYS_MAX).optional().describe("Keys in use at once"),
    concurrency: z.int().min(1).max(CLIENTS_MAX).optional().describe("Clients at work at once"),
    append_percent: z.int().min(1).max(100).optional().describe("Share of appends"),
    txn_length: z.int().min(1).max(MICRO_OPS_MAX).optional(),
    clients: z.enum(CLIENTS_AT).optional().describe("Where the clients are"),
    pace: paceSchema.optional().describe("watch when left out"),
    timeout_ms: z
      .int()
      .min(1)
      .max(86_400_000)
      .optional()
      .describe("Longest real time that the run may take"),
  })
  .meta({ id: "RunRequest", description: "A run to start; what is left out is the scenario's" });

export type RunRequest = z.infer<typeof runRequestSchema>;

/** A cluster without a workload: operations and faults come by hand, until it is concluded. */
export const clusterRequestSchema = z
  .strictObject({
    nodes: nodeCountSchema.optional().describe("5 when left out"),
    seed: seedSchema.optional(),
    auth: authSchema.optional().describe("ideal when left out, so that nodes may lie"),
    pace: z.number().min(1e-6).max(1e6).optional().describe("1 when left out: real time"),
  })
  .meta({ id: "ClusterRequest", description: "A standing cluster, driven by hand" });

export type ClusterRequest = z.infer<typeof clusterRequestSchema>;

/** `broken`: its rig was killed, or the folder can't be read. */
export const runStatusSchema = z.enum(["running", "restoring", "finished", "partial", "broken"]);

export const runSummarySchema = z
  .object({
    id: z.string().describe("`scenario/folder`"),
    scenario: z.string(),
    folder: z.string().describe("UTC time and seed"),
    status: runStatusSchema,
    isByHand: z.boolean().describe("A standing cluster, or somebody struck it by hand"),
    protocol: z.string(),
    level: z.string(),
    seed: z.int(),
    nodes: z.int(),
    operations: z.int().describe("Asked for, before the final reads"),
    expectation: expectationClassSchema,
    startedAt: z.string().nullable().describe("ISO 8601"),
    endedAt: z.string().nullable(),
    outcome: outcomeSchema.nullable().describe("null while it runs"),
    asExpected: z.boolean().nullable(),
    anomalyTypes: z.array(z.string()),
    counts: countsSchema.nullable(),
    durationNs: z
      .number()
      .nullable()
      .describe("Simulated or real, from start to end of the record"),
  })
  .meta({ id: "RunSummary", description: "A run as lists show it" });

export type RunSummary = z.infer<typeof runSummarySchema>;

export const progressSchema = z
  .object({
    issued: z.int(),
    total: z.int().describe("To issue, final reads included; 0 for a standing cluster"),
    acknowledged: z.int(),
    faults: z.array(z.string()).describe("Kinds of the faults in force"),
    simulatedNs: z.number(),
  })
  .meta({ id: "Progress" });

/** The run that has the bench, or that had it last. */
export const currentRunSchema = z
  .object({
    isLive: z.boolean(),
    holder: z.string().nullable().describe("Who started it, such as `POST from 127.0.0.1`"),
    run: runSummarySchema.nullable(),
    progress: progressSchema.nullable(),
    nextIndex: z.int().describe("`since` of the history stream for what comes next"),
    nextSeq: z.int().describe("`since` of the event stream for what comes next"),
  })
  .meta({ id: "CurrentRun" });

export type CurrentRun = z.infer<typeof currentRunSchema>;

export const startedSchema = z
  .object({ run: runSummarySchema, index: z.int(), seq: z.int() })
  .describe("The run, and where the streams are as it starts");

export const scenarioSchema = z
  .object({
    name: z.string(),
    summary: z.string(),
    nodes: z.int(),
    nodesMin: z.int(),
    levels: z.array(levelSchema),
    faults: z.array(z.string()).describe("Kinds of its faults"),
  })
  .meta({ id: "Scenario" });

export const faultKindSchema = z
  .object({
    kind: z.string(),
    levels: z.array(levelSchema),
    effects: z.string().describe("What its counter counts"),
    needs: z.string().optional(),
  })
  .meta({ id: "FaultKind" });

export const runsQuerySchema = z.object({
  scenario: nameSchema.optional(),
  outcome: outcomeSchema.optional(),
  level: levelSchema.optional(),
  status: runStatusSchema.optional(),
  seed: z.coerce.number().int().min(0).max(SEED_MAX).optional(),
  before: nameSchema.optional().describe("Folder name: only older runs"),
  limit: z.coerce.number().int().min(1).max(500).optional().describe("100 when left out"),
});

export type RunsQuery = z.infer<typeof runsQuerySchema>;

export const runParamsSchema = z.object({
  scenario: nameSchema,
  folder: nameSchema.describe("Name of the folder, or latest"),
});

export { protocolSchema };
