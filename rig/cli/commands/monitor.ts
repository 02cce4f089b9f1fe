/** `rig monitor`: what is on CAN interfaces now, an identifier a line. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Argv } from "yargs";
import { CanChannel } from "../../adapters/socketcan/can-channel.ts";
import { readInterface } from "../../adapters/socketcan/interface-info.ts";
import { type BitRates, frameDurationNs } from "../../core/can/bit-count.ts";
import type { DbcSet } from "../../core/dbc/index.ts";
import { decodeMessage, labelOf, physicalText } from "../../core/dbc/index.ts";
import { type TrafficRow, TrafficTable } from "../../core/monitor/traffic-table.ts";
import { identifierText } from "../../core/replay/identifiers.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import {
  type MonitoredBus,
  type MonitorView,
  monitorLines,
  monitorScreen,
} from "../../report/monitor-text.ts";
import { bitRatesOf } from "../bit-rate-option.ts";
import { BUSES } from "../buses-option.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { readDbcs } from "../decode/dbc-option.ts";
import { Interrupts } from "../interrupts.ts";
import { durationNs, timeoutMs } from "../numbers.ts";
import { styleFor } from "../terminal.ts";

interface MonitorArguments extends GlobalArguments {
  readonly bus: readonly string[];
  readonly dbc: readonly string[];
  readonly interval?: string | undefined;
  readonly bitrate?: string | undefined;
}

const SCREEN_MS = 250;
const LINES_MS = 1000;

export const monitorCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "monitor",
      "Show what is on CAN interfaces now, an identifier a line, until Ctrl-C",
      (args: Argv<GlobalArguments>) =>
        args
          .option("bus", BUSES)
          .option("dbc", {
            string: true,
            array: true,
            nargs: 1,
            default: [] as string[],
            describe: "DBC file that gives names and values; can0=FILE for one interface",
          })
          .option("interval", {
            string: true,
            describe: "From picture to picture [default: 250ms; 1s where it is no terminal]",
          })
          .option("bitrate", {
            string: true,
            describe: "For the load: 500k or 500k/2M, or can0=500k/2M [default: the interface's]",
          }),
      (args) => finish(() => monitor({ ...args, dbc: args.dbc.map(String) })),
    );
  },
};

async function monitor(args: MonitorArguments): Promise<ExitCode> {
  const isScreen = process.stdout.isTTY === true && !args.json;
  const intervalNs = durationNs("--interval", args.interval);
  const everyMs =
    intervalNs === undefined ? (isScreen ? SCREEN_MS : LINES_MS) : intervalNs / NS_PER_MS;
  const limitMs = timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY;
  const dbcs = await readDbcs(args.dbc);
  const given = bitRatesOf(args.bitrate);
  const table = new TrafficTable();
  const interrupts = new Interrupts();
  const buses: WatchedBus[] = [];
  try {
    for (const name of args.bus) {
      const rates = given.get(name) ?? given.get("") ?? readInterface(name).rates;
      buses.push(new WatchedBus(name, table, rates));
    }
    const startMs = performance.now();
    while (!interrupts.signal.aborted && performance.now() - startMs < limitMs) {
      await sleep(everyMs, undefined, { signal: interrupts.signal }).catch(() => undefined);
      show(args, { table, buses, dbcs, isScreen });
    }
  } finally {
    for (const bus of buses) bus.close();
    interrupts.stop();
  }
  return buses.some(({ lost }) => lost > 0) ? EXIT.unknown : EXIT.valid;
}

/** One interface, and what it brought. */
class WatchedBus {
  readonly #name: string;
  readonly #channel: CanChannel;
  readonly #rates: BitRates | null;
  #frames = 0;
  #errorFrames = 0;
  #busyNs = 0;
  #trouble: string | null = null;
  #lookedNs = process.hrtime.bigint();

  constructor(name: string, table: TrafficTable, rates: BitRates | null) {
    this.#name = name;
    this.#rates = rates;
    let firstNs: bigint | null = null;
    this.#channel = new CanChannel({
      name,
      onFrame: ({ frame, epochNs }) => {
        this.#trouble = null;
        if (frame.error) {
          this.#errorFrames++;
          return;
        }
        firstNs ??= epochNs;
        this.#frames++;
        if (rates !== null) this.#busyNs += frameDurationNs(frame, rates);
        table.observe(name, frame, Number(epochNs - firstNs));
      },
      onTrouble: (code) => {
        this.#trouble = code === "ENETDOWN" ? "down" : `gone (${code})`;
      },
    });
  }

  get lost(): number {
    return this.#channel.lost;
  }

  /** The figures; the load is of the time since the last look. */
  look(): MonitoredBus {
    const nowNs = process.hrtime.bigint();
    const load = this.#busyNs / Math.max(1, Number(nowNs - this.#lookedNs));
    this.#lookedNs = nowNs;
    this.#busyNs = 0;
    return {
      bus: this.#name,
      frames: this.#frames,
      errorFrames: this.#errorFrames,
      lost: this.lost,
      load: this.#rates === null ? null : load,
      trouble: this.#trouble,
    };
  }

  close(): void {
    this.#channel.close();
  }
}

interface Shown {
  readonly table: TrafficTable;
  readonly buses: readonly WatchedBus[];
  readonly dbcs: DbcSet;
  readonly isScreen: boolean;
}

function show({ json }: MonitorArguments, { table, buses, dbcs, isScreen }: Shown): void {
  const view: MonitorView = {
    buses: buses.map((bus) => bus.look()),
    rows: table.takeRows(),
    unlisted: table.unlisted,
    meaning: (row) => meaningOf(dbcs, row),
  };
  if (json) process.stdout.write(`${JSON.stringify(jsonOf(view))}\n`);
  else if (isScreen) {
    const { columns, rows } = process.stdout;
    const size = { columns: columns ?? 80, lines: rows ?? 24 };
    const lines = monitorScreen(view, size, styleFor(process.stdout));
    // To the upper left corner, each line and what is below erased as it is written.
    process.stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
  } else process.stdout.write(`${monitorLines(view).join("\n")}\n\n`);
}

/** `EngineData  Speed = 12.5 km/h`; null where no file knows the identifier. */
function meaningOf(dbcs: DbcSet, { bus, id, extended, frame }: TrafficRow): string | null {
  const message = dbcs.find(bus, id, extended);
  if (message === undefined || frame.remote) return message?.name ?? null;
  const values = decodeMessage(message, frame.data).values.map((value) => {
    const { name, unit } = value.signal;
    const label = labelOf(value);
    return `${name} = ${label ?? `${physicalText(value)}${unit === "" ? "" : ` ${unit}`}`}`;
  });
  return [message.name, values.join(", ")].filter((text) => text !== "").join("  ");
}

function jsonOf({ buses, rows, unlisted, meaning }: MonitorView) {
  return {
    buses,
    unlisted,
    identifiers: rows.map((row) => ({
      bus: row.bus,
      id: identifierText(row.frame),
      fd: row.frame.fd,
      count: row.count,
      fresh: row.fresh,
      periodNs: row.periodNs === null ? null : Math.round(row.periodNs),
      data: Buffer.from(row.frame.data).toString("hex"),
      changed: row.changed.flatMap((isChanged, at) => (isChanged ? [at] : [])),
      ...(meaning(row) === null ? {} : { meaning: meaning(row) }),
    })),
  };
}
