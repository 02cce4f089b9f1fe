/** `rig decode`: the signals of the frames in a trace, by DBC files. */

import { openTraceFile, type TraceFile } from "../../adapters/store/trace-file.ts";
import type { DbcSet } from "../../core/dbc/index.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { DecodeCsv } from "../../report/decode/decode-csv.ts";
import { DecodeJson } from "../../report/decode/decode-json.ts";
import { DecodeTable } from "../../report/decode/decode-table.ts";
import { DecodeTally, tallyJson, tallyText } from "../../report/decode/decode-tally.ts";
import type { DecodedFrame, RowWriter } from "../../report/decode/decoded-frame.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { dbcNotes, readDbcs } from "../decode/dbc-option.ts";
import { decodeTrace, type FrameSink } from "../decode/decode-trace.ts";
import { FrameFilter } from "../decode/frame-filter.ts";
import { PlotSink } from "../decode/plot-sink.ts";
import { timeoutMs } from "../numbers.ts";
import { TextOutput } from "../text-output.ts";
import { readingNotes, tracePath } from "../trace-input.ts";
import { writeOutput } from "../write-output.ts";

const FORMATS = ["table", "csv", "jsonl"] as const;

interface DecodeArguments extends GlobalArguments {
  readonly trace: string;
  readonly dbc: readonly string[];
  readonly format?: (typeof FORMATS)[number] | undefined;
  readonly id?: string | undefined;
  readonly message?: string | undefined;
  readonly signals?: string | undefined;
  readonly plot?: string | undefined;
  readonly encoding?: string | undefined;
}

export const decodeCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "decode <trace>",
      "Decode the frames of a trace in any format by DBC files",
      (args) =>
        args
          .positional("trace", {
            type: "string",
            demandOption: true,
            describe: "Trace file, also gzip; - for standard input",
          })
          .option("dbc", {
            string: true,
            array: true,
            nargs: 1,
            default: [] as string[],
            describe: "DBC file; can0=FILE for the frames of one channel; may be given again",
          })
          .option("format", {
            choices: FORMATS,
            describe: "Rows on stdout: table (default), csv, or jsonl (JSON lines)",
          })
          .option("id", { string: true, describe: "Only these identifiers: 123,18FF50E5" })
          .option("message", { string: true, describe: "Only these messages: A,B*" })
          .option("signals", {
            alias: "signal",
            string: true,
            describe: "Only these signals: Speed,Motor.Temp*",
          })
          .option("plot", {
            string: true,
            describe: "SVG file with the chosen signals over time, instead of rows",
          })
          .option("encoding", {
            string: true,
            describe: "Letters of the DBC files, if neither UTF-8 nor windows-1252: gbk",
          })
          .example("$0 decode trace.asc --dbc car.dbc", "a line a frame")
          .example("$0 decode a.log --dbc car.dbc --signals Speed --plot speed.svg", "a picture"),
      (args) =>
        finish(() => decode({ ...args, trace: tracePath(args.trace), dbc: args.dbc.map(String) })),
    );
  },
};

async function decode(args: DecodeArguments): Promise<ExitCode> {
  const limitMs = timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY;
  checkOptions(args);
  const untilMs = performance.now() + limitMs;
  const dbcs = await readDbcs(args.dbc, args.encoding);
  const { id: ids, message: messages, signals } = args;
  const filter = new FrameFilter({ ids, messages, signals }, dbcs);
  const trace = await openTraceFile(args.trace);
  const tally = new DecodeTally();
  const output = args.plot === undefined ? rowOutput(args, dbcs) : plotOutput(args.plot, trace);
  let stopped: unknown = null;
  try {
    await decodeTrace({ trace, dbcs, filter, tally, sink: output.sink, untilMs });
  } catch (error) {
    // What was read before stands, and its sum is worth knowing.
    stopped = error;
  }
  if (stopped === null) output.finish();
  const notes = [...dbcNotes(dbcs), ...readingNotes(trace.name, trace.info, trace.format)];
  await writeSummary(args, { tally, dbcs, notes });
  if (stopped !== null) throw stopped;
  return EXIT.valid;
}

function checkOptions({ dbc, plot, signals, format }: DecodeArguments): void {
  const problem =
    dbc.length === 0
      ? "decode has no DBC file: expected --dbc FILE"
      : plot !== undefined && signals === undefined
        ? "--plot needs to know what to draw: expected --signals A,B"
        : plot !== undefined && format !== undefined
          ? "--plot makes a picture instead of rows: expected it without --format"
          : plot !== undefined && !/\.svg$/i.test(plot)
            ? `--plot is "${plot}": expected a name that ends with .svg`
            : null;
  if (problem !== null) throw new RigError("usage.option", problem);
}

interface Output {
  readonly sink: FrameSink;
  finish(): void;
}

function rowOutput(args: DecodeArguments, dbcs: DbcSet): Output {
  const rows = rowsOf(args, dbcs);
  const output = new TextOutput(process.stdout);
  output.write(rows.head);
  return {
    sink: {
      frame: (frame: DecodedFrame) => output.write(rows.row(frame)),
      flush: () => output.flush(),
    },
    finish: () => {},
  };
}

function rowsOf(args: DecodeArguments, dbcs: DbcSet): RowWriter {
  switch (formatOf(args)) {
    case "csv":
      return new DecodeCsv();
    case "jsonl":
      return new DecodeJson();
    default:
      return new DecodeTable(dbcs.messages);
  }
}

function formatOf({ format, json }: DecodeArguments): (typeof FORMATS)[number] {
  if (json && format !== undefined && format !== "jsonl") {
    throw new RigError("usage.option", `--json with --format ${format}: expected one of them`);
  }
  return json ? "jsonl" : (format ?? "table");
}

function plotOutput(path: string, trace: TraceFile): Output {
  const sink = new PlotSink(trace.name);
  return {
    sink,
    finish: () => writeOutput(path, sink.svg(trace.info), "plot"),
  };
}

interface Summary {
  readonly tally: DecodeTally;
  readonly dbcs: DbcSet;
  readonly notes: readonly string[];
}

/** Below a table; apart from rows that a program reads; as an object with `--json`. */
async function writeSummary(args: DecodeArguments, summary: Summary): Promise<void> {
  const { tally, dbcs, notes } = summary;
  const stdout = new TextOutput(process.stdout);
  if (args.json) stdout.write(tallyJson(tally, notes));
  else if (!args.quiet) {
    const foot = tallyText(tally, dbcs.messages);
    const isTable = args.plot === undefined && formatOf(args) === "table";
    if (isTable) stdout.write(`\n${foot}`);
    else process.stderr.write(foot);
  }
  await stdout.flush();
  if (!args.quiet) for (const note of notes) process.stderr.write(`rig: ${note}\n`);
}
