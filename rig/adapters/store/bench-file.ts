/** Bench files: YAML in, a bench or one clear error out. */

import type {
  Bench,
  BenchBus,
  BenchEmulator,
  BenchInjector,
  BenchNode,
  NodeConsole,
  NodePower,
  NodeReset,
  PowerUnit,
  RailSense,
  SerialPlace,
} from "../../core/bench/bench.ts";
import { type BenchProblem, benchProblem } from "../../core/bench/bench-problem.ts";
import { parseBitRates } from "../../core/can/bit-rates.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import {
  type BenchFields,
  benchSchema,
  type NodeFields,
  type PlaceFields,
  type UnitFields,
} from "./bench-schema.ts";
import { fieldError, nsOf, parseFields, percentOfField } from "./fields.ts";
import { YamlDocument } from "./yaml-document.ts";

const BAUD = { "rig-power": 115_200, firmata: 57_600, console: 115_200 } as const;
const SILENCE_MS = 5_000;
const READY_MS = 6_000;
const OFF_MS = 500;
const PULSE_MS = 100;
const SETTLE_MS = 1_000;
const BOOT_MS = 6_000;
const REQUEST_MS = 250;
const FLASH_MS = 120_000;
const EXPIRY_MS = 600_000;
const LINGER_MS = 10_000;

/** Throws `input.unreadable` or `input.malformed` with file, line, column and field. */
export function readBenchFile(path: string): Bench {
  const document = new YamlDocument(path);
  const file = parseFields(benchSchema, document, { value: document.value, at: [] });
  const bench: Bench = {
    name: file.bench,
    buses: Object.entries(file.buses ?? {}).map(([name, bus]) => busOf(name, bus)),
    units: new Map(Object.entries(file.power ?? {}).map(([name, unit]) => [name, unitOf(unit)])),
    nodes: file.nodes.map((node) => nodeOf(node, file)),
    injectors: Object.entries(file.injectors ?? {}).map(([name, it]) => injectorOf(name, it)),
    staggerMs: milliseconds(file.stagger, 0),
    lease: { folder: file.lease?.folder, expiryMs: milliseconds(file.lease?.expiry, EXPIRY_MS) },
    emulator: file.emulator === undefined ? undefined : emulatorOf(file.emulator),
  };
  const problem: BenchProblem | null = benchProblem(bench);
  if (problem !== null) throw fieldError(document, problem.path, problem.text);
  return bench;
}

function milliseconds(text: string | undefined, usual: number): number {
  return text === undefined ? usual : nsOf(text) / NS_PER_MS;
}

function busOf(name: string, bus: NonNullable<BenchFields["buses"]>[string]): BenchBus {
  const rates = parseBitRates(bus.bitrate);
  if (rates === null) throw new RigError("rig.internal", `bit rates ${bus.bitrate} were let pass`);
  const percent = (point: string | number | undefined) =>
    point === undefined ? undefined : percentOfField(point);
  const { restart } = bus;
  return {
    name,
    interface: bus.interface,
    rates,
    samplePercent: percent(bus["sample-point"]),
    dataSamplePercent: percent(bus["data-sample-point"]),
    restartMs:
      restart === undefined ? undefined : restart === "never" ? 0 : milliseconds(restart, 0),
  };
}

function emulatorOf({ program, linger }: NonNullable<BenchFields["emulator"]>): BenchEmulator {
  return { program: program ?? "node", lingerMs: milliseconds(linger, LINGER_MS) };
}

function injectorOf(
  name: string,
  injector: NonNullable<BenchFields["injectors"]>[string],
): BenchInjector {
  if ("by" in injector) return { name, fault: injector.fault, by: injector.by };
  if ("interface" in injector) {
    const { fault, nodes } = injector;
    return { name, fault, nodes, by: "stranger", interface: injector.interface };
  }
  const { fault, nodes } = injector;
  if ("down" in injector) return { name, fault, nodes, by: "link", down: injector.down };
  if ("unit" in injector) {
    const { unit, output, neutral = "off" } = injector;
    return { name, fault, nodes, by: "relay", unit, output, neutral };
  }
  const { from, to, match, modify, fd } = injector;
  return { name, fault, nodes, by: "cangw", from, to, match, modify, isFd: fd ?? true };
}

function placeOf(fields: PlaceFields, baud: number): SerialPlace {
  const { port, usb, serial } = fields;
  return { port, usb, usbInterface: fields["usb-interface"], baud: fields.baud ?? baud, serial };
}

function unitOf(unit: UnitFields): PowerUnit {
  const place = placeOf(unit, BAUD[unit.kind]);
  const onLevel = unit["on-level"];
  if (unit.kind === "rig-power") {
    return { kind: "rig-power", place, onLevel, silenceMs: milliseconds(unit.silence, SILENCE_MS) };
  }
  const readyMs = milliseconds(unit.ready, READY_MS);
  return { kind: "firmata", place, onLevel: onLevel ?? "high", readyMs };
}

function nodeOf(node: NodeFields, { buses = {} }: BenchFields): BenchNode {
  const { timeouts = {} } = node;
  const [firstBus] = Object.keys(buses);
  return {
    name: node.name,
    power: powerOf(node.power),
    offMs: milliseconds(node.off, OFF_MS),
    safe: node.safe ?? "off",
    sense: node.sense === undefined ? undefined : senseOf(node.sense),
    bus: node.bus ?? firstBus,
    console: node.console === undefined ? undefined : consoleOf(node.console),
    reset: node.reset === undefined ? undefined : resetOf(node.reset),
    flash: node.flash,
    image: node.image,
    bootDelayMs: milliseconds(node["boot-delay"], 0),
    limits: {
      bootMs: milliseconds(timeouts.boot, BOOT_MS),
      requestMs: milliseconds(timeouts.request, REQUEST_MS),
      flashMs: milliseconds(timeouts.flash, FLASH_MS),
    },
  };
}

function powerOf(power: NodeFields["power"]): NodePower {
  if (power === "hand") return { by: "hand" };
  if ("unit" in power) return { by: "unit", unit: power.unit, output: power.output };
  if ("hub" in power) return { by: "hub", hub: power.hub, port: power.port };
  const { on, off, state } = power;
  return { by: "command", on, off, ...(state === undefined ? {} : { state }) };
}

function senseOf(sense: NonNullable<NodeFields["sense"]>): RailSense {
  const { unit, input } = sense;
  const offBelowMv = millivolts(sense["off-below"]);
  const onFrom = sense["on-from"];
  const onFromMv = onFrom === undefined ? offBelowMv : millivolts(onFrom);
  return { unit, input, offBelowMv, onFromMv, settleMs: milliseconds(sense.settle, SETTLE_MS) };
}

function millivolts(text: string): number {
  const number = Number.parseFloat(text);
  return text.endsWith("mV") ? number : Math.round(number * 1000);
}

function consoleOf(fields: NonNullable<NodeFields["console"]>): NodeConsole {
  const { dtr, rts } = fields;
  const place = placeOf(fields, BAUD.console);
  return { place, dtr, rts, hasControlLine: fields["control-line"] ?? true };
}

function resetOf(reset: NonNullable<NodeFields["reset"]>): NodeReset {
  if (reset === "control-line") return { by: "control-line" };
  if ("unit" in reset) {
    const { unit, output, pulse } = reset;
    return { by: "unit", unit, output, pulseMs: milliseconds(pulse, PULSE_MS) };
  }
  const steps = reset.lines.map((step) => ({
    dtr: step.dtr,
    rts: step.rts,
    forMs: milliseconds(step.for, 0),
  }));
  return { by: "lines", steps };
}
