/** `rig assert`: what has to hold of the frames in a trace, or on live interfaces. */

import { type AssertFile, readAssertFile } from "../../adapters/store/assert-file.ts";
import { openTraceFile } from "../../adapters/store/trace-file.ts";
import { Asserter, type AssertionResult, outcomeOf } from "../../core/assert/asserter.ts";
import { EXIT, type ExitCode, exitOfOutcome } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type AssertReport, assertJunit, assertText } from "../../report/assert/assert-report.ts";
import { listen } from "../assert/live-records.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { readDbcs } from "../decode/dbc-option.ts";
import { timeoutMs } from "../numbers.ts";
import { batchesUntil, placeUnit, readingNotes, tracePath } from "../trace-input.ts";
import { writeOutput } from "../write-output.ts";

interface AssertArguments extends GlobalArguments {
  readonly file: string;
  readonly trace?: string | undefined;
  readonly bus?: readonly string[] | undefined;
  readonly duration?: string | undefined;
  readonly dbc: readonly string[];
  readonly "junit-xml"?: string | undefined;
}

export const assertCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "assert <file> [trace]",
      "Check what a file asserts of a trace, or of live interfaces",
      (args) =>
        args
          .positional("file", {
            type: "string",
            demandOption: true,
            describe: "Assertions in YAML: docs/reference/assertions.md",
          })
          .positional("trace", {
            type: "string",
            describe: "Trace file in any format, also gzip; - for standard input",
          })
          .option("bus", {
            string: true,
            array: true,
            nargs: 1,
            describe: "Listen to this interface instead; may be given again",
          })
          .option("duration", {
            string: true,
            describe: "Listen so long: 90s, 5m; otherwise until Ctrl-C",
          })
          .option("dbc", {
            string: true,
            array: true,
            nargs: 1,
            default: [] as string[],
            describe: "DBC file besides those that the file names; may be given again",
          })
          .option("junit-xml", { string: true, describe: "Write the results there for CI servers" })
          .example("$0 assert body.yaml drive.blf --junit-xml junit.xml", "of a recording")
          .example("$0 assert body.yaml --bus can0 --duration 30s", "of a live bus"),
      (args) =>
        finish(() => {
          const { trace } = args;
          const given = trace === undefined ? {} : { trace: tracePath(trace) };
          return check({ ...args, ...given, dbc: args.dbc.map(String) } as AssertArguments);
        }),
    );
  },
};

async function check(args: AssertArguments): Promise<ExitCode> {
  const { trace, bus } = args;
  if ((trace === undefined) === (bus === undefined)) {
    const text = "assert needs one thing to look at: expected a trace or --bus";
    throw new RigError("usage.option", text);
  }
  const durationMs = timeoutMs(args.duration);
  const dbcs = await readDbcs(args.dbc);
  const file = await readAssertFile(args.file, dbcs.sources);
  return trace === undefined ? ofBuses(args, file, durationMs) : ofTrace({ ...args, trace }, file);
}

async function ofTrace(
  args: AssertArguments & { readonly trace: string },
  file: AssertFile,
): Promise<ExitCode> {
  const untilMs = performance.now() + (timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY);
  const trace = await openTraceFile(args.trace);
  const asserter = new Asserter(file.assertions);
  let stopped: unknown = null;
  try {
    for await (const batch of batchesUntil(trace, untilMs)) {
      for (const record of batch) asserter.step(record);
    }
  } catch (error) {
    // Nobody knows what would have followed.
    stopped = error;
    asserter.hole();
  }
  const results = asserter.finish();
  const unit = placeUnit(trace.format);
  const about = { name: file.name, subject: trace.name, frames: asserter.frames, unit };
  report(args, { ...about, results }, readingNotes(trace.name, trace.info, trace.format));
  if (stopped !== null) throw stopped;
  return exitOf(results);
}

async function ofBuses(
  args: AssertArguments,
  { name, assertions }: AssertFile,
  durationMs: number | undefined,
): Promise<ExitCode> {
  const buses = args.bus ?? [];
  const { asserter, end, troubles } = await listen({
    buses,
    durationMs,
    makeAsserter: (start) => new Asserter(assertions, start),
  });
  const results = asserter.finish(end);
  const about = { name, subject: buses.join(", "), frames: asserter.frames, unit: null };
  report(args, { ...about, results }, troubles);
  return exitOf(results);
}

function exitOf(results: readonly AssertionResult[]): ExitCode {
  const outcome = outcomeOf(results);
  return outcome === "valid" ? EXIT.valid : exitOfOutcome(outcome);
}

function report(args: AssertArguments, result: AssertReport, notes: readonly string[]): void {
  const { name, subject, frames, results } = result;
  const path = args["junit-xml"];
  if (path !== undefined) writeOutput(path, assertJunit(result), "JUnit file");
  if (args.json) {
    const outcome = outcomeOf(results);
    const json = { file: args.file, name, subject, outcome, frames, assertions: results, notes };
    process.stdout.write(`${JSON.stringify(json)}\n`);
    return;
  }
  if (args.quiet) return;
  process.stdout.write(assertText(result));
  for (const note of notes) process.stderr.write(`rig: ${note}\n`);
}
