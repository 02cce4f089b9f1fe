/** `rig convert`: a trace in any format, written in any other, with what that one can't hold. */

import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTraceFile, type TraceFile } from "../../adapters/store/trace-file.ts";
import { TraceOutputFile } from "../../adapters/store/trace-output.ts";
import { formatForPath, formatNamed, type TraceFormat } from "../../core/trace/index.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { ChannelMap } from "../channel-map.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { TraceConverter } from "../convert/convert-trace.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs } from "../numbers.ts";
import { entryText, readingNotes, tracePath } from "../trace-input.ts";

interface ConvertArguments extends GlobalArguments {
  readonly input: string;
  readonly output: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly "channel-map"?: string | undefined;
  readonly gzip: boolean;
  readonly strict: boolean;
  readonly force: boolean;
}

export const convertCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "convert <input> <output>",
      "Write a trace in another format, and say what that can't hold",
      (args) =>
        args
          .positional("input", {
            type: "string",
            demandOption: true,
            describe: "Trace file in any format, also gzip; - for standard input",
          })
          .positional("output", {
            type: "string",
            demandOption: true,
            describe: "New file; .gz at its end packs it; - for standard output",
          })
          .option("from", { string: true, describe: "Format of the input, instead of by content" })
          .option("to", { string: true, describe: "Format of the output, instead of by ending" })
          .option("channel-map", {
            string: true,
            describe: "Other names for channels: can0=vcan1,2=can0",
          })
          .option("gzip", {
            boolean: true,
            default: false,
            describe: "Pack the output, whatever its name",
          })
          .option("strict", {
            boolean: true,
            default: false,
            describe: "Write nothing if anything would be lost",
          })
          .option("force", {
            boolean: true,
            default: false,
            describe: "Write over a file that exists",
          })
          .example("$0 convert drive.blf drive.log", "BLF to candump")
          .example("$0 convert - - --to asc < drive.trc", "in a pipe"),
      (args) =>
        finish(() =>
          convert({ ...args, input: tracePath(args.input), output: tracePath(args.output) }),
        ),
    );
  },
};

async function convert(args: ConvertArguments): Promise<ExitCode> {
  const limitMs = timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY;
  const channels = new ChannelMap(args["channel-map"]);
  const format = outputFormat(args);
  const from = args.from === undefined ? {} : { format: formatNamed("--from", args.from) };
  const untilMs = performance.now() + limitMs;
  const trace = await openTraceFile(args.input, from);
  const interrupts = new Interrupts();
  const { signal } = interrupts;
  const converter = new TraceConverter({ trace, format, channels, untilMs, signal });
  const whole = { args, trace, format, channels, converter };
  try {
    if (args.strict && args.output === "-") await spool(whole);
    else await write(whole, args.output);
  } finally {
    interrupts.stop();
  }
  report(whole);
  return EXIT.valid;
}

function outputFormat({ to, output, json }: ConvertArguments): TraceFormat {
  if (output === "-" && json) {
    throw new RigError("usage.option", "--json with the trace on standard output: expected a file");
  }
  if (output === "-" && to === undefined) {
    throw new RigError("usage.option", "standard output has no ending: expected --to FORMAT");
  }
  const format = to === undefined ? formatForPath(output) : formatNamed("--to", to);
  if (format.writer !== null) return format;
  throw new RigError("usage.option", `--to ${format.name}: it can be read, not written`);
}

interface Whole {
  readonly args: ConvertArguments;
  readonly trace: TraceFile;
  readonly format: TraceFormat;
  readonly channels: ChannelMap;
  readonly converter: TraceConverter;
}

/** Under its name there is a whole trace or none. */
async function write(whole: Whole, path: string): Promise<void> {
  const { args, converter } = whole;
  const isPacked = args.gzip || /\.gz$/i.test(args.output);
  const file = new TraceOutputFile({ path, isPacked, isForced: args.force });
  try {
    await file.take(converter.bytes());
    const patch = converter.headPatch;
    if (patch !== null) await file.patchHead(patch);
    const lost = args.strict ? lossError(whole) : null;
    if (lost !== null) throw lost;
  } catch (error) {
    file.remove();
    throw error;
  }
  if (converter.error === null) {
    file.finish();
    return;
  }
  const before = countText(whole);
  const place = file.isAtomic ? `is in ${file.partialPath}` : "was written";
  if (args.strict) file.remove();
  report(whole);
  throw withHint(
    converter.error,
    `what came before it, ${before}, ${args.strict ? "is not kept" : place}`,
  );
}

/** For standard output, where nothing can be taken back: by way of a file. */
async function spool(whole: Whole): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rig-convert-"));
  const path = join(folder, "trace");
  try {
    await write(whole, path);
    const bytes = createReadStream(path);
    await new TraceOutputFile({ path: "-", isPacked: false, isForced: true }).take(bytes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lossError({ trace, format, converter }: Whole): RigError | null {
  const lost = [...trace.info.skipped, ...converter.losses];
  if (lost.length === 0 || converter.error !== null) return null;
  const what = lost.map((entry) => entryText(entry, trace.format)).join("; ");
  return new RigError("convert.loss", `${trace.name}: ${format.name} would lose: ${what}`, {
    hint: "nothing is written; without --strict the rest is",
  });
}

function withHint(error: unknown, hint: string): unknown {
  if (!(error instanceof RigError)) return error;
  const { code, message } = error;
  return new RigError(code, message, { hint, cause: error });
}

function countText({ converter: { counts } }: Whole): string {
  const named = [
    [counts.frames, "frame"],
    [counts.errors, "error frame"],
    [counts.overloads, "overload frame"],
    [counts.events, "event"],
  ] as const;
  const texts = named
    .filter(([count], index) => count > 0 || index === 0)
    .map(([count, name]) => `${count} ${name}${count === 1 ? "" : "s"}`);
  return texts.join(", ");
}

/** The sum on stdout, or on stderr where stdout carries the trace; what was lost on stderr. */
function report(whole: Whole): void {
  const { args, trace, format, channels, converter } = whole;
  const { skipped, assumed } = trace.info;
  const unused = channels.unused;
  if (args.json) {
    const read = { file: trace.name, format: trace.format.name, ...converter.counts };
    const written = { file: args.output, format: format.name, isWhole: converter.error === null };
    const { losses } = converter;
    process.stdout.write(
      `${JSON.stringify({ read, written, losses, skipped, assumed, unmapped: unused })}\n`,
    );
    return;
  }
  if (args.quiet) return;
  const out = args.output === "-" ? process.stderr : process.stdout;
  const to = args.output === "-" ? "standard output" : args.output;
  const names = `${trace.name} (${trace.format.title}) to ${to} (${format.title})`;
  if (converter.error === null) out.write(`${names}: ${countText(whole)}\n`);
  const notes = [
    ...readingNotes(trace.name, trace.info, trace.format),
    ...converter.losses.map(
      (entry) => `${to}: ${format.title} can't hold ${entryText(entry, trace.format)}`,
    ),
    ...unused.map((name) => `--channel-map: ${trace.name} has no channel ${name}`),
  ];
  for (const note of notes) process.stderr.write(`rig: ${note}\n`);
}
