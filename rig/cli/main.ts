#!/usr/bin/env node
/** The `rig` command: reads the command line and hands over to one command. */

import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { EXIT } from "../core/verdict/exit-code.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { Finish } from "./command.ts";
import { checkCommand } from "./commands/check.ts";
import { planCommand } from "./commands/plan.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import { suiteCommand } from "./commands/suite.ts";
import { reportError } from "./exit.ts";
import { VERSION } from "./version.ts";

/** Arguments that may be given more than once; those of the suite only there. */
const MANY: ReadonlySet<string> = new Set(["_", "files", "history"]);
const MANY_OF_SUITE: ReadonlySet<string> = new Set([...MANY, "scenario"]);

const finish: Finish = async (work) => {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = reportError(error);
  }
};

// A reader that has seen enough (`rig check ... | head`) is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.valid);
  throw error;
});

const parser = yargs(hideBin(process.argv))
  .scriptName("rig")
  .usage("$0 <command>: a test rig for CAN-FD nodes that keep data consistent")
  .option("json", { boolean: true, default: false, describe: "JSON alone on stdout" })
  .option("quiet", { boolean: true, default: false, describe: "Say nothing but errors" })
  .option("output-dir", { string: true, default: "results", describe: "Where run folders go" })
  .option("timeout", { string: true, describe: "Longest time to take: seconds, or 90s, 5m, 2h" })
  .strict()
  .demandCommand(1, "expected a command: see `rig --help`")
  .recommendCommands()
  .completion("completion", "Print the completion script for the shell")
  .version(VERSION)
  .wrap(Math.min(100, process.stdout.columns ?? 100))
  .exitProcess(false)
  .check((args) => {
    const many = args._[0] === "suite" ? MANY_OF_SUITE : MANY;
    const twice = Object.keys(args).find((name) => Array.isArray(args[name]) && !many.has(name));
    if (twice !== undefined) throw new RigError("usage.option", `--${twice} is given twice`);
    return true;
  })
  .fail((message, error) => {
    throw error ?? new RigError("usage.option", message);
  });

for (const command of [runCommand, suiteCommand, checkCommand, planCommand, reportCommand]) {
  command.register(parser, finish);
}

try {
  await parser.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
