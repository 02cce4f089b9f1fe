/** `rig bench`: what an engineer does at a bench by hand. */

import { createInterface } from "node:readline/promises";
import type { Argv } from "yargs";
import { readBenchFile } from "../../adapters/store/bench-file.ts";
import {
  type Bench,
  type NodePower,
  nodeNumber,
  type SerialPlace,
} from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { PowerState } from "../../ports/power-switch.ts";
import { type BenchSupply, openSupply } from "../bench-supply.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { Interrupts } from "../interrupts.ts";

const ACTIONS = ["show", "power"] as const;
const SWITCHINGS = ["state", "on", "off", "cycle"] as const;
type Switching = (typeof SWITCHINGS)[number];

interface BenchArguments extends GlobalArguments {
  readonly action: (typeof ACTIONS)[number];
  readonly file: string;
  readonly switching: Switching;
  readonly node?: readonly string[] | undefined;
}

export const benchCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "bench <action> <file> [switching]",
      "Show a bench, or switch the supplies of its nodes",
      (args: Argv<GlobalArguments>) =>
        args
          .positional("action", { choices: ACTIONS, demandOption: true })
          .positional("file", { string: true, demandOption: true, describe: "Bench file" })
          .positional("switching", { choices: SWITCHINGS, default: "state" as const })
          .option("node", {
            string: true,
            array: true,
            describe: "A node by its name, again for more [default: all]",
          })
          .example("$0 bench power bench.yaml cycle --node ecu0", "a power cycle of one node"),
      (args) => finish(() => benchAction(args as BenchArguments)),
    );
  },
};

async function benchAction(args: BenchArguments): Promise<ExitCode> {
  const bench = readBenchFile(args.file);
  const { nodes } = bench;
  const wanted = args.node?.map((name) => numberOf(bench, name)) ?? nodes.map((_, index) => index);
  if (args.action === "show") {
    process.stdout.write(args.json ? showJson(bench) : showText(bench));
    return EXIT.valid;
  }
  const interrupts = new Interrupts();
  const supply = await openSupply(bench, wanted, askAtTerminal);
  try {
    for (const node of wanted) {
      await switchOne(supply, node, args.switching, interrupts.signal);
      const state = await supply.state(node, interrupts.signal);
      say(args, nodes[node]?.name ?? "", state);
    }
    return EXIT.valid;
  } finally {
    await supply.close();
    interrupts.stop();
  }
}

function switchOne(supply: BenchSupply, node: number, what: Switching, signal: AbortSignal) {
  return what === "state" ? Promise.resolve() : supply[what](node, signal);
}

function say(args: BenchArguments, node: string, state: PowerState): void {
  if (args.json) process.stdout.write(`${JSON.stringify({ node, state })}\n`);
  else if (!args.quiet) process.stdout.write(`${node}: ${state}\n`);
}

function numberOf(bench: Bench, wanted: string): number {
  const { nodes, name } = bench;
  const found = nodeNumber(bench, wanted);
  if (found >= 0) return found;
  const known = nodes.map((node) => node.name).join(", ");
  throw new RigError("usage.option", `--node "${wanted}" is not on ${name}: expected ${known}`);
}

async function askAtTerminal(sentence: string, signal: AbortSignal): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new RigError("bench.trouble", `nobody is at the terminal to be asked: ${sentence}`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    await terminal.question(`${sentence} `, { signal });
  } finally {
    terminal.close();
  }
}

function showJson({ name, units, nodes }: Bench): string {
  return `${JSON.stringify({ name, units: Object.fromEntries(units), nodes })}\n`;
}

function showText({ name, units, nodes }: Bench): string {
  const lines = [`Bench ${name}`];
  for (const [unit, { kind, place }] of units) {
    lines.push(`  ${unit}: ${kind} at ${placeText(place)}, ${place.baud} bit/s`);
  }
  nodes.forEach((node, index) => {
    lines.push(`  node ${index} ${node.name}: ${powerText(node.power)}, ${node.offMs} ms to drain`);
  });
  return `${lines.join("\n")}\n`;
}

function placeText({ port, usb, usbInterface }: SerialPlace): string {
  const adapter = `USB adapter ${usb}${usbInterface === undefined ? "" : `, port ${usbInterface}`}`;
  return port ?? adapter;
}

function powerText(power: NodePower): string {
  if (power.by === "unit") return `output ${power.output} of ${power.unit}`;
  if (power.by === "hub") return `port ${power.port} of hub ${power.hub}`;
  return power.by === "hand" ? "switched by hand" : `switched by "${power.on}"`;
}
