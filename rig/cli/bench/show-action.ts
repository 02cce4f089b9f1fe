/** `rig bench show`: what the file of a bench says, and who has it. */

import { leaseText } from "../../adapters/store/lease-file.ts";
import type { Bench, NodePower, SerialPlace } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { leaseFileOf } from "./bench-lease.ts";

export function showAction(bench: Bench, args: BenchArguments): ExitCode {
  process.stdout.write(args.json ? showJson(bench) : showText(bench));
  return EXIT.valid;
}

function showJson(bench: Bench): string {
  const { units, ...rest } = bench;
  const held = leaseFileOf(bench).read();
  return `${JSON.stringify({ ...rest, units: Object.fromEntries(units), held })}\n`;
}

function showText(bench: Bench): string {
  const { name, units, nodes } = bench;
  const held = leaseFileOf(bench).read();
  const lines = [`Bench ${name}: ${held === null ? "free" : leaseText(held)}`];
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
