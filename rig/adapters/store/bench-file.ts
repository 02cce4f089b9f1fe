/** Bench files: YAML in, a bench or one clear error out. */

import { z } from "zod";
import {
  type Bench,
  type BenchNode,
  type NodePower,
  OUTPUTS,
  type PowerUnit,
  type SerialPlace,
} from "../../core/bench/bench.ts";
import { NODES_MAX } from "../../core/plan/plan.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { nameSchema } from "./faults/parts.ts";
import {
  duration,
  fieldError,
  fields,
  nearest,
  nsOf,
  oneOf,
  parseFields,
  whole,
} from "./fields.ts";
import { YamlDocument } from "./yaml-document.ts";

const text = (expected: string) => z.string({ error: `expected ${expected}` }).min(1);
const command = text("a shell command");

const place = {
  port: text("the path of a serial port"),
  baud: whole(300, 4_000_000).optional(),
  serial: text("the serial number that the device gives").optional(),
};

const unitSchema = z.discriminatedUnion(
  "kind",
  [
    fields({
      kind: z.literal("rig-power"),
      ...place,
      silence: duration("100ms").optional(),
    }),
    fields({
      kind: z.literal("firmata"),
      ...place,
      "on-level": oneOf(["high", "low"]).optional(),
      ready: duration("100ms").optional(),
    }),
  ],
  { error: "expected a mapping with kind rig-power or firmata" },
);

const powerSchema = z.union(
  [
    z.literal("hand"),
    fields({ unit: nameSchema, output: whole(1, OUTPUTS.firmata[1]) }),
    fields({ hub: text("a hub as uhubctl names it"), port: whole(1, 32) }),
    fields({ on: command, off: command, state: command.optional() }),
  ],
  { error: 'expected "hand", unit and output, hub and port, or the commands on and off' },
);

const benchSchema = fields({
  bench: nameSchema,
  power: z.record(z.string(), unitSchema, { error: "expected units by name" }).optional(),
  nodes: z
    .array(fields({ name: nameSchema, power: powerSchema, off: duration("1ms").optional() }), {
      error: "expected a list of nodes",
    })
    .min(1, { error: "expected at least one node" })
    .max(NODES_MAX, { error: `expected at most ${NODES_MAX} nodes` }),
});

type BenchFile = z.infer<typeof benchSchema>;

const BAUD = { "rig-power": 115_200, firmata: 57_600 } as const;
const SILENCE_MS = 5_000;
const READY_MS = 6_000;
const OFF_MS = 500;

/** Throws `input.unreadable` or `input.malformed` with file, line, column and field. */
export function readBenchFile(path: string): Bench {
  const document = new YamlDocument(path);
  const file = parseFields(benchSchema, document, { value: document.value, at: [] });
  const units = new Map(Object.entries(file.power ?? {}).map(([name, it]) => [name, unitOf(it)]));
  refuseSame(document, file, "port");
  const nodes = file.nodes.map(
    ({ name, power, off }): BenchNode => ({
      name,
      power: powerOf(power),
      offMs: millisecondsOf(off, OFF_MS),
    }),
  );
  const bench = { name: file.bench, units, nodes };
  for (const index of nodes.keys()) checkNode(document, bench, index);
  return bench;
}

function millisecondsOf(text: string | undefined, usual: number): number {
  return text === undefined ? usual : nsOf(text) / NS_PER_MS;
}

function unitOf(unit: z.infer<typeof unitSchema>): PowerUnit {
  const { kind, port, baud = BAUD[kind], serial } = unit;
  const at: SerialPlace = { port, baud, ...(serial === undefined ? {} : { serial }) };
  if (unit.kind === "rig-power") {
    return { kind: "rig-power", place: at, silenceMs: millisecondsOf(unit.silence, SILENCE_MS) };
  }
  const onLevel = unit["on-level"] ?? "high";
  return { kind: "firmata", place: at, onLevel, readyMs: millisecondsOf(unit.ready, READY_MS) };
}

function powerOf(power: BenchFile["nodes"][number]["power"]): NodePower {
  if (power === "hand") return { by: "hand" };
  if ("unit" in power) return { by: "unit", unit: power.unit, output: power.output };
  if ("hub" in power) return { by: "hub", hub: power.hub, port: power.port };
  const { on, off, state } = power;
  return { by: "command", on, off, ...(state === undefined ? {} : { state }) };
}

/** Two units on one port can't both be right. */
function refuseSame(document: YamlDocument, { power = {} }: BenchFile, field: "port"): void {
  const seen = new Map<string, string>();
  for (const [name, unit] of Object.entries(power)) {
    const other = seen.get(unit[field]);
    if (other !== undefined) {
      const found = `found ${unit[field]}, which is the port of "${other}": expected another one`;
      throw fieldError(document, ["power", name, field], found);
    }
    seen.set(unit[field], name);
  }
}

function checkNode(document: YamlDocument, bench: Bench, index: number): void {
  const node = bench.nodes[index];
  if (node === undefined) return;
  const before = bench.nodes.slice(0, index);
  const at = (...path: (string | number)[]) => ["nodes", index, ...path];
  if (before.some(({ name }) => name === node.name)) {
    throw fieldError(document, at("name"), `found "${node.name}" twice: expected different names`);
  }
  const { power } = node;
  if (power.by !== "unit") return;
  const unit = bench.units.get(power.unit);
  if (unit === undefined) {
    const known = [...bench.units.keys()];
    const near = nearest(power.unit, known) ?? (known.join(", ") || "a unit under power");
    throw fieldError(document, at("power", "unit"), `found "${power.unit}", expected ${near}`);
  }
  const [low, high] = OUTPUTS[unit.kind];
  if (power.output < low || power.output > high) {
    const found = `found ${power.output}, expected ${low} to ${high} of a ${unit.kind} unit`;
    throw fieldError(document, at("power", "output"), found);
  }
  const same = before.find((each) => {
    const other = each.power;
    return other.by === "unit" && other.unit === power.unit && other.output === power.output;
  });
  if (same === undefined) return;
  const found = `found ${power.output}, which switches "${same.name}": expected another output`;
  throw fieldError(document, at("power", "output"), found);
}
