/** Checking an uploaded history, on the wire. */

import { z } from "zod";
import { anomalySchema, validSchema } from "./result.ts";

export const CHECK_MODELS = [
  "list-append",
  "rw-register",
  "bank",
  "counter",
  "set",
  "set-full",
  "long-fork",
  "cas-register",
  "register",
  "mutex",
] as const;

const flag = z.enum(["true", "false"]).optional();

export const checkQuerySchema = z.object({
  model: z.enum(CHECK_MODELS).optional().describe("list-append when left out"),
  consistency: z
    .string()
    .max(500)
    .optional()
    .describe("Models to keep, as a,b; strict-serializable when left out"),
  name: z.string().max(200).optional().describe("Name of the file, for messages"),
  sequential_keys: flag.describe("rw-register"),
  linearizable_keys: flag.describe("rw-register"),
  wfr_keys: flag.describe("rw-register"),
});

export type CheckQuery = z.infer<typeof checkQuerySchema>;

export const checkAnswerSchema = z
  .object({
    name: z.string(),
    model: z.enum(CHECK_MODELS),
    consistency: z.string().nullable(),
    valid: validSchema,
    anomalyTypes: z.array(z.string()),
    not: z.array(z.string()),
    alsoNot: z.array(z.string()),
    anomalies: z.array(anomalySchema).describe("The first few of each type"),
    anomalyCounts: z.record(z.string(), z.number()),
    operations: z.int().describe("Completions of type ok that were checked"),
    warnings: z.array(z.string()),
    milliseconds: z.number(),
  })
  .meta({ id: "CheckAnswer" });

export type CheckAnswer = z.infer<typeof checkAnswerSchema>;
