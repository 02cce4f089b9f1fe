/** `rig capture`: records CAN interfaces to a trace file, all at once. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Argv } from "yargs";
import { CanChannel } from "../../adapters/socketcan/can-channel.ts";
import { traceRecordOf } from "../../adapters/socketcan/trace-records.ts";
import { TraceFiles } from "../../adapters/store/trace-files.ts";
import {
  formatForPath,
  formatNamed,
  hasTraceEnding,
  TRACE_FORMATS,
  type TraceFormat,
  type TraceRecord,
} from "../../core/trace/index.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { BUSES } from "../buses-option.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs, wholeNumber } from "../numbers.ts";

interface CaptureArguments extends GlobalArguments {
  readonly bus: readonly string[];
  readonly output?: string | undefined;
  readonly format?: string | undefined;
  readonly duration?: string | undefined;
  readonly "rotate-bytes"?: string | undefined;
  readonly "rotate-time"?: string | undefined;
}

const FLUSH_MS = 100;
const WRITABLE = TRACE_FORMATS.filter(({ writer }) => writer !== null).map(({ name }) => name);

export const captureCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "capture",
      "Record CAN interfaces to a trace file, until Ctrl-C",
      (args: Argv<GlobalArguments>) =>
        args
          .option("bus", BUSES)
          .option("output", { string: true, describe: "File; otherwise a name with the date" })
          .option("format", {
            choices: WRITABLE,
            describe: "What the file is to be [default: by its ending, else candump]",
          })
          .option("duration", { string: true, describe: "End after that time: 90s, 5m, 2h" })
          .option("rotate-bytes", { string: true, describe: "A new file after so many bytes" })
          .option("rotate-time", { string: true, describe: "A new file after that time" }),
      (args) => finish(() => capture(args as CaptureArguments)),
    );
  },
};

function formatOf({ format, output }: CaptureArguments): TraceFormat {
  if (format !== undefined) return formatNamed("--format", format);
  if (output?.endsWith(".gz")) {
    throw new RigError("usage.option", `--output ${output}: expected a name without .gz`);
  }
  if (output === undefined || !hasTraceEnding(output)) return formatNamed("--format", "candump");
  return formatForPath(output, "--format");
}

/** What one interface brought. */
interface Tally {
  frames: number;
  errorFrames: number;
}

async function capture(args: CaptureArguments): Promise<ExitCode> {
  const format = formatOf(args);
  const durationMs = timeoutMs(args.duration);
  const rotateMs = timeoutMs(args["rotate-time"]);
  const path = args.output ?? defaultName(format);
  const rotateBytes = wholeNumber("--rotate-bytes", args["rotate-bytes"]);
  const interrupts = new Interrupts();
  const channels = new Map<string, CanChannel>();
  const tallies = new Map<string, Tally>(
    args.bus.map((name) => [name, { frames: 0, errorFrames: 0 }]),
  );
  const troubles: string[] = [];
  let files: TraceFiles | null = null;
  const write = (record: TraceRecord) => files?.write(record);
  try {
    for (const name of args.bus) {
      channels.set(name, openChannel(name, { write, tallies, troubles }));
    }
    // Frames come by the event loop: none is there yet. Who sees the file knows that it is on.
    files = new TraceFiles({ path, format, rotateBytes });
    const startMs = performance.now();
    let rotatedMs = startMs;
    while (!interrupts.signal.aborted) {
      await sleep(FLUSH_MS, undefined, { signal: interrupts.signal }).catch(() => undefined);
      files.flush();
      const nowMs = performance.now();
      if (durationMs !== undefined && nowMs - startMs >= durationMs) break;
      if (rotateMs !== undefined && nowMs - rotatedMs >= rotateMs) {
        files.rotate();
        rotatedMs = nowMs;
      }
    }
  } finally {
    for (const channel of channels.values()) channel.close();
    files?.close();
    interrupts.stop();
  }
  return report(args, { paths: files?.paths ?? [], tallies, troubles, channels });
}

interface Captured {
  readonly write: (record: TraceRecord) => void;
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly troubles: string[];
}

function openChannel(name: string, { write, tallies, troubles }: Captured): CanChannel {
  const tally = tallies.get(name) as Tally;
  return new CanChannel({
    name,
    onFrame: (received) => {
      if (received.frame.error) tally.errorFrames++;
      else tally.frames++;
      write(traceRecordOf(name, received));
    },
    onTrouble: (code) => {
      const what = code === "ENETDOWN" ? "went down; it is waited for" : "is gone";
      troubles.push(`${name} ${what}`);
      process.stderr.write(`rig: ${name} ${what} (${code})\n`);
    },
  });
}

/** Frames that were lost make the capture less than a record of the bus: exit code 2. */
function report(
  { json, quiet }: CaptureArguments,
  captured: Omit<Captured, "write"> & {
    readonly paths: readonly string[];
    readonly channels: ReadonlyMap<string, CanChannel>;
  },
): ExitCode {
  const { paths, tallies, troubles, channels } = captured;
  const buses = [...tallies].map(([name, tally]) => {
    const channel = channels.get(name) as CanChannel;
    return { bus: name, ...tally, lost: channel.lost, flagsKnown: channel.knowsAll };
  });
  if (json) {
    process.stdout.write(`${JSON.stringify({ files: paths, buses, troubles })}\n`);
  } else if (!quiet) {
    for (const { bus, frames, errorFrames, lost, flagsKnown } of buses) {
      const flags = flagsKnown ? "" : "; FD, BRS and ESI unknown: the addon is not built";
      const counts = `${frames} frames, ${errorFrames} error frames, ${lost} lost`;
      process.stdout.write(`${bus}: ${counts}${flags}\n`);
    }
    process.stdout.write(`${paths.join("\n")}\n`);
  }
  return buses.some(({ lost }) => lost > 0) ? EXIT.unknown : EXIT.valid;
}

function defaultName({ extensions }: TraceFormat): string {
  const [ending] = extensions;
  if (ending === undefined) throw new RigError("usage.option", "--output: expected a file name");
  return `capture-${new Date().toISOString().replace(/[-:]|\..*/g, "")}${ending}`;
}
