/** `rig bench`: what an engineer does at a bench by hand. */

import type { Argv } from "yargs";
import { readBenchFile } from "../../adapters/store/bench-file.ts";
import type { ExitCode } from "../../core/verdict/exit-code.ts";
import { type BenchArguments, SWITCHINGS } from "../bench/bench-arguments.ts";
import type { Command, GlobalArguments } from "../command.ts";

type Action = (args: BenchArguments) => Promise<ExitCode>;

/** Each is loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, Action>> = {
  show: async (args) => (await import("../bench/show-action.ts")).showAction(open(args), args),
  lease: async (args) => (await import("../bench/bench-lease.ts")).leaseAction(open(args), args),
  release: async (args) =>
    (await import("../bench/bench-lease.ts")).releaseAction(open(args), args),
  power: async (args) => (await import("../bench/power-action.ts")).powerAction(open(args), args),
};

export const benchCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "bench <action> <file> [switching]",
      "Show a bench, take it for oneself, switch the supplies of its nodes",
      benchOptions,
      (args) => {
        const { action } = args;
        return finish(async () => (await ACTIONS[action]?.(args as BenchArguments)) ?? 0);
      },
    );
  },
};

function benchOptions(args: Argv<GlobalArguments>) {
  return args
    .positional("action", { choices: Object.keys(ACTIONS), demandOption: true })
    .positional("file", { string: true, demandOption: true, describe: "Bench file" })
    .positional("switching", {
      choices: SWITCHINGS,
      default: "state" as const,
      describe: "Of power",
    })
    .option("node", {
      string: true,
      array: true,
      describe: "A node by its name, again for more [default: all]",
    })
    .option("wait", { string: true, describe: "How long to wait for a bench that is busy" })
    .option("for", { string: true, describe: "lease: for how long [default: the file's expiry]" })
    .option("purpose", { string: true, describe: "lease: what others are told that it is for" })
    .option("force", {
      boolean: true,
      default: false,
      describe: "release: also the lease of somebody else; it is logged",
    })
    .example("$0 bench power bench.yaml cycle --node ecu0", "a power cycle of one node")
    .example("$0 bench lease bench.yaml --for 2h", "nobody else's rig works at it meanwhile");
}

function open({ file }: BenchArguments) {
  return readBenchFile(file);
}
