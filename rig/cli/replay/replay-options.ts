/** The options of `rig replay`, and their values as the schedule wants them. */

import type { Argv } from "yargs";
import { type BusChoice, parseBusChoice } from "../../core/replay/channel-map.ts";
import {
  type Identifier,
  type IdentifierRange,
  identifierKey,
  parseIdentifier,
  parseIdentifierRange,
} from "../../core/replay/identifiers.ts";
import type { SelectionOptions } from "../../core/replay/selection.ts";
import { TRACE_FORMATS } from "../../core/trace/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { GlobalArguments } from "../command.ts";
import { durationNs, wholeNumber } from "../numbers.ts";

export interface ReplayArguments extends GlobalArguments {
  readonly trace: string;
  readonly bus: readonly string[];
  readonly format?: string | undefined;
  readonly speed: string;
  readonly loop?: string | undefined;
  readonly pause?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly gap?: string | undefined;
  readonly include?: string | undefined;
  readonly exclude?: string | undefined;
  readonly remap?: string | undefined;
  readonly "to-fd"?: string | undefined;
  readonly "error-frames": boolean;
  readonly bitrate?: string | undefined;
  readonly "dry-run": boolean;
}

const IDENTIFIERS = "such as 123,100-1FF,1F334455";

export function replayOptions(args: Argv<GlobalArguments>) {
  return timeOptions(args)
    .positional("trace", { string: true, demandOption: true, describe: "Trace file; - is stdin" })
    .option("bus", {
      string: true,
      array: true,
      demandOption: true,
      describe: "Interfaces, or CHANNEL=INTERFACE; *=can0 takes all channels",
    })
    .option("format", {
      choices: TRACE_FORMATS.map(({ name }) => name),
      describe: "Instead of the format that the content shows",
    })
    .option("include", { string: true, describe: `Only these identifiers, ${IDENTIFIERS}` })
    .option("exclude", {
      string: true,
      describe: "All but these, such as those of the tested node",
    })
    .option("remap", { string: true, describe: "Other identifiers: 123=456,7FF=1F334455" })
    .option("to-fd", {
      choices: ["plain", "brs"],
      describe: "Classic data frames as FD frames, with or without bit rate switch",
    })
    .option("error-frames", {
      boolean: true,
      default: false,
      describe: "Error frames too, on virtual interfaces",
    })
    .option("bitrate", {
      string: true,
      describe: "500k or 500k/2M, or can0=500k/2M,can1=1M [default: the interface's]",
    })
    .option("dry-run", {
      boolean: true,
      default: false,
      describe: "Say what would be sent, and end",
    });
}

function timeOptions<T>(args: Argv<T>) {
  return args
    .option("speed", { string: true, default: "1", describe: "2 is twice as fast" })
    .option("loop", { string: true, describe: "How often; 0: until Ctrl-C" })
    .option("pause", { string: true, describe: "Pause between two rounds: 500ms, 2s" })
    .option("from", { string: true, describe: "Begin so long after the first record: 10s" })
    .option("to", { string: true, describe: "End so long after the first record" })
    .option("gap", { string: true, describe: "From frame to frame, instead of the stamps: 1ms" });
}

export function selectionOf(args: ReplayArguments): SelectionOptions {
  return {
    fromNs: durationNs("--from", args.from),
    toNs: durationNs("--to", args.to),
    gapNs: durationNs("--gap", args.gap),
    include: ranges("--include", args.include),
    exclude: ranges("--exclude", args.exclude),
    remap: remapOf(args.remap),
    toFd: args["to-fd"] as "plain" | "brs" | undefined,
    errorFrames: args["error-frames"],
  };
}

export interface Pace {
  readonly speed: number;
  readonly rounds: number;
  readonly pauseNs: number;
}

export function paceOf({ speed: text, loop, pause }: ReplayArguments): Pace {
  const speed = /^\d{1,6}(?:\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (speed === 0) {
    throw new RigError("usage.option", `--speed is "${text}": expected a number above 0`);
  }
  const rounds = wholeNumber("--loop", loop) ?? 1;
  return {
    speed,
    rounds: rounds === 0 ? Number.POSITIVE_INFINITY : rounds,
    pauseNs: durationNs("--pause", pause) ?? 0,
  };
}

export function choicesOf(args: ReplayArguments): readonly BusChoice[] {
  return args.bus.flatMap((text) => text.split(",")).map(parseBusChoice);
}

function ranges(option: string, text: string | undefined): IdentifierRange[] | undefined {
  return text?.split(",").map((part) => {
    const range = parseIdentifierRange(part.trim());
    if (range !== null) return range;
    const expected = `expected identifiers of 3 or 8 hexadecimal digits, ${IDENTIFIERS}`;
    throw new RigError("usage.option", `${option} is "${part}": ${expected}`);
  });
}

function remapOf(text: string | undefined): ReadonlyMap<number, Identifier> | undefined {
  if (text === undefined) return undefined;
  return new Map(
    text.split(",").map((part) => {
      const [from, to] = part.split("=").map((each) => parseIdentifier(each.trim()));
      if (from && to) return [identifierKey(from), to];
      throw new RigError("usage.option", `--remap is "${part}": expected pairs such as 123=456`);
    }),
  );
}
