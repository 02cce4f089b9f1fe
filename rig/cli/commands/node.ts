/**
 * `rig node`: one node process of level `process`, as the rig itself starts it. It says what it
 * does in JSON lines on standard output, and ends when the hub does.
 */

import type { Argv } from "yargs";
import { connectToHub } from "../../adapters/node/hub-link.ts";
import { NodeJournal } from "../../adapters/node/node-journal.ts";
import { NodeProgram } from "../../adapters/node/node-program.ts";
import { linkToCan } from "../../adapters/socketcan/can-link.ts";
import { readPlanFile } from "../../adapters/store/plan-file.ts";
import { makeNode } from "../../core/consensus/make-node.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { LinkEvent } from "../../ports/bus-link.ts";
import type { Command, GlobalArguments } from "../command.ts";

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
      (args) => finish(() => runNode(args)),
    );
  },
};

async function runNode({ hub, can, node, plan: path, disk }: NodeArguments): Promise<ExitCode> {
  const plan = wholePlan(path);
  if (!Number.isInteger(node) || node < 0 || node >= plan.nodes) {
    throw new RigError("usage.option", `--node ${node}: expected 0 to ${plan.nodes - 1}`);
  }
  if ((hub === undefined) === (can === undefined)) {
    throw new RigError("usage.option", "rig node: expected --hub or --can, one of them");
  }
  const { journal, image } = await NodeJournal.open(disk);
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const boot = image.incarnation;
  const startNs = process.hrtime.bigint();
  let program: NodeProgram | null = null;
  const onEvent = (event: LinkEvent) => program?.handle(event);
  const link =
    can === undefined ? await connectToHub(hub ?? "", node, onEvent) : linkToCan(can, onEvent);
  program = new NodeProgram({
    core: makeNode(plan, node),
    journal,
    link,
    nowNs: () => Number(process.hrtime.bigint() - startNs),
    onRecord: (record) => say({ type: "record", boot, record }),
  });
  program.boot(image);
  say({ type: "ready", boot });
  await link.closed;
  return EXIT.valid;
}

function wholePlan(path: string): RunPlan {
  const read = readPlanFile(path);
  if (read.kind === "plan") return read.plan;
  throw new RigError("input.malformed", `${path}: found a list of faults, expected a whole plan`);
}
