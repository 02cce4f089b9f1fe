/**
 * The schema of a fault as scenario files have it: sets of nodes, positions that scale, times and
 * shares with their units.
 */

import { z } from "zod";
import { BEHAVIOURS } from "../../core/fault/byzantine-faults.ts";
import { FAULT_KINDS } from "../../core/fault/fault.ts";
import { BUS_FAULTS } from "./faults/bus.ts";
import { CLOCK_FAULTS } from "./faults/clock.ts";
import { CONTROLLER_FAULTS } from "./faults/controller.ts";
import { common, nodeGroups, nodes, probability } from "./faults/parts.ts";
import { POWER_FAULTS } from "./faults/power.ts";
import { TRAFFIC_FAULTS } from "./faults/traffic.ts";
import { duration, fields, oneOf, whole } from "./fields.ts";

const beyondLimit = z
  .boolean({ error: "expected true or false" })
  .optional()
  .describe("Strike without regard for what the protocol can bear; false");

const SLOWER = "expected a number from 1 to 1000000";

export const faultSchema = z.discriminatedUnion(
  "kind",
  [
    fields({
      kind: z.literal("partition"),
      groups: nodeGroups.describe(
        "Who still hears whom; halves is the lower half against the rest",
      ),
      ...common,
    }),
    fields({ kind: z.literal("crash"), nodes, ...common }),
    fields({ kind: z.literal("power-cut"), nodes, ...common }),
    fields({ kind: z.literal("pause"), nodes, ...common }),
    fields({
      kind: z.literal("loss"),
      nodes,
      probability: probability.describe("Of each delivery to these nodes"),
      ...common,
    }),
    fields({
      kind: z.literal("delay"),
      nodes,
      min: duration("0s").describe("Least delay of a delivery to these nodes"),
      max: duration("1ns").describe("Most delay"),
      ...common,
    }),
    fields({ kind: z.literal("torn-write"), nodes, "beyond-limit": beyondLimit, ...common }),
    fields({
      kind: z.enum(["flash-bitrot", "misdirect"]),
      nodes,
      probability: probability.describe("Of each record, or of each write"),
      "beyond-limit": beyondLimit,
      ...common,
    }),
    fields({
      kind: z.literal("amnesia"),
      nodes,
      records: z
        .union([z.literal("all"), whole(1, 1_000_000)], {
          error: "expected all, or a number of records from 1",
        })
        .describe("How many of the last records are gone"),
      ...common,
    }),
    fields({
      kind: z.literal("gray-slow"),
      nodes,
      factor: z
        .number({ error: SLOWER })
        .min(1, { error: SLOWER })
        .max(1e6, { error: SLOWER })
        .describe("How many times as long a write takes"),
      stall: duration("0s").optional().describe("And how much longer; 0s"),
      ...common,
    }),
    fields({
      kind: z.literal("byzantine"),
      nodes,
      behaviour: oneOf(BEHAVIOURS).describe("What the traitors do"),
      ...common,
    }),
    fields({ kind: z.enum(["power-cut-in-write", "store-full"]), nodes, ...common }),
    fields({
      kind: z.literal("store-error"),
      nodes,
      probability: probability.describe("Of each write"),
      ...common,
    }),
    ...POWER_FAULTS,
    ...BUS_FAULTS,
    ...CLOCK_FAULTS,
    ...CONTROLLER_FAULTS,
    ...TRAFFIC_FAULTS,
  ],
  { error: `expected a fault of kind ${FAULT_KINDS.join(", ")}` },
);

export type FaultOfFile = z.infer<typeof faultSchema>;
