/** `rig replay`: sends a trace of any format onto CAN interfaces, at the times that it has. */

import type { Argv } from "yargs";
import { type Played, ReplayBuses } from "../../adapters/socketcan/replay-buses.ts";
import { bitRatesText } from "../../core/can/bit-rates.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import {
  type ReplayEndText,
  type ReplayPlanText,
  replayEndText,
  replayPlanText,
} from "../../report/replay-report.ts";
import { countText } from "../../report/text.ts";
import { bitRatesOf } from "../bit-rate-option.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs } from "../numbers.ts";
import { makeReplay, type Replay, readInterfaces } from "../replay/load-replay.ts";
import { type LoadedTrace, loadTrace } from "../replay/load-trace.ts";
import {
  choicesOf,
  paceOf,
  type ReplayArguments,
  replayOptions,
  selectionOf,
} from "../replay/replay-options.ts";
import { ProgressLine } from "../terminal.ts";

export const replayCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "replay <trace>",
      "Send a trace onto CAN interfaces, at the times that it has",
      (args: Argv<GlobalArguments>) => replayOptions(args),
      (args) => finish(() => replay(args as unknown as ReplayArguments)),
    );
  },
};

async function replay(args: ReplayArguments): Promise<ExitCode> {
  const pace = paceOf(args);
  const choices = choicesOf(args);
  const rates = bitRatesOf(args.bitrate);
  const options = selectionOf(args);
  const limitMs = timeoutMs(args.timeout);
  const infos = readInterfaces(choices, args["error-frames"]);
  const loaded = await loadTrace(args.trace, options, args.format);
  const interrupts = new Interrupts();
  const buses = new ReplayBuses(infos.map(({ name }) => name));
  try {
    const made = makeReplay(loaded, { choices, infos, buses, rates, pace });
    const plan = planText(loaded, made);
    if (!args.json && !args.quiet) process.stdout.write(replayPlanText(plan));
    if (made.schedule.length === 0) {
      throw new RigError("usage.option", `${loaded.name}: none of its frames can be replayed so`);
    }
    if (args["dry-run"]) {
      if (args.json) process.stdout.write(`${JSON.stringify(plan)}\n`);
      return EXIT.valid;
    }
    const limit = limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)];
    const signal = AbortSignal.any([interrupts.signal, ...limit]);
    const played = await playWithProgress(made, buses, { signal, quiet: args.quiet });
    const end = endText(made, played);
    if (args.json) process.stdout.write(`${JSON.stringify({ ...plan, ...end })}\n`);
    else if (!args.quiet) process.stdout.write(replayEndText(end));
    return exitOf(end, interrupts.signal.aborted);
  } finally {
    buses.close();
    interrupts.stop();
  }
}

async function playWithProgress(
  { schedule }: Replay,
  buses: ReplayBuses,
  { signal, quiet }: { readonly signal: AbortSignal; readonly quiet: boolean },
): Promise<Played> {
  const line = new ProgressLine(quiet);
  const total = Number.isFinite(schedule.total) ? ` of ${countText(schedule.total)}` : "";
  const onProgress = (sent: number) =>
    line.drawText(() => `${countText(sent)}${total} frames sent`);
  try {
    return await buses.play(schedule, signal, onProgress);
  } finally {
    line.erase();
  }
}

function planText({ name, format }: LoadedTrace, made: Replay): ReplayPlanText {
  const { schedule, buses, leftOut, changed } = made;
  return {
    trace: name,
    format,
    buses: buses.map(({ info, channels, frames, rates, feasibility }) => {
      const bitrate = rates === null ? null : bitRatesText(rates);
      return { bus: info.name, channels, frames, bitrate, feasibility };
    }),
    durationNs: schedule.lastNs,
    backwardStamps: schedule.backwardStamps,
    leftOut,
    changed,
  };
}

function endText({ schedule }: Replay, played: Played): ReplayEndText {
  const { sent, lateness, waits, dropped, trouble } = played;
  return {
    sent,
    total: Number.isFinite(schedule.total) ? schedule.total : null,
    lateness: lateness.summary,
    waits,
    dropped,
    trouble: trouble === null ? null : troubleText(trouble.bus, trouble.code),
  };
}

const TROUBLES: Readonly<Record<string, string>> = {
  ENETDOWN: "went down",
  ENODEV: "is gone",
  ENXIO: "is gone",
};

function troubleText(bus: string, code: string): string {
  return `${bus} ${TROUBLES[code] ?? "takes no frames"} (${code}): not all was sent`;
}

/** An end by `--timeout` is a whole replay only where it would have gone on without end. */
function exitOf(end: ReplayEndText, isInterrupted: boolean): ExitCode {
  const { trouble, dropped, sent, total } = end;
  if (trouble !== null) return EXIT.benchTrouble;
  if (isInterrupted) return EXIT.interrupted;
  const isWhole = dropped === 0 && (total === null || sent === total);
  return isWhole ? EXIT.valid : EXIT.unknown;
}
