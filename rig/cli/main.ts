#!/usr/bin/env node
/** The `rig` command: reads the command line and hands over to one command. */

import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { EXIT } from "../core/verdict/exit-code.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { Command, Finish } from "./command.ts";
import { reportError } from "./exit.ts";
import { VERSION } from "./version.ts";

/** In the order of `--help`. Each is loaded when it is asked for: loading all takes 0.2 s. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./commands/run.ts")).runCommand,
  suite: async () => (await import("./commands/suite.ts")).suiteCommand,
  sim: async () => (await import("./commands/sim.ts")).simCommand,
  serve: async () => (await import("./commands/serve.ts")).serveCommand,
  check: async () => (await import("./commands/check.ts")).checkCommand,
  plan: async () => (await import("./commands/plan.ts")).planCommand,
  report: async () => (await import("./commands/report.ts")).reportCommand,
  convert: async () => (await import("./commands/convert.ts")).convertCommand,
  decode: async () => (await import("./commands/decode.ts")).decodeCommand,
  diff: async () => (await import("./commands/diff.ts")).diffCommand,
  download: async () => (await import("./commands/download.ts")).downloadCommand,
  history: async () => (await import("./commands/history.ts")).historyCommand,
  assert: async () => (await import("./commands/assert.ts")).assertCommand,
  load: async () => (await import("./commands/load.ts")).loadCommand,
  capture: async () => (await import("./commands/capture.ts")).captureCommand,
  replay: async () => (await import("./commands/replay.ts")).replayCommand,
  monitor: async () => (await import("./commands/monitor.ts")).monitorCommand,
  bench: async () => (await import("./commands/bench.ts")).benchCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  node: async () => (await import("./commands/node.ts")).nodeCommand,
  vm: async () => (await import("./commands/vm.ts")).vmCommand,
};

/** Arguments that may be given more than once; those of the suite only there. */
const ORIGINS = ["allow-origin", "allowOrigin"];
const MANY: ReadonlySet<string> = new Set(["_", ...ORIGINS, "bus", "dbc", "files", "history"]);
const MANY_OF_BENCH: ReadonlySet<string> = new Set([...MANY, "node", "port"]);
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

const words = wordsOf(hideBin(process.argv));

const parser = yargs(words)
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
    const many = { suite: MANY_OF_SUITE, bench: MANY_OF_BENCH }[String(args._[0])] ?? MANY;
    const twice = Object.keys(args).find((name) => Array.isArray(args[name]) && !many.has(name));
    if (twice !== undefined) throw new RigError("usage.option", `--${twice} is given twice`);
    return true;
  })
  .fail((message, error) => {
    throw error ?? new RigError("usage.option", message);
  });

/** Among many files yargs takes a lone dash for an option without a name. */
function wordsOf(given: readonly string[]): string[] {
  const isCheck = given.find((word) => !word.startsWith("-")) === "check";
  return given.map((word) => (isCheck && word === "-" ? "/dev/stdin" : word));
}

interface YargsInternals {
  getInternalMethods?(): { getUsageInstance?(): { cacheHelpMessage?: () => void } };
}

/**
 * yargs lays out the help of each command that it carries out, for handlers that show it late.
 * None of ours does, and it takes a quarter of the time of a small file.
 */
function keepHelpForLater(yargs: YargsInternals): void {
  const usage = yargs.getInternalMethods?.().getUsageInstance?.();
  if (usage?.cacheHelpMessage !== undefined) usage.cacheHelpMessage = () => {};
}

/**
 * Every command that the words may mean; all of them where the first word is none, so that the
 * help, the completion and the guess at a mistyped name know them all.
 */
function commandsOf(words: readonly string[]): string[] {
  const names = Object.keys(COMMANDS);
  const first = words.find((word) => !word.startsWith("-"));
  if (first === undefined || !Object.hasOwn(COMMANDS, first)) return names;
  return names.filter((name) => words.includes(name));
}

try {
  const wanted = commandsOf(words).map((name) => COMMANDS[name]?.());
  for (const command of await Promise.all(wanted)) command?.register(parser, finish);
  keepHelpForLater(parser as YargsInternals);
  await parser.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
