/** The schemas of plans and faults as the rig prints them: each number explicit, in nanoseconds. */

import { z } from "zod";
import { AUTH_PROFILES } from "../../core/auth/profile.ts";
import { BEHAVIOURS } from "../../core/fault/byzantine-faults.ts";
import { FAULT_KINDS } from "../../core/fault/fault.ts";
import { LEVELS } from "../../core/plan/level.ts";
import {
  CLIENTS_MAX,
  KEYS_MAX,
  OPERATIONS_MAX,
  RATE_MAX,
  SEED_MAX,
} from "../../core/plan/make-plan.ts";
import {
  BUS_COUNTERS,
  BYZANTINE_CLAIMS,
  LATENCY_FIGURE_LIMITS,
  NODES_MAX,
  PROTOCOLS,
  WORKLOADS,
} from "../../core/plan/plan.ts";
import { NODE_PROCESSES_MAX } from "../../core/wire/session.ts";
import { MICRO_OPS_MAX } from "../../core/wire/transaction.ts";
import { EXPLICIT_BUS_FAULTS } from "./faults/bus.ts";
import { EXPLICIT_CLOCK_FAULTS } from "./faults/clock.ts";
import { EXPLICIT_CONTROLLER_FAULTS } from "./faults/controller.ts";
import { listOf, NS_MAX, nameSchema, nodeList as nodes, numberOf, place } from "./faults/parts.ts";
import { EXPLICIT_POWER_FAULTS } from "./faults/power.ts";
import { EXPLICIT_TRAFFIC_FAULTS } from "./faults/traffic.ts";
import { fields, oneOf, whole } from "./fields.ts";

const probability = numberOf("a number over 0, at most 1").gt(0).lte(1);
const beyondLimit = z.boolean({ error: "expected true or false" }).optional();

export const explicitFaultSchema = z.discriminatedUnion(
  "kind",
  [
    fields({
      ...place,
      kind: z.literal("partition"),
      groups: listOf(nodes, "expected a list of groups", NODES_MAX),
    }),
    fields({
      ...place,
      kind: z.enum(["crash", "power-cut", "pause", "power-cut-in-write", "store-full"]),
      nodes,
    }),
    fields({ ...place, kind: z.enum(["loss", "store-error"]), nodes, probability }),
    fields({
      ...place,
      kind: z.literal("delay"),
      nodes,
      minNs: whole(0, NS_MAX),
      maxNs: whole(1, NS_MAX),
    }),
    fields({ ...place, kind: z.literal("torn-write"), nodes, beyondLimit }),
    fields({
      ...place,
      kind: z.enum(["flash-bitrot", "misdirect"]),
      nodes,
      probability,
      beyondLimit,
    }),
    fields({
      ...place,
      kind: z.literal("amnesia"),
      nodes,
      records: z.union([z.literal("all"), whole(1, NS_MAX)], {
        error: "expected all, or a number of records",
      }),
    }),
    fields({ ...place, kind: z.literal("byzantine"), nodes, behaviour: oneOf(BEHAVIOURS) }),
    fields({
      ...place,
      kind: z.literal("gray-slow"),
      nodes,
      factor: numberOf("a number from 1").min(1),
      stallNs: whole(0, NS_MAX),
    }),
    ...EXPLICIT_POWER_FAULTS,
    ...EXPLICIT_BUS_FAULTS,
    ...EXPLICIT_CLOCK_FAULTS,
    ...EXPLICIT_CONTROLLER_FAULTS,
    ...EXPLICIT_TRAFFIC_FAULTS,
  ],
  { error: `expected a fault of kind ${FAULT_KINDS.join(", ")}` },
);

const percent = numberOf("a number from 0 to 100").min(0).max(100);

const assertion = z.discriminatedUnion(
  "name",
  [
    fields({
      name: z.literal(["acknowledged-within", ...LATENCY_FIGURE_LIMITS]),
      limitNs: whole(1, NS_MAX),
    }),
    fields({
      name: z.literal("counted"),
      counter: oneOf(BUS_COUNTERS),
      atLeast: whole(1, NS_MAX),
    }),
    fields({
      name: z.literal("median-over-baseline"),
      times: numberOf("a number over 0").positive(),
      scenario: nameSchema,
    }),
    fields({ name: z.literal([...BYZANTINE_CLAIMS]) }),
  ],
  { error: "expected a claim such as {name: acknowledged-within, limitNs: 10000000}" },
);

/** All of a plan but its seed, which differs from run to run of a suite. */
export const planFields = {
  schema: z.literal(1, { error: "expected 1, the one schema that this rig knows" }),
  scenario: nameSchema,
  protocol: oneOf(PROTOCOLS),
  auth: oneOf(AUTH_PROFILES).optional(),
  level: oneOf(LEVELS),
  nodes: whole(1, NODES_MAX),
  bus: fields({
    nominalBitrateBps: whole(10_000, 1_000_000),
    dataBitrateBps: whole(10_000, 20_000_000),
    busOffRestartNs: whole(1, NS_MAX).optional(),
    busOffQueue: oneOf(["keep", "abort"]).optional(),
  }),
  timers: fields({ roundTimeoutNs: whole(1, NS_MAX), roundDeltaNs: whole(1, NS_MAX) }),
  storage: fields({
    writeNs: whole(0, NS_MAX),
    sectorBytes: whole(1, 1 << 20).optional(),
    capacityBytes: whole(1, NS_MAX).optional(),
    compaction: fields({
      everySlots: whole(1, NS_MAX).optional(),
      journalBytes: whole(1, NS_MAX).optional(),
      keptSlots: whole(0, NS_MAX).optional(),
    }).optional(),
  }),
  client: fields({ operationTimeoutNs: whole(1, NS_MAX), retryNs: whole(1, NS_MAX) }),
  workload: fields({
    kind: oneOf(WORKLOADS).optional(),
    operations: whole(1, OPERATIONS_MAX),
    clients: whole(1, CLIENTS_MAX),
    ratePerS: whole(1, RATE_MAX).optional(),
    keys: whole(1, KEYS_MAX),
    appendsPerKey: whole(1, 24),
    microOpsMax: whole(1, MICRO_OPS_MAX),
    readPercent: whole(0, 99),
    finalReadsMin: whole(0, OPERATIONS_MAX),
  }),
  residents: fields({
    hostClients: z.boolean({ error: "expected true or false" }),
    processes: whole(1, NODE_PROCESSES_MAX),
  }).optional(),
  agents: fields({
    program: z.string({ error: "expected the path of a program" }),
    nodes: listOf(whole(0, NODES_MAX - 1), "expected a list of nodes", NODES_MAX),
  }).optional(),
  faults: listOf(explicitFaultSchema, "expected a list of faults", 1000),
  expectation: fields({
    class: oneOf(["tolerate", "safe-only", "must-detect"]),
    why: z.string({ error: "expected a text" }),
    isForGood: z.literal(true, { error: "expected true" }).optional(),
  }),
  floors: fields({
    outsideFaultsPercent: percent,
    duringFaultsPercent: percent,
    afterHeal: whole(0, OPERATIONS_MAX),
  }),
  assertions: listOf(assertion, "expected a list of claims", 100),
} as const;

export const seedSchema = whole(0, SEED_MAX);

export const planSchema = fields({ ...planFields, seed: seedSchema });
