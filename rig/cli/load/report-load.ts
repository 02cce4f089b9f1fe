/** `rig load TRACE`: how busy the bus was in a trace, and how its frames follow each other. */

import { openTraceFile, type TraceFile } from "../../adapters/store/trace-file.ts";
import type { LoadOptions } from "../../core/timing/channel-load.ts";
import { TraceLoad, type TraceLoadFigures } from "../../core/timing/trace-load.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { loadText } from "../../report/load/load-text.ts";
import type { GlobalArguments } from "../command.ts";
import { timeoutMs, wholeNumber } from "../numbers.ts";
import { batchesUntil, entryText, placeUnit, readingNotes } from "../trace-input.ts";

export interface LoadReportArguments extends GlobalArguments {
  readonly trace: string;
  readonly bitrate?: string | undefined;
  readonly "data-bitrate"?: string | undefined;
  readonly window?: string | undefined;
  readonly ids?: string | undefined;
}

/** What most buses in cars run at. */
const NOMINAL_BPS = 500_000;
const DATA_BPS = 2_000_000;
const WINDOW_MS = 100;
const IDS_SHOWN = 40;

export async function reportLoad(args: LoadReportArguments): Promise<ExitCode> {
  const limitMs = timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY;
  const options = optionsOf(args);
  const idsMax = wholeNumber("--ids", args.ids) ?? IDS_SHOWN;
  const untilMs = performance.now() + limitMs;
  const trace = await openTraceFile(args.trace);
  const load = new TraceLoad(options);
  let stopped: unknown = null;
  try {
    for await (const batch of batchesUntil(trace, untilMs)) {
      for (const record of batch) load.add(record);
    }
  } catch (error) {
    // What came before it is still worth knowing.
    stopped = error;
  }
  const whole = { args, trace, options, figures: load.figures, isWhole: stopped === null };
  if (args.json) process.stdout.write(`${JSON.stringify(jsonOf(whole))}\n`);
  else if (!args.quiet) process.stdout.write(textOf(whole, idsMax));
  if (stopped !== null) throw stopped;
  return EXIT.valid;
}

function optionsOf(args: LoadReportArguments): LoadOptions {
  const nominal = bitrate("--bitrate", args.bitrate) ?? NOMINAL_BPS;
  const data = bitrate("--data-bitrate", args["data-bitrate"]) ?? Math.max(nominal, DATA_BPS);
  const windowMs = args.window === undefined ? WINDOW_MS : windowOf(args.window);
  if (data < nominal) {
    const text = `--data-bitrate is ${data}: expected no less than --bitrate, ${nominal}`;
    throw new RigError("usage.option", text);
  }
  const rates = { nominalBitrateBps: nominal, dataBitrateBps: data };
  return { rates, windowNs: windowMs * 1e6 };
}

/** `500000`, `500k`, `2M`. */
function bitrate(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text);
  const unit = match?.[2] === "k" ? 1e3 : match?.[2] === "M" ? 1e6 : 1;
  const bps = match === null ? 0 : Math.round(Number(match[1]) * unit);
  if (bps >= 1000 && bps <= 20_000_000) return bps;
  const expected = "expected bits a second from 1k to 20M: 500000, 500k or 2M";
  throw new RigError("usage.option", `${option} is "${text}": ${expected}`);
}

function windowOf(text: string): number {
  try {
    return timeoutMs(text) ?? WINDOW_MS;
  } catch {
    throw new RigError("usage.option", `--window is "${text}": expected a time: 10ms, 1s`);
  }
}

interface Whole {
  readonly args: LoadReportArguments;
  readonly trace: TraceFile;
  readonly options: LoadOptions;
  readonly figures: TraceLoadFigures;
  readonly isWhole: boolean;
}

function jsonOf({ trace, options, figures, isWhole }: Whole): object {
  const { rates, windowNs } = options;
  const { skipped, assumed } = trace.info;
  const read = { file: trace.name, format: trace.format.name, isWhole, skipped, assumed };
  return { ...read, ...rates, windowNs, ...figures };
}

function textOf({ args, trace, options, figures }: Whole, idsMax: number): string {
  const { rates, windowNs } = options;
  const isGiven = args.bitrate !== undefined;
  const assumed = isGiven ? "" : " (assumed: give --bitrate and --data-bitrate)";
  const head =
    `${trace.name}: ${trace.format.title}, at ${rateText(rates.nominalBitrateBps)}, ` +
    `data ${rateText(rates.dataBitrateBps)}${assumed}\n`;
  const unit = placeUnit(trace.format);
  const channels = figures.channels.map(({ channel, ...rest }) =>
    loadText({ channel, figures: rest, windowNs, unit, idsMax }),
  );
  const notes = [
    ...figures.notes.map((entry) => entryText(entry, trace.format)),
    ...readingNotes(trace.name, trace.info, trace.format),
  ];
  const body = channels.length === 0 ? ["no frames\n"] : channels;
  const foot = notes.length === 0 ? "" : `\n${notes.map((note) => `note: ${note}\n`).join("")}`;
  return `${head}\n${body.join("\n")}${foot}`;
}

function rateText(bps: number): string {
  return bps >= 1e6 ? `${bps / 1e6} Mbit/s` : `${bps / 1e3} kbit/s`;
}
