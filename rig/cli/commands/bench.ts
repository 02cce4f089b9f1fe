/** `rig bench`: what an engineer does at a bench by hand. */

import type { Argv } from "yargs";
import { readBenchFile } from "../../adapters/store/bench-file.ts";
import type { ExitCode } from "../../core/verdict/exit-code.ts";
import { type BenchArguments, SWITCHINGS } from "../bench/bench-arguments.ts";
import type { Command, GlobalArguments } from "../command.ts";

type Action = (args: BenchArguments) => Promise<ExitCode>;

/** Each is loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, Action>> = {
  list: async (args) => (await import("../bench/list-action.ts")).listAction(args),
  scan: async (args) => (await import("../bench/scan-action.ts")).scanAction(args),
  show: async (args) => (await import("../bench/show-action.ts")).showAction(open(args), args),
  lease: async (args) => (await import("../bench/bench-lease.ts")).leaseAction(open(args), args),
  release: async (args) =>
    (await import("../bench/bench-lease.ts")).releaseAction(open(args), args),
  clear: async (args) => (await import("../bench/clear-action.ts")).clearAction(open(args), args),
  power: async (args) => (await import("../bench/power-action.ts")).powerAction(open(args), args),
  reset: async (args) => (await import("../bench/reset-action.ts")).resetAction(open(args), args),
  flash: async (args) => (await import("../bench/flash-action.ts")).flashAction(open(args), args),
  inject: async (args) =>
    (await import("../bench/inject-action.ts")).injectAction(open(args), args),
  console: async (args) =>
    (await import("../bench/console-action.ts")).consoleAction(open(args), args),
};

export const benchCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "bench <action> <file> [switching]",
      "Work at a bench by hand: supplies, resets, consoles, its lease",
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
    .positional("file", {
      string: true,
      demandOption: true,
      describe: "Bench file; of list, a folder too",
    })
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
    .option("for", { string: true, describe: "lease, inject: for how long" })
    .option("purpose", { string: true, describe: "lease: what others are told that it is for" })
    .option("force", {
      boolean: true,
      default: false,
      describe: "release: also the lease of somebody else, which is logged; scan: over a file",
    })
    .option("injector", { string: true, describe: "inject: its name in the bench file" })
    .option("image", { string: true, describe: "flash: the file, RIG_IMAGE to the command" })
    .option("log", { string: true, describe: "console: folder for console-NODE.log, too" })
    .option("port", { string: true, array: true, describe: "scan: a port, again for more" })
    .option("offline", {
      boolean: true,
      default: false,
      describe: "show: what the file says, without asking the devices",
    })
    .example("$0 bench power bench.yaml cycle --node ecu0", "a power cycle of one node")
    .example("$0 bench console bench.yaml --log logs", "all consoles, side by side")
    .example("$0 bench lease bench.yaml --for 2h", "nobody else's rig works at it meanwhile");
}

function open({ file }: BenchArguments) {
  return readBenchFile(file);
}
