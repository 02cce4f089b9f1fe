/** What the schemas of the API share: numbers, names, protocols, and problem details (RFC 9457). */

import { z } from "zod";
import { NODES_MAX, PROTOCOLS } from "../plan/plan.ts";
import { KEY_MAX } from "../wire/transaction.ts";

export const protocolSchema = z.enum(PROTOCOLS).describe("Protocol of the nodes");

export const nodeSchema = z
  .int()
  .min(0)
  .max(NODES_MAX - 1)
  .describe("Number of a node, from 0");

export const nodeCountSchema = z.int().min(1).max(NODES_MAX).describe("Number of nodes");

/** Nanoseconds since the start of the run. */
export const timeNsSchema = z.number().min(0).describe("Nanoseconds since the start of the run");

/** Folder and file names never hold a slash or begin with a dot. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const nameSchema = z.string().regex(NAME);

export const keySchema = z.int().min(0).max(KEY_MAX).describe("Key of a list");

export const PROBLEM_TYPE = "application/problem+json";

/** Problem details as RFC 9457 has them; `code` is stable, for scripts. */
export const problemSchema = z
  .object({
    type: z.string().describe("about:blank: `code` says which problem it is"),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe("One sentence: what, where, what was expected"),
    code: z.string().describe("Stable name, such as `run.busy` or `usage.unknown-scenario`"),
    /** Who has the bench, where that is the problem. */
    holder: z.string().optional(),
    /** Path of the field and what is wrong with it, where the body or the query is. */
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "Problem details (RFC 9457)" });

export type Problem = z.infer<typeof problemSchema>;
