/**
 * `rig node`: one node process of level `process` or `vcan`. It says what it does in JSON lines on
 * standard output, and ends when the hub does.
 */

import type { Argv } from "yargs";
import { readPlanFile } from "../../adapters/store/plan-file.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { runNode } from "../run-node.ts";

interface NodeArguments extends GlobalArguments {
  readonly hub?: string | undefined;
  readonly can?: string | undefined;
  readonly node: number;
  readonly plan: string;
  readonly disk: string;
}

export const nodeCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "node",
      "Run one node as a process, on the hub of a run",
      (args: Argv<GlobalArguments>) =>
        args
          .option("hub", { string: true, describe: "Socket of the hub" })
          .option("can", { string: true, describe: "CAN interface, in the place of a hub" })
          .option("node", { number: true, demandOption: true, describe: "Number of the node" })
          .option("plan", { string: true, demandOption: true, describe: "Plan, or run.json" })
          .option("disk", { string: true, demandOption: true, describe: "Folder it stores in" }),
      (args) => finish(() => nodeOfArguments(args)),
    );
  },
};

async function nodeOfArguments({
  hub,
  can,
  node,
  plan: path,
  disk,
}: NodeArguments): Promise<ExitCode> {
  const plan = wholePlan(path);
  if (!Number.isInteger(node) || node < 0 || node >= plan.nodes) {
    throw new RigError("usage.option", `--node ${node}: expected 0 to ${plan.nodes - 1}`);
  }
  if ((hub === undefined) === (can === undefined)) {
    throw new RigError("usage.option", "rig node: expected --hub or --can, one of them");
  }
  const bus = can === undefined ? { hub: hub ?? "" } : { can };
  await runNode({ plan, node, bus, disk });
  return EXIT.valid;
}

function wholePlan(path: string): RunPlan {
  const read = readPlanFile(path);
  if (read.kind === "plan") return read.plan;
  throw new RigError("input.malformed", `${path}: found a list of faults, expected a whole plan`);
}
