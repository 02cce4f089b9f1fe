/** The result of a run on the wire: `result.json` as it is. */

import { z } from "zod";
import { FAULT_KINDS } from "../fault/fault.ts";
import { OUTCOMES } from "../verdict/outcome.ts";

export const outcomeSchema = z.enum(OUTCOMES);
export const expectationClassSchema = z.enum(["tolerate", "safe-only", "must-detect"]);
export const validSchema = z.union([z.boolean(), z.literal("unknown")]);
export const errorStateSchema = z.enum(["error-active", "error-passive", "bus-off"]);

const count = z.number().min(0);
const countsByName = z.record(z.string(), z.number());
const figure = z.number().nullable().describe("Microseconds; null where nothing was measured");

export const countsSchema = z
  .object({ issued: count, ok: count, fail: count, info: count })
  .meta({ id: "OutcomeCounts", description: "Operations of clients, by how they ended" });

export const cycleStepSchema = z
  .object({
    from: z.int().describe("Index of the operation that comes first"),
    to: z.int(),
    relation: z.enum(["ww", "wr", "rw", "process", "realtime"]),
    key: z.string().optional(),
    element: z.string().optional(),
    next: z.string().optional(),
    read: z.string().optional(),
    shownBy: z.int().optional(),
    because: z.string().describe("One sentence"),
  })
  .meta({ id: "CycleStep" });

const momentSchema = z.object({
  index: z.int(),
  timeNs: z.number().optional(),
  line: z.int().optional(),
});

export const operationDetailSchema = z
  .object({
    name: z.string().describe("What the sentences call it, such as `T1`"),
    index: z.int(),
    type: z.enum(["ok", "fail", "info", "open"]),
    process: z.union([z.number(), z.string(), z.null()]),
    node: z.string().optional(),
    invoked: momentSchema.optional(),
    completed: momentSchema.optional(),
    operations: z.array(z.looseObject({})),
  })
  .meta({ id: "OperationDetail" });

const anomalyEvidence = {
  sentences: z.array(z.string()),
  operations: z.array(z.int()).describe("Indexes, in order of mention"),
  details: z.array(operationDetailSchema),
  key: z.string().optional(),
  values: z.array(z.string()).optional(),
  cycle: z.array(cycleStepSchema).optional(),
};

export const anomalySchema = z
  .object({ type: z.string(), explanation: z.string(), ...anomalyEvidence })
  .meta({ id: "Anomaly", description: "An anomaly with its cycle and the sentences about it" });

const anomalySummarySchema = z
  .object({
    type: z.string(),
    text: z.string().describe("Explains in sentences"),
    evidence: z.object(anomalyEvidence).optional(),
  })
  .meta({ id: "AnomalySummary" });

export const checkSummarySchema = z
  .object({
    model: z.string(),
    consistency: z.string(),
    valid: validSchema,
    anomalyTypes: z.array(z.string()),
    not: z.array(z.string()),
    alsoNot: z.array(z.string()),
    anomalies: z.array(anomalySummarySchema).describe("First ones only"),
  })
  .meta({ id: "CheckSummary", description: "The checker's verdict on a history" });

const controllerSchema = z.object({
  state: errorStateSchema,
  tec: count,
  rec: count,
  passives: count,
  busOffs: count,
  overruns: count.optional(),
});

const nodeStatisticsSchema = z.object({
  node: z.int(),
  boots: count,
  decided: count,
  applied: count,
  expired: count,
  controller: controllerSchema.optional(),
  rejected: countsByName.optional(),
  convicted: z.array(z.int()).optional(),
  isByzantine: z.literal(true).optional(),
});

export const busStatisticsSchema = z
  .object({
    frames: count,
    busyNs: count,
    delivered: count,
    withheld: count,
    dropped: count,
    errorFrames: count,
    busOffs: count,
    duplicates: count,
    reached: countsByName.optional(),
  })
  .meta({ id: "BusStatistics" });

export const faultReportSchema = z
  .object({
    id: z.string(),
    kind: z.enum(FAULT_KINDS),
    target: z.string(),
    startNs: z.number().nullable(),
    endNs: z.number().nullable(),
    effects: count,
  })
  .meta({ id: "FaultReport", description: "How a fault fared" });

export const teardownStepSchema = z.object({
  step: z.string(),
  ok: z.boolean(),
  detail: z.string().optional(),
});

const latencySchema = z.object({
  count,
  minUs: figure,
  meanUs: figure,
  p50Us: figure,
  p95Us: figure,
  p99Us: figure,
  maxUs: figure,
});

const reasonSchema = z.object({
  outcome: outcomeSchema,
  code: z.string().describe("Stable name, such as `too-few-acknowledged`"),
  text: z.string(),
});

export const runResultSchema = z
  .looseObject({
    schema: z.literal(1),
    scenario: z.string(),
    protocol: z.string(),
    level: z.string(),
    seed: z.int(),
    nodes: z.int(),
    outcome: outcomeSchema,
    expectation: z.object({ class: expectationClassSchema, why: z.string() }),
    asExpected: z.boolean(),
    reasons: z.array(reasonSchema),
    partial: z.string().nullable(),
    counts: countsSchema,
    windows: z.object({
      outsideFaults: countsSchema,
      duringFaults: countsSchema,
      afterHeal: countsSchema,
      finalReads: countsSchema,
    }),
    check: checkSummarySchema,
    nodesHistory: z.looseObject({ check: checkSummarySchema }).optional(),
    latency: latencySchema,
    assertions: z.array(
      z.object({
        name: z.string(),
        text: z.string(),
        holds: z.boolean(),
        unmet: outcomeSchema,
      }),
    ),
    invariants: z.array(
      z.object({ name: z.string(), checked: count, violations: z.array(z.string()) }),
    ),
    faults: z.array(faultReportSchema),
    bus: busStatisticsSchema.extend({ loadPercent: count }),
    messages: countsByName,
    nodeStatistics: z.array(nodeStatisticsSchema),
    teardown: z.array(teardownStepSchema),
    durationNs: count,
  })
  .meta({ id: "RunResult", description: "`result.json` of a run" });

export const metricsSchema = z
  .object({
    scenario: z.string(),
    latencies_us: z.array(z.number()),
    throughput_samples: z.array(z.object({ time_us: z.number(), ops_sec: z.number() })),
    message_counts: countsByName,
    summary: z.record(z.string(), z.number().nullable()),
  })
  .meta({ id: "Metrics", description: "`metrics.json` of a run" });
