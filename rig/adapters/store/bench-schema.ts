/** The schema of bench files: shapes and single values. What belongs together is bench-file.ts. */

import { z } from "zod";
import {
  BY_AGENTS,
  EMULATED_PROGRAMS,
  INJECTABLE,
  OUTPUTS,
  SAFE_STATES,
  SENSE_INPUTS,
} from "../../core/bench/bench.ts";
import { parseBitRates } from "../../core/can/bit-rates.ts";
import { TRAFFIC_FAULT_KINDS } from "../../core/fault/traffic-faults.ts";
import { NODES_MAX } from "../../core/plan/plan.ts";
import { nameSchema } from "./faults/parts.ts";
import { duration, fields, oneOf, share, textLike, whole } from "./fields.ts";

const text = (expected: string) => {
  const error = `expected ${expected}`;
  return z.string({ error }).min(1, { error });
};
const command = text("a shell command");
const truth = z.boolean({ error: "expected true or false" });
const baud = whole(300, 4_000_000);

const place = {
  port: text("the path of a serial port").optional(),
  usb: text("the serial number of a USB adapter, in quotes").optional(),
  "usb-interface": whole(0, 15).optional(),
  baud: baud.optional(),
  serial: text("the serial number that the device gives, in quotes").optional(),
};

const onLevel = oneOf(["high", "low"]).optional();

const unitSchema = z.discriminatedUnion(
  "kind",
  [
    fields({
      kind: z.literal("rig-power"),
      ...place,
      "on-level": onLevel,
      silence: duration("100ms").optional(),
    }),
    fields({
      kind: z.literal("firmata"),
      ...place,
      "on-level": onLevel,
      ready: duration("100ms").optional(),
    }),
  ],
  { error: "expected a mapping with kind rig-power or firmata" },
);

const output = whole(1, OUTPUTS.firmata[1]);

const powerSchema = z.union(
  [
    z.literal("hand"),
    fields({ unit: nameSchema, output }),
    fields({ hub: text("a hub as uhubctl names it"), port: whole(1, 32) }),
    fields({ on: command, off: command, state: command.optional() }),
  ],
  { error: 'expected "hand", unit and output, hub and port, or the commands on and off' },
);

const lineStep = fields({
  dtr: truth.optional(),
  rts: truth.optional(),
  for: duration("0ms").optional(),
});

const resetSchema = z.union(
  [
    z.literal("control-line"),
    fields({
      lines: z
        .array(lineStep, { error: "expected a list of steps" })
        .min(1, { error: "expected at least one step" })
        .max(20, { error: "expected at most 20 steps" }),
    }),
    fields({ unit: nameSchema, output, pulse: duration("1ms").optional() }),
  ],
  { error: 'expected "control-line", lines, or unit and output' },
);

const volts = textLike(
  /^\d{1,2}(?:\.\d{1,3})? ?V$|^\d{1,5} ?mV$/,
  "a voltage such as 0.5V or 500mV",
);

const senseSchema = fields({
  unit: nameSchema,
  input: whole(SENSE_INPUTS[0], SENSE_INPUTS[1]),
  "off-below": volts,
  "on-from": volts.optional(),
  settle: duration("1ms").optional(),
});

const nodeSchema = fields({
  name: nameSchema,
  power: powerSchema,
  off: duration("1ms").optional(),
  safe: oneOf(SAFE_STATES).optional(),
  sense: senseSchema.optional(),
  bus: nameSchema.optional(),
  console: fields({
    ...place,
    dtr: truth.optional(),
    rts: truth.optional(),
    "control-line": truth.optional(),
  }).optional(),
  reset: resetSchema.optional(),
  flash: command.optional(),
  image: text("the path of a file").optional(),
  "boot-delay": duration("0ms").optional(),
  timeouts: fields({
    boot: duration("100ms").optional(),
    request: duration("10ms").optional(),
    flash: duration("1s").optional(),
  }).optional(),
});

const rates = z
  .string({ error: "expected bit rates such as 500k or 500k/2M" })
  .refine((it) => parseBitRates(it) !== null, "expected bit rates such as 500k or 500k/2M");

const samplePoint = share("a sample point such as 80%, from 50% to 95%", (percent) => {
  return percent >= 50 && percent <= 95;
});

export const interfaceName = textLike(
  /^[^\s/-][^\s/]{0,14}$/,
  "the name of a network interface, such as can0",
);

const busSchema = fields({
  interface: interfaceName,
  bitrate: rates,
  "sample-point": samplePoint.optional(),
  "data-sample-point": samplePoint.optional(),
  restart: z
    .union([z.literal("never"), duration("1ms")], { error: "expected never, or a time as 100ms" })
    .optional(),
});

const identifiers = textLike(
  /^[0-9A-Fa-f]{1,8}:[0-9A-Fa-f]{1,8}$/,
  'arbitration IDs as value and mask, such as "123:7FF"',
);

export const modification = textLike(
  /^(?:AND|OR|XOR|SET):[ILFD]{1,4}:(?:[\dA-Fa-f]{1,8}\.){2,3}(?:[\dA-Fa-f]{16}|[\dA-Fa-f]{128})$/,
  "a modification as cangw takes it, such as SET:D:000.8.FFFFFFFFFFFFFFFF",
);

const struck = z
  .array(nameSchema, { error: "expected a list of nodes" })
  .min(1, { error: "expected at least one node" })
  .optional();

const relaySchema = fields({
  fault: oneOf(INJECTABLE),
  nodes: struck,
  unit: nameSchema,
  output,
  neutral: oneOf(["on", "off"]).optional(),
});

const gatewaySchema = fields({
  fault: oneOf(INJECTABLE),
  nodes: struck,
  from: interfaceName,
  to: interfaceName,
  match: identifiers,
  modify: modification.optional(),
  fd: truth.optional(),
});

const linkSchema = fields({
  fault: oneOf(INJECTABLE),
  nodes: struck,
  down: interfaceName,
});

const strangerSchema = fields({
  fault: oneOf(TRAFFIC_FAULT_KINDS),
  nodes: struck,
  interface: interfaceName,
});

const agentsSchema = fields({
  fault: oneOf(BY_AGENTS),
  by: z.literal("agents", { error: 'expected "agents"' }),
});

const injectorSchema = z.union(
  [relaySchema, gatewaySchema, strangerSchema, linkSchema, agentsSchema],
  {
    error:
      "expected fault, unit and output of a relay; fault, from, to and match of a gateway; " +
      "fault and interface of a station too many; fault and down, an interface; " +
      'or fault and by: "agents"',
  },
);

/** Names of parts, as keys. */
const named = <Schema extends z.ZodType>(schema: Schema, expected: string) =>
  z.record(z.string(), schema, { error: `expected ${expected} by name` });

export const benchSchema = fields({
  bench: nameSchema,
  buses: named(busSchema, "buses").optional(),
  power: named(unitSchema, "units").optional(),
  injectors: named(injectorSchema, "injectors").optional(),
  stagger: duration("0ms").optional(),
  nodes: z
    .array(nodeSchema, { error: "expected a list of nodes" })
    .min(1, { error: "expected at least one node" })
    .max(NODES_MAX, { error: `expected at most ${NODES_MAX} nodes` }),
  lease: fields({
    folder: text("a folder").optional(),
    expiry: duration("1s").optional(),
  }).optional(),
  emulator: fields({
    program: oneOf(EMULATED_PROGRAMS).optional(),
    linger: duration("1s").optional(),
  }).optional(),
});

export type BenchFields = z.infer<typeof benchSchema>;
export type NodeFields = BenchFields["nodes"][number];
export type UnitFields = z.infer<typeof unitSchema>;
export type PlaceFields = Pick<UnitFields, keyof typeof place>;
