/**
 * `rig bench show`: the bench as a table. Who has it, its buses and units, and of each node the
 * supply, as the switch and its rail say, and the port of its console. Switches nothing, and opens
 * no console: that resets many boards.
 */

import { existsSync } from "node:fs";
import { candidatePorts } from "../../../firmware-bridge/host/find-port.ts";
import { leaseText } from "../../adapters/store/lease-file.ts";
import type {
  Bench,
  BenchNode,
  NodePower,
  NodeReset,
  SerialPlace,
} from "../../core/bench/bench.ts";
import { changesText, type KernelChange } from "../../core/bench/kernel-change.ts";
import { bitRatesText } from "../../core/can/bit-rates.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { leaseFileOf } from "./bench-lease.ts";
import { journalOf } from "./left-behind.ts";
import { askAll, type NodeState } from "./supply-states.ts";
import { withBench } from "./with-bench.ts";

export async function showAction(bench: Bench, args: BenchArguments): Promise<ExitCode> {
  const held = leaseFileOf(bench).read();
  const left = journalOf(bench).left();
  // A bench that is in use is not disturbed: its ports are open elsewhere.
  const isAsked = !args.offline && held === null;
  const states = isAsked
    ? await withBench(bench, args, (opened, signal) => askAll(opened, signal))
    : bench.nodes.map(() => ({ supply: null, trouble: null }));
  const { units, ...rest } = bench;
  if (args.json) {
    const value = { ...rest, units: Object.fromEntries(units), held, left, states };
    process.stdout.write(`${JSON.stringify(value)}\n`);
  } else {
    const state = held === null ? "free" : leaseText(held);
    const troubles = states.flatMap(({ trouble }) => (trouble === null ? [] : [`! ${trouble}`]));
    const lines = [
      `Bench ${bench.name}: ${state}`,
      ...tables(bench, states),
      ...leftText(left, isAsked),
      ...troubles,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return states.some(({ trouble }) => trouble !== null) ? EXIT.benchTrouble : EXIT.valid;
}

function leftText(left: readonly KernelChange[], isUndone: boolean): readonly string[] {
  if (left.length === 0) return [];
  const fate = isUndone ? "undone now" : "undone by whoever takes the bench next";
  return [`! left by a rig that was killed: ${changesText(left)}; ${fate}`];
}

function tables(bench: Bench, states: readonly NodeState[]): readonly string[] {
  const buses = bench.buses.map((bus) => [bus.name, bus.interface, bitRatesText(bus.rates)]);
  const units = [...bench.units].map(([name, { kind, place }]) => [
    name,
    kind,
    placeText(place),
    `${place.baud} bit/s`,
  ]);
  const nodes = bench.nodes.map((node, number) => [
    String(number),
    node.name,
    states[number]?.supply ?? "-",
    powerText(node.power),
    `${node.offMs} ms`,
    node.safe,
    node.console === undefined ? "-" : placeText(node.console.place),
    resetText(node),
  ]);
  const headOfNodes = ["node", "name", "supply", "by", "off", "left", "console", "reset"];
  return [
    ...table(["bus", "interface", "bit rates"], buses),
    ...table(["unit", "kind", "port", ""], units),
    ...table(headOfNodes, nodes),
  ];
}

/** Nothing for no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  return all.map(line);
}

/** Where the port was looked up, also what was found. */
function placeText(place: SerialPlace): string {
  const { port, usb, usbInterface } = place;
  const part = usbInterface === undefined ? "" : `.${usbInterface}`;
  const name = usb === undefined ? (port ?? "") : `usb ${usb}${part}`;
  const isThere = usb === undefined ? !port?.startsWith("/") || existsSync(port) : isFound(place);
  return isThere || port?.includes("*") === true ? name : `${name} (not there)`;
}

function isFound(place: SerialPlace): boolean {
  try {
    return candidatePorts(place).length > 0;
  } catch {
    return false;
  }
}

function powerText(power: NodePower): string {
  if (power.by === "unit") return `output ${power.output} of ${power.unit}`;
  if (power.by === "hub") return `port ${power.port} of hub ${power.hub}`;
  return power.by === "hand" ? "hand" : `"${power.on}"`;
}

function resetText({ reset }: Pick<BenchNode, "reset">): string {
  const by: Readonly<Record<NodeReset["by"], string>> = {
    lines: "DTR, RTS",
    unit: "an output",
    "control-line": "control line",
  };
  if (reset === undefined) return "-";
  return reset.by === "unit" ? `output ${reset.output} of ${reset.unit}` : by[reset.by];
}
