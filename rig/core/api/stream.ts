/**
 * Messages of `/api/stream`: everything but operations, each in an envelope with version, type,
 * sequence number and time. The stream of operations sends bare operations, and no envelope.
 */

import { z } from "zod";
import { FAULT_KINDS } from "../fault/fault.ts";
import { nodeStateSchema } from "./cluster.ts";
import { timeNsSchema } from "./parts.ts";
import { errorStateSchema, teardownStepSchema } from "./result.ts";
import { progressSchema, runSummarySchema } from "./run.ts";

/** Sequence numbers count through the life of the server; a restarted one begins at 0 again. */
const head = {
  v: z.literal(1),
  seq: z.int().min(0),
  timeNs: timeNsSchema,
  run: z.string().nullable().describe("The run that it belongs to: `scenario/folder`"),
};

function message<Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  shape: Shape,
) {
  return z.object({ ...head, type: z.literal(type), ...shape });
}

export const envelopeSchema = z
  .discriminatedUnion("type", [
    message("run-started", { summary: runSummarySchema, holder: z.string() }),
    message("run-ended", { summary: runSummarySchema }),
    message("phase", { phase: z.enum(["workload-end", "healed", "end"]) }),
    message("fault", {
      action: z.enum(["inject", "effect", "heal"]),
      id: z.string(),
      kind: z.enum(FAULT_KINDS),
      target: z.string(),
      effects: z.number().describe("How often it took effect so far"),
      byHand: z.boolean(),
    }),
    message("bus-state", {
      node: z.union([z.int(), z.literal("host")]),
      state: errorStateSchema,
      tec: z.int(),
      rec: z.int(),
    }),
    message("bus-load", {
      windowNs: z.number().describe("Length of the window that ends at timeNs"),
      loadPercent: z.number(),
      frames: z.int(),
      errorFrames: z.int(),
    }),
    message("node-state", { nodes: z.array(nodeStateSchema) }),
    message("progress", { progress: progressSchema }),
    message("violation", { invariant: z.string(), text: z.string() }),
    message("teardown", { step: teardownStepSchema }),
    message("history-cleared", { index: z.int() }),
    /** Messages that are not kept any more; the files of the run have what they told. */
    message("gap", { from: z.int(), to: z.int().describe("First one that is there again") }),
    /** The last one before the server hangs up: the client was too slow. */
    message("cut-off", { since: z.int().describe("Come back with this `since`") }),
  ])
  .meta({ id: "Envelope", description: "A message of /api/stream" });

export type Envelope = z.infer<typeof envelopeSchema>;

type WithoutHead<Each> = Each extends unknown ? Omit<Each, "v" | "seq" | "run"> : never;

/** What is to be told; the stream adds version, sequence number and run. */
export type Telling = WithoutHead<Envelope>;

/** Codes with which the server closes a WebSocket (4000 to 4999 are ours by RFC 6455, 7.4.2). */
export const CLOSE = {
  /** Too slow: the reason is `slow: since=N`. */
  slow: 4008,
  /** `since` is no number, or the protocol is unknown. */
  badRequest: 4000,
  goingAway: 1001,
} as const;

export const sinceQuerySchema = z.object({
  since: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("From this index or sequence number on; without it what comes from now on"),
});
