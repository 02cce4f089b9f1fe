/**
 * The schema of a scenario file. `docs/reference/scenario.schema.json` is made from it, so its
 * descriptions are what an editor shows.
 */

import { z } from "zod";
import { AUTH_PROFILES } from "../../core/auth/profile.ts";
import { CLIENTS_MAX, KEYS_MAX, OPERATIONS_MAX, RATE_MAX } from "../../core/plan/make-plan.ts";
import { BYZANTINE_CLAIMS, NODES_MAX, WORKLOADS } from "../../core/plan/plan.ts";
import { CLIENTS_AT } from "../../core/plan/scenario.ts";
import { NODE_PROCESSES_MAX } from "../../core/wire/session.ts";
import { MICRO_OPS_MAX } from "../../core/wire/transaction.ts";
import { faultSchema } from "./fault-schema.ts";
import { nameSchema } from "./faults/parts.ts";
import { duration, fields, oneOf, share, whole } from "./fields.ts";

export const PATTERNS = { "write-heavy": 80, mixed: 50, "read-heavy": 20 } as const;

const FAULTS_MAX = 100;

const workload = fields({
  kind: oneOf(WORKLOADS).optional().describe("Lists or registers, and their checker; list-append"),
  operations: whole(1, OPERATIONS_MAX).optional().describe("Before the final reads; 100"),
  clients: whole(1, CLIENTS_MAX).optional().describe("At work at once; 10"),
  rate: whole(1, RATE_MAX)
    .optional()
    .describe("Operations that begin in a second, at most; as fast as the clients can"),
  keys: whole(1, KEYS_MAX).optional().describe("In use at once, each replaced when full; 5"),
  "append-ratio": share(
    "a share of whole per cent from 1% to 100%",
    (percent) => percent >= 1 && Number.isInteger(percent),
  )
    .optional()
    .describe("Share of appends or writes, the rest reads; 50%"),
  pattern: oneOf(["write-heavy", "mixed", "read-heavy"])
    .optional()
    .describe("In place of append-ratio: 80%, 50% or 20% appends or writes"),
  "txn-length": whole(1, MICRO_OPS_MAX).optional().describe("Most appends and reads of one; 4"),
  "clients-at": oneOf(CLIENTS_AT)
    .optional()
    .describe("Where the clients are: host, nodes or both; host"),
  "node-processes": whole(1, NODE_PROCESSES_MAX)
    .optional()
    .describe("Operations that each node has open, with clients at the nodes; 2"),
}).refine((value) => value.pattern === undefined || value["append-ratio"] === undefined, {
  path: ["pattern"],
  error: "stands beside append-ratio: expected one of the two",
});

const floorShare = share("a share such as 50% or 0.5").optional();

const floors = fields({
  "outside-faults": floorShare.describe("Acknowledged of those issued outside the faults; 50%"),
  "during-faults": floorShare.describe(
    "Of those issued while a fault lasts; 50%, or 0% if safe-only",
  ),
  "after-heal": whole(0, OPERATIONS_MAX).optional().describe("Acknowledged after heal; 20"),
});

const limit = duration("1ns").optional();

const limits = fields({
  max: limit.describe("Every acknowledgement within"),
  mean: limit.describe("Mean latency of acknowledged operations within"),
  p50: limit.describe("Median latency within"),
  p95: limit.describe("95th percentile within"),
  p99: limit.describe("99th percentile within"),
  "median-over": fields({
    scenario: nameSchema.describe("A built-in scenario, run on the same seed"),
    times: z
      .number({ error: "expected a number over 0" })
      .positive({ error: "expected a number over 0" }),
  })
    .optional()
    .describe("Median latency at least so many times that of another scenario"),
});

const leastCount = whole(1, 1_000_000).optional();

const effects = fields({
  "error-frames": leastCount.describe("Error frames on the bus, at least"),
  duplicates: leastCount.describe("Frames received twice after an error, at least"),
  "bus-offs": leastCount.describe("Times that a controller went bus-off, at least"),
});

const timer = duration("100us").optional();

const timers = fields({
  "round-timeout": timer.describe("A phase of round 0; 20 ms and twice the longest delay"),
  "round-delta": timer.describe("More for each further round; a tenth of round-timeout"),
  "operation-timeout": timer.describe("When an operation is given up; 8 times round-timeout"),
  retry: timer.describe("When its request is sent again; 2 times round-timeout"),
});

const NEVER = "expected never, or a time such as 10ms";

const bus = fields({
  "bus-off-restart": z
    .union([z.literal("never"), duration("1us")], { error: NEVER })
    .optional()
    .describe("After how long in bus-off a controller restarts by itself; 10ms"),
  "bus-off-queue": oneOf(["keep", "abort"])
    .optional()
    .describe("What becomes of frames waiting in a controller that goes bus-off; keep"),
});

export const scenarioSchema = fields({
  name: nameSchema.describe("Name of the scenario and of its folder"),
  summary: z
    .string({ error: "expected one sentence" })
    .max(200, { error: "expected one sentence of at most 200 characters" })
    .optional()
    .describe("One sentence for lists"),
  nodes: whole(1, NODES_MAX).describe("Number of nodes, unless --nodes says another"),
  "least-nodes": whole(1, NODES_MAX).optional().describe("Least number that has a meaning; 1"),
  workload: workload.optional().describe("What the clients do"),
  faults: z
    .array(faultSchema, { error: "expected a list of faults" })
    .max(FAULTS_MAX, { error: `expected at most ${FAULTS_MAX} faults` })
    .optional()
    .describe("What strikes the nodes, and when"),
  expectation: oneOf(["tolerate", "safe-only", "must-detect"])
    .optional()
    .describe("Computed from the faults; if stated it has to be the computed one"),
  floors: floors.optional().describe("What has to be acknowledged before a run may be valid"),
  limits: limits.optional().describe("Latencies beyond which a run is invalid"),
  effects: effects.optional().describe("What the bus has to show; a run is unknown without"),
  claims: z
    .array(oneOf(BYZANTINE_CLAIMS), { error: "expected a list of claims" })
    .max(10)
    .optional()
    .describe("What nodes have to have noticed, or the run is invalid"),
  auth: oneOf(AUTH_PROFILES)
    .optional()
    .describe("How nodes know who said what; ideal where nodes lie, else crash"),
  timers: timers.optional().describe("Timers of the protocol and of the clients"),
  bus: bus.optional().describe("How controllers come back from bus-off"),
});

export type ScenarioFile = z.infer<typeof scenarioSchema>;

/** The schema as `docs/reference/scenario.schema.json` publishes it, for editors. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(scenarioSchema, { io: "input" });
  const title = "Scenario file of canfd-rig";
  return `${JSON.stringify({ ...schema, title }, null, 2)}\n`;
}
