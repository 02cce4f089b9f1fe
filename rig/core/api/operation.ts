/** An operation as the history file has it, one line of it or one message of the stream. */

import { z } from "zod";
import type { Operation } from "../history/operation.ts";
import { timeNsSchema } from "./parts.ts";

const microOpSchema = z.union([
  z.tuple([z.enum(["append", "w"]), z.int(), z.int()]),
  z.tuple([z.literal("r"), z.int(), z.union([z.array(z.int()), z.int(), z.null()])]),
]);

export const operationSchema = z
  .object({
    index: z.int().min(0).describe("Place in the history, from 0 without gaps"),
    type: z.enum(["invoke", "ok", "fail", "info"]),
    f: z.string().describe("`txn`; for the nemesis `start-KIND` or `stop-KIND`"),
    process: z.union([z.int().min(0), z.literal("nemesis")]),
    time: timeNsSchema,
    value: z
      .union([z.array(microOpSchema), z.string(), z.null()])
      .describe("Micro-operations; for the nemesis what was struck, in words"),
    node: z.int().optional(),
    error: z.string().optional(),
  })
  .meta({ id: "Operation", description: "One operation, as Jepsen has it" });

/** Holds the schema to the type that the recorder writes. */
type Same =
  z.infer<typeof operationSchema> extends Pick<Operation, "index" | "type"> ? true : never;
export const OPERATION_IS_RECORDED: Same = true;
