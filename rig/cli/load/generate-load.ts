/** `rig load --bus`: keeps a bus busy to a given share, and measures on the bus what came of it. */

import { setTimeout as sleep } from "node:timers/promises";
import { readInterface } from "../../adapters/socketcan/interface-info.ts";
import { ReplayBuses } from "../../adapters/socketcan/replay-buses.ts";
import { SocketCanBus } from "../../adapters/socketcan/socketcan-bus.ts";
import { type BitRates, frameDurationNs } from "../../core/can/bit-count.ts";
import { bitRatesText } from "../../core/can/bit-rates.ts";
import { parseIdentifierRange } from "../../core/replay/identifiers.ts";
import { type LoadOptions, loadFrames } from "../../core/replay/load-frames.ts";
import { Schedule } from "../../core/replay/schedule.ts";
import { NS_PER_S } from "../../core/time/time.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { plural } from "../../report/text.ts";
import { bitRatesOf } from "../bit-rate-option.ts";
import type { GlobalArguments } from "../command.ts";
import { Interrupts } from "../interrupts.ts";
import { durationNs, wholeNumber } from "../numbers.ts";
import { refuseSeed } from "../options.ts";

export interface GenerateArguments extends GlobalArguments {
  readonly bus: string;
  readonly trace?: string | undefined;
  readonly percent?: string | undefined;
  readonly bitrate?: string | undefined;
  readonly "data-bitrate"?: string | undefined;
  readonly duration?: string | undefined;
  readonly identifiers: string;
  readonly frames: string;
  readonly seed?: string | undefined;
}

/** Without `--duration` the frames of so long come again and again. */
const ROUND_NS = 10 * NS_PER_S;

const SETTLE_MS = 100;

interface Measured {
  readonly bus: string;
  readonly bitrate: string;
  readonly seed: number;
  readonly percent: number;
  readonly sent: number;
  /** Shares of the bus in per cent, from the first frame to the last: of all frames on it, and of
   *  those of others. */
  readonly measuredPercent: number;
  readonly othersPercent: number;
  /** Frames that were lost on the way to the measurement. */
  readonly unheard: number;
  readonly waits: number;
  readonly trouble: string | null;
}

export async function generateLoad(args: GenerateArguments): Promise<ExitCode> {
  if (args.trace !== undefined) {
    throw new RigError("usage.option", "load --bus beside a trace: expected one of the two");
  }
  const info = readInterface(args.bus);
  const given = bitRatesOf(rateText(args));
  const rates = given.get(args.bus) ?? given.get("") ?? info.rates;
  if (rates === null) {
    const text = `the bit rates of ${args.bus} are not known: expected --bitrate 500k, or 500k/2M`;
    throw new RigError("usage.option", text);
  }
  const options = optionsOf(args, rates);
  if (options.format !== "classic" && !info.isFd) {
    const text = `--frames ${args.frames}: ${args.bus} takes classic frames only`;
    throw new RigError("usage.option", text);
  }
  const rounds = args.duration === undefined ? Number.POSITIVE_INFINITY : 1;
  const schedule = new Schedule(loadFrames(options), { busOfChannel: [0], rounds });
  const measured = await measure(args.bus, schedule, options);
  write(args, measured.result);
  if (measured.result.trouble !== null) return EXIT.benchTrouble;
  return measured.isInterrupted && rounds === 1 ? EXIT.interrupted : EXIT.valid;
}

async function measure(bus: string, schedule: Schedule, options: LoadOptions) {
  const interrupts = new Interrupts();
  const meter = new Meter(bus, options.rates);
  const buses = new ReplayBuses([bus]);
  try {
    const played = await buses.play(schedule, interrupts.signal, () => undefined);
    await meter.settled();
    const { sent, waits, trouble } = played;
    const result: Measured = {
      bus,
      bitrate: bitRatesText(options.rates),
      seed: options.seed,
      percent: 100 * options.load,
      sent,
      ...meter.percents(schedule, sent),
      waits,
      trouble: trouble === null ? null : `${bus}: ${trouble.code}`,
    };
    return { result, isInterrupted: interrupts.signal.aborted };
  } finally {
    buses.close();
    meter.close();
    interrupts.stop();
  }
}

/** What a second channel on the bus hears, by the kernel's stamps. */
class Meter {
  readonly #bus: SocketCanBus;
  readonly #rates: BitRates;
  #firstNs: number | null = null;
  #lastNs = 0;

  constructor(name: string, rates: BitRates) {
    this.#rates = rates;
    let originNs: bigint | null = null;
    this.#bus = new SocketCanBus({
      name,
      rates,
      timeOf: (epochNs) => {
        originNs ??= epochNs;
        return Number(epochNs - originNs);
      },
      onTrouble: () => undefined,
    });
    this.#bus.listen((frame, timeNs) => {
      if (frame.error) return;
      this.#firstNs ??= timeNs;
      this.#lastNs = timeNs;
    });
  }

  /** Resolves when what was on the bus until now was heard. */
  async settled(): Promise<void> {
    await sleep(SETTLE_MS);
  }

  percents(schedule: Schedule, sent: number) {
    const { store, periodNs, length } = schedule;
    let ownNs = 0;
    for (let place = 0; place < sent; place++) {
      ownNs += frameDurationNs(store.frame(schedule.index(place)), this.#rates);
    }
    const { busyNs, dropped } = this.#bus.counters();
    // From the first frame to when the next one would be due.
    const spanNs = this.#lastNs - (this.#firstNs ?? 0) + periodNs / length;
    const percent = (ns: number) => Math.round((1e4 * Math.max(0, ns)) / spanNs) / 100;
    const unheard = dropped;
    return { measuredPercent: percent(busyNs), othersPercent: percent(busyNs - ownNs), unheard };
  }

  close(): void {
    this.#bus.close();
  }
}

/** `500k/2M` out of the two options. */
function rateText({ bitrate, "data-bitrate": data }: GenerateArguments): string | undefined {
  return bitrate === undefined || data === undefined ? bitrate : `${bitrate}/${data}`;
}

function optionsOf(args: GenerateArguments, rates: BitRates): LoadOptions {
  const text = args.percent ?? "";
  const percent = /^\d{1,3}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (percent <= 0 || percent > 100) {
    const expected = "expected a number over 0, and at most 100";
    throw new RigError("usage.option", `--percent is "${text}": ${expected}`);
  }
  const ids = parseIdentifierRange(args.identifiers);
  if (ids === null) {
    throw new RigError(
      "usage.option",
      `--identifiers is "${args.identifiers}": expected a range such as 100-1FF`,
    );
  }
  return {
    seed: refuseSeed(wholeNumber("--seed", args.seed) ?? 0),
    rates,
    load: percent / 100,
    durationNs: durationNs("--duration", args.duration) ?? ROUND_NS,
    ids,
    format: args.frames as LoadOptions["format"],
  };
}

function write({ json, quiet }: GenerateArguments, result: Measured): void {
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (!quiet) {
    const { bus, bitrate, percent, sent, measuredPercent, othersPercent, waits, unheard, trouble } =
      result;
    const others = othersPercent > 0 ? `, ${othersPercent} % of it by others` : "";
    process.stdout.write(
      `${bus} (${bitrate}): ${plural(sent, "frame")} for ${percent} %, ` +
        `measured ${measuredPercent} %${others}\n`,
    );
    if (waits > 0) process.stdout.write(`${plural(waits, "wait")} for room in the queue\n`);
    if (unheard > 0) process.stdout.write(`${plural(unheard, "frame")} not measured: lost\n`);
    if (trouble !== null) process.stdout.write(`${trouble}: ended before its time\n`);
  }
}
