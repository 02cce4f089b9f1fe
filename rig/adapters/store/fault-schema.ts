/**
 * The schema of a fault as scenario files have it: sets of nodes, positions that scale, times and
 * shares with their units.
 */

import { z } from "zod";
import { FAULT_KINDS } from "../../core/fault/fault.ts";
import { OPERATIONS_MAX } from "../../core/plan/make-plan.ts";
import { NODES_MAX } from "../../core/plan/plan.ts";
import { DURATION_PATTERN, PERCENT_PATTERN } from "../../core/plan/units.ts";
import { duration, fields, share, textLike, whole } from "./fields.ts";

/** Also the name of a folder; `suite` is that of the suites. */
export const nameSchema = textLike(
  /^(?!suite$)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
  "a name of small letters, digits and hyphens (not suite, which is taken)",
);

const node = whole(0, NODES_MAX - 1);

const nodeSet = z.union([z.literal("all"), z.array(node).min(1).max(NODES_MAX)], {
  error: `expected all, or a list of node numbers from 0 to ${NODES_MAX - 1} such as [0, 2]`,
});

const nodeGroups = z.union(
  [z.literal("halves"), z.array(z.array(node).min(1).max(NODES_MAX)).min(2).max(NODES_MAX)],
  { error: "expected halves, or at least two lists of node numbers such as [[0, 1], [2, 3]]" },
);

const position = z.union(
  [
    whole(0, OPERATIONS_MAX),
    z.string().regex(DURATION_PATTERN),
    z
      .string()
      .regex(PERCENT_PATTERN)
      .refine((text) => Number.parseFloat(text) <= 100),
  ],
  {
    error: "expected an operation such as 30, a share of them such as 30%, or a time such as 120ms",
  },
);

const common = {
  id: nameSchema.optional().describe("Name in reports; otherwise the kind and a number"),
  start: position.optional().describe("When it comes into force; otherwise at the start"),
  end: position.optional().describe("When it ends; otherwise once the workload is done"),
};

const nodes = nodeSet.describe("Nodes that it strikes");

const probability = share("a share over 0 such as 10% or 0.1", (percent) => percent > 0);

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
    fields({ kind: z.enum(["power-cut-in-write", "store-full"]), nodes, ...common }),
    fields({
      kind: z.literal("store-error"),
      nodes,
      probability: probability.describe("Of each write"),
      ...common,
    }),
  ],
  { error: `expected a fault of kind ${FAULT_KINDS.join(", ")}` },
);

export type FaultOfFile = z.infer<typeof faultSchema>;
