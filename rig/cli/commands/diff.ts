/** `rig diff`: two traces of any format compared, a replayed one with its capture among them. */

import { openTraceFile, type TraceFile } from "../../adapters/store/trace-file.ts";
import { type DiffOptions, diffTraces, TraceContent } from "../../core/trace-diff/index.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ComparedTrace } from "../../report/diff/compared-trace.ts";
import { diffJson } from "../../report/diff/diff-json.ts";
import { diffText } from "../../report/diff/diff-text.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { dbcNotes, readDbcs } from "../decode/dbc-option.ts";
import { FrameFilter } from "../decode/frame-filter.ts";
import { timeoutMs } from "../numbers.ts";
import { TextOutput } from "../text-output.ts";
import { batchesUntil, readingNotes, tracePath } from "../trace-input.ts";

interface DiffArguments extends GlobalArguments {
  readonly a: string;
  readonly b: string;
  readonly dbc: readonly string[];
  readonly all: boolean;
  readonly "ignore-errors": boolean;
  readonly id?: string | undefined;
  readonly map?: string | undefined;
  readonly "period-tolerance"?: string | undefined;
  readonly encoding?: string | undefined;
}

export const diffCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "diff <a> <b>",
      "Compare two traces of any formats by identifier: exit 0 if nothing but time differs",
      (args) =>
        args
          .positional("a", {
            type: "string",
            demandOption: true,
            describe: "Trace file, also gzip; - for standard input",
          })
          .positional("b", {
            type: "string",
            demandOption: true,
            describe: "The trace that is compared with it",
          })
          .option("dbc", {
            string: true,
            array: true,
            nargs: 1,
            default: [] as string[],
            describe: "DBC file: say which signals differ; can0=FILE; may be given again",
          })
          .option("id", { string: true, describe: "Only these identifiers: 123,18FF50E5" })
          .option("map", {
            string: true,
            describe: "Channels of A with those of B: can0=1,can1=2 [default: by name, else order]",
          })
          .option("period-tolerance", {
            string: true,
            describe: "Periods that differ by more than so many percent count as a difference",
          })
          .option("ignore-errors", {
            boolean: true,
            default: false,
            describe: "Leave out error frames, which a replay does not send",
          })
          .option("all", {
            boolean: true,
            default: false,
            describe: "List identifiers that don't differ, too",
          })
          .option("encoding", {
            string: true,
            describe: "Letters of the DBC files, if neither UTF-8 nor windows-1252: gbk",
          })
          .example("$0 diff sent.log captured.blf", "was all of it sent, and as it was?")
          .example("$0 diff old.asc new.asc --dbc car.dbc", "which signals changed?"),
      (args) =>
        finish(() => {
          const [a, b] = [tracePath(args.a), tracePath(args.b)];
          return diff({ ...args, a, b, dbc: args.dbc.map(String) });
        }),
    );
  },
};

async function diff(args: DiffArguments): Promise<ExitCode> {
  const untilMs = performance.now() + (timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY);
  if (args.a === "-" && args.b === "-") {
    throw new RigError("usage.option", "both traces are -: expected one of them as a file");
  }
  const dbcs = await readDbcs(args.dbc, args.encoding);
  const options: DiffOptions = { dbcs, channels: channelsOf(args.map), ...toleranceOf(args) };
  const filter = new FrameFilter({ ids: args.id }, dbcs);
  const read = async (path: string) => {
    const trace = await openTraceFile(path);
    return { trace, side: await contentOf(trace, { filter, untilMs, args }) };
  };
  const a = await read(args.a);
  const b = await read(args.b);
  const result = diffTraces(a.side.content, b.side.content, options);
  const sides = [a.side, b.side] as const;
  const notes = [a, b].flatMap(({ trace }) => readingNotes(trace.name, trace.info));
  notes.push(...dbcNotes(dbcs));
  const output = new TextOutput(process.stdout);
  if (args.json) output.write(diffJson(result, sides, notes));
  else if (!args.quiet) output.write(diffText(result, sides, { isAll: args.all }));
  await output.flush();
  if (!args.quiet) for (const note of notes) process.stderr.write(`rig: ${note}\n`);
  return result.isDifferent ? EXIT.invalid : EXIT.valid;
}

interface Reading {
  readonly filter: FrameFilter;
  readonly untilMs: number;
  readonly args: DiffArguments;
}

async function contentOf(
  trace: TraceFile,
  { filter, untilMs, args }: Reading,
): Promise<ComparedTrace> {
  const content = new TraceContent();
  for await (const batch of batchesUntil(trace, untilMs)) {
    for (const record of batch) {
      const isFrame = record.kind === "data" || record.kind === "remote";
      const isLeft = isFrame ? !filter.hasId(record) : args["ignore-errors"];
      if (!isLeft || record.kind === "event") content.add(record);
    }
  }
  return { name: trace.name, format: trace.format.name, content };
}

function channelsOf(text: string | undefined): ReadonlyMap<string, string> {
  const pairs = text === undefined ? [] : text.split(",").map((pair) => pair.split("="));
  if (pairs.some((pair) => pair.length !== 2 || pair.includes(""))) {
    throw new RigError("usage.option", `--map is "${text}": expected pairs such as can0=1,can1=2`);
  }
  return new Map(pairs.map(([a, b]) => [a as string, b as string]));
}

function toleranceOf({ "period-tolerance": text }: DiffArguments): DiffOptions {
  if (text === undefined) return {};
  if (!/^\d{1,6}(?:\.\d{1,6})?$/.test(text)) {
    throw new RigError("usage.option", `--period-tolerance is "${text}": expected percent, 5`);
  }
  return { periodTolerance: Number(text) / 100 };
}
