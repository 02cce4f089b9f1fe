/**
 * The node program as the rig starts it: `rig node` without the command line's machinery, whose
 * loading takes longer than all the rest. The plan is the rig's own and is taken as it is.
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runNode } from "./run-node.ts";

const text = { type: "string", default: "" } as const;
const { node, hub, can, plan, disk, line } = parseArgs({
  options: { node: text, hub: text, can: text, plan: text, disk: text, line: { type: "string" } },
}).values;

try {
  const read = JSON.parse(readFileSync(plan, "utf8"));
  const bus = hub === "" ? { can } : { hub };
  const board = line === undefined ? {} : { line };
  await runNode({ plan: read.plan ?? read, node: Number(node), bus, disk, ...board });
} catch (error) {
  process.stderr.write(`rig node: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
