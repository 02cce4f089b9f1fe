/** Schemas of the faults of the bus, in files and in plans. */

import { z } from "zod";
import {
  type BusFaultDetail,
  EOF_BITS,
  type EofBit,
  type FrameChoice,
  PLAIN_BUS_FAULT_KINDS,
  TRANSMITTER_FATES,
} from "../../../core/fault/bus-faults.ts";
import { NODES_MAX } from "../../../core/plan/plan.ts";
import type { NodeGroups, NodeSet } from "../../../core/plan/scenario.ts";
import { MESSAGE_NAMES } from "../../../core/wire/message-name.ts";
import { duration, fields, nsOf, oneOf, percentOfField, whole } from "../fields.ts";
import {
  common,
  listOf,
  NS_MAX,
  nodeGroups,
  nodeList,
  nodes,
  numberOf,
  place,
  probability,
} from "./parts.ts";

const FRAMES_MAX = 1_000_000;
/** Bits of the longest frame with all its stuffing. */
const BIT_MAX = 1_000;

const bit = whole(0, BIT_MAX);
const eof = oneOf(EOF_BITS);
const transmitter = oneOf(TRANSMITTER_FATES);
const ppm = whole(1, 100_000);
const samplePercent = whole(50, 95);
const rate = numberOf("a bit error rate over 0, at most 0.01 such as 0.0001").gt(0).lte(0.01);
const messages = z
  .array(oneOf(MESSAGE_NAMES), { error: `expected a list of ${MESSAGE_NAMES.join(", ")}` })
  .min(1, { error: "expected at least one message" });

const senders = nodes.optional().describe("Whose frames; otherwise all, the host's too");
const messagesOfFile = messages.optional().describe("Of which messages; otherwise all");

/** Of a file. */
const choiceOfAny = {
  messages: messagesOfFile,
  "can-id": whole(0, 0x7ff).optional().describe("With which arbitration ID; otherwise any"),
  probability: probability.optional().describe("Of each such frame; otherwise each"),
  every: whole(1, FRAMES_MAX).optional().describe("One of every so many such frames"),
};
const choice = { senders, ...choiceOfAny };

const readers = nodes.describe("Nodes that read it wrong");
const eofOfFile = eof.optional().describe("Which bit of end of frame is dominant");

export const BUS_FAULTS = [
  fields({
    kind: z.literal("bit-error"),
    nodes: readers,
    bit: bit.optional().describe("From start of frame, which is 0; otherwise drawn"),
    ...choice,
    ...common,
  }),
  fields({
    kind: z.literal("error-burst"),
    nodes: readers,
    frames: whole(1, FRAMES_MAX).describe("Frames in a row that are hit"),
    every: whole(1, FRAMES_MAX).describe("Frames from the start of one burst to the next"),
    senders,
    messages: messagesOfFile,
    ...common,
  }),
  fields({
    kind: z.literal("emi"),
    nodes: readers,
    "bit-error-rate": rate.describe("Of each bit at each node"),
    ...common,
  }),
  fields({
    kind: z.enum(["termination-missing", "ground-shift"]),
    nodes: readers,
    probability: probability.describe("Of each frame"),
    ...common,
  }),
  fields({
    kind: z.literal("bit-timing-mismatch"),
    nodes,
    ppm: ppm.describe("How far off their bit clocks are"),
    "sample-point": samplePercent.describe("Where they sample a bit, in per cent of it"),
    ...common,
  }),
  fields({ kind: z.literal("double-receive"), nodes, eof: eofOfFile, ...choice, ...common }),
  fields({
    kind: z.literal("omission"),
    nodes,
    eof: eofOfFile,
    transmitter: transmitter.describe("Why it doesn't repeat the frame"),
    ...choice,
    ...common,
  }),
  fields({ kind: z.enum(PLAIN_BUS_FAULT_KINDS), nodes, ...common }),
  fields({ kind: z.enum(["stuck-dominant", "stuck-recessive"]), ...common }),
  fields({
    kind: z.literal("freeze"),
    nodes,
    hold: duration("10us").describe("How long overload frames follow each of their frames"),
    ...common,
  }),
  fields({
    kind: z.literal("segment-split"),
    groups: nodeGroups.describe("The segments; the host is with the largest"),
    ...common,
  }),
  fields({
    kind: z.literal("janus"),
    nodes: nodes.describe("Whose frames have two contents"),
    receivers: nodes.describe("Who sees the second one"),
    ...choiceOfAny,
    ...common,
  }),
  fields({ kind: z.literal("crc-residual"), nodes: readers, ...choice, ...common }),
] as const;

type OfFile = z.infer<(typeof BUS_FAULTS)[number]>;
type SetName = "nodes" | "senders" | "receivers";
type WithSet<Detail> = Detail extends unknown
  ? Omit<Detail, SetName | "groups"> & {
      readonly [Name in keyof Detail as Name extends SetName ? Name : never]: NodeSet;
    } & { readonly [Name in keyof Detail as Name extends "groups" ? Name : never]: NodeGroups }
  : never;

/** By field of a file, the field of a fault and how its value is taken over. */
const FIELDS: Readonly<Record<string, readonly [name: string, value?: (text: never) => unknown]>> =
  {
    probability: ["probability", (text: string | number) => percentOfField(text) / 100],
    "can-id": ["canId"],
    "bit-error-rate": ["bitErrorRate"],
    "sample-point": ["samplePercent"],
    hold: ["holdNs", (text: string) => nsOf(text)],
  };

const EOF_DEFAULTS: Readonly<Record<string, EofBit>> = {
  "double-receive": "last",
  omission: "last-but-one",
};

export function busDetail(fault: OfFile): WithSet<BusFaultDetail> {
  const { id: _id, start: _start, end: _end, ...rest } = fault;
  const entries = Object.entries(rest).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const [name, convert] = FIELDS[field] ?? [field];
    return [[name, convert === undefined ? value : convert(value as never)]];
  });
  const detail = Object.fromEntries(entries) as WithSet<BusFaultDetail>;
  const eofBit = EOF_DEFAULTS[fault.kind];
  if (eofBit === undefined || !("nodes" in detail)) return detail;
  const { kind, nodes: set } = detail;
  return { ...{ kind, nodes: set, eof: eofBit }, ...detail } as WithSet<BusFaultDetail>;
}

const share = numberOf("a number over 0, at most 1").gt(0).lte(1);

/** Of a plan. */
const explicitChoice = {
  senders: nodeList.optional(),
  messages: messages.optional(),
  canId: whole(0, 0x7ff).optional(),
  probability: share.optional(),
  every: whole(1, FRAMES_MAX).optional(),
} satisfies Record<keyof FrameChoice, unknown>;
const { senders: _senders, ...choiceWithoutSenders } = explicitChoice;

export const EXPLICIT_BUS_FAULTS = [
  fields({
    ...place,
    kind: z.literal("bit-error"),
    nodes: nodeList,
    bit: bit.optional(),
    ...explicitChoice,
  }),
  fields({
    ...place,
    kind: z.literal("error-burst"),
    nodes: nodeList,
    frames: whole(1, FRAMES_MAX),
    every: whole(1, FRAMES_MAX),
    senders: nodeList.optional(),
    messages: messages.optional(),
  }),
  fields({ ...place, kind: z.literal("emi"), nodes: nodeList, bitErrorRate: rate }),
  fields({
    ...place,
    kind: z.enum(["termination-missing", "ground-shift"]),
    nodes: nodeList,
    probability: share,
  }),
  fields({
    ...place,
    kind: z.literal("bit-timing-mismatch"),
    nodes: nodeList,
    ppm,
    samplePercent,
  }),
  fields({
    ...place,
    kind: z.literal("double-receive"),
    nodes: nodeList,
    eof,
    ...explicitChoice,
  }),
  fields({
    ...place,
    kind: z.literal("omission"),
    nodes: nodeList,
    eof,
    transmitter,
    ...explicitChoice,
  }),
  fields({ ...place, kind: z.enum(PLAIN_BUS_FAULT_KINDS), nodes: nodeList }),
  fields({ ...place, kind: z.enum(["stuck-dominant", "stuck-recessive"]) }),
  fields({ ...place, kind: z.literal("freeze"), nodes: nodeList, holdNs: whole(1, NS_MAX) }),
  fields({
    ...place,
    kind: z.literal("segment-split"),
    groups: listOf(nodeList, "expected a list of groups", NODES_MAX),
  }),
  fields({
    ...place,
    kind: z.literal("janus"),
    nodes: nodeList,
    receivers: nodeList,
    ...choiceWithoutSenders,
  }),
  fields({ ...place, kind: z.literal("crc-residual"), nodes: nodeList, ...explicitChoice }),
] as const;
