/** What the schemas of all families of faults share: in files that people write, and in plans. */

import { z } from "zod";
import { OPERATIONS_MAX } from "../../../core/plan/make-plan.ts";
import { NODES_MAX } from "../../../core/plan/plan.ts";
import type { NodeSet } from "../../../core/plan/scenario.ts";
import { DURATION_PATTERN, PERCENT_PATTERN } from "../../../core/plan/units.ts";
import { share, textLike, whole } from "../fields.ts";

/** Also the name of a folder; `suite` is that of the suites. */
export const nameSchema = textLike(
  /^(?!suite$)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
  "a name of small letters, digits and hyphens (not suite, which is taken)",
);

export const node = whole(0, NODES_MAX - 1);

const namedSet = z.enum(["all", "bound", "over-bound"]);
const A_NODE_SET =
  "expected all, bound, over-bound, or a list of node numbers " +
  `from 0 to ${NODES_MAX - 1} such as [0, 2]`;

const nodeSet = z.union([namedSet, z.array(node).min(1).max(NODES_MAX)], { error: A_NODE_SET });

export const nodes = nodeSet.describe("Nodes that it strikes");

export const nodeGroups = z.union(
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

/** Fields of every fault in a file. */
export const common = {
  id: nameSchema.optional().describe("Name in reports; otherwise the kind and a number"),
  start: position.optional().describe("When it comes into force; otherwise at the start"),
  end: position.optional().describe("When it ends; otherwise once the workload is done"),
};

export const probability = share("a share over 0 such as 10% or 0.1", (percent) => percent > 0);

/** As long as times are exact: 104 days. */
export const NS_MAX = Number.MAX_SAFE_INTEGER;

export function numberOf(expected: string) {
  return z.number({ error: `expected ${expected}` });
}

export function listOf<Item extends z.core.SomeType>(item: Item, error: string, most: number) {
  return z.array(item, { error }).max(most, { error });
}

/** Nodes of a fault in a plan. */
export const nodeList = listOf(node, "expected a list of node numbers", NODES_MAX);

const explicitPosition = z.union(
  [z.strictObject({ atNs: whole(0, NS_MAX) }), z.strictObject({ atOperation: whole(0, NS_MAX) })],
  { error: "expected a position such as {atOperation: 30} or {atNs: 120000000}" },
);

/** Fields of every fault in a plan. */
export const place = {
  id: nameSchema,
  start: explicitPosition,
  end: explicitPosition.optional(),
};

/** A fault of nodes as a scenario has it. */
export type WithSet<Detail> = Detail extends unknown
  ? Omit<Detail, "nodes"> & { readonly nodes: NodeSet }
  : never;
