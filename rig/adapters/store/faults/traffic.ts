/** Schemas of the faults by traffic, in files and in plans. */

import { z } from "zod";
import { BASE_ID_MAX } from "../../../core/can/frame.ts";
import { STARVING_ID, type TrafficFaultDetail } from "../../../core/fault/traffic-faults.ts";
import type { TwinFaultDetail } from "../../../core/fault/twin-faults.ts";
import { BACKGROUND_FRAMES_MAX } from "../../../core/replay/background.ts";
import { parseCandumpLine } from "../../../core/trace/candump.ts";
import { duration, fields, nsOf, percentOfField, share, whole } from "../fields.ts";
import {
  common,
  listOf,
  NS_MAX,
  nodeList,
  nodes,
  numberOf,
  place,
  probability,
  type WithSet,
} from "./parts.ts";

const load = share("a share over 0 such as 80% or 0.8", (percent) => percent > 0).describe(
  "Share of the bus that it fills",
);
const id = whole(0, BASE_ID_MAX);

export const TRAFFIC_FAULTS = [
  fields({ kind: z.enum(["babbling-idiot", "masquerade", "twin-node"]), nodes, ...common }),
  fields({ kind: z.literal("id0-flood"), load, ...common }),
  fields({
    kind: z.literal("arbitration-starvation"),
    load,
    identifier: id.optional().describe("Of its frames; 256, above all of the nodes"),
    ...common,
  }),
  fields({
    kind: z.literal("replay"),
    nodes,
    lag: duration("1us").describe("How much later a frame comes again"),
    probability: probability.describe("Of each frame of these nodes"),
    ...common,
  }),
] as const;

type OfFile = z.infer<(typeof TRAFFIC_FAULTS)[number]>;
type Detail = TrafficFaultDetail | TwinFaultDetail extends infer Each
  ? Each extends { readonly nodes: readonly number[] }
    ? WithSet<Each>
    : Each
  : never;

export function trafficDetail(fault: OfFile): Detail {
  switch (fault.kind) {
    case "babbling-idiot":
    case "masquerade":
    case "twin-node":
      return { kind: fault.kind, nodes: fault.nodes };
    case "id0-flood":
      return { kind: fault.kind, load: percentOfField(fault.load) / 100 };
    case "arbitration-starvation": {
      const { kind, identifier = STARVING_ID } = fault;
      return { kind, load: percentOfField(fault.load) / 100, identifier };
    }
    case "replay": {
      const { kind, nodes: set, lag } = fault;
      return {
        kind,
        nodes: set,
        lagNs: nsOf(lag),
        probability: percentOfField(fault.probability) / 100,
      };
    }
  }
}

/** Frames as lines: what is no frame would be found when the run is under way. */
const frameLine = z.string().refine(isFrameLine, {
  error: "expected a line such as (0000000000.000500000) trace 048C0000#1122",
});

function isFrameLine(line: string): boolean {
  try {
    return parseCandumpLine(line, 1).frame.extended;
  } catch {
    return false;
  }
}

const explicitShare = numberOf("a number over 0, at most 1").gt(0).lte(1);

export const EXPLICIT_TRAFFIC_FAULTS = [
  fields({
    ...place,
    kind: z.enum(["babbling-idiot", "masquerade", "twin-node"]),
    nodes: nodeList,
  }),
  fields({ ...place, kind: z.literal("id0-flood"), load: explicitShare }),
  fields({
    ...place,
    kind: z.literal("arbitration-starvation"),
    load: explicitShare,
    identifier: id,
  }),
  fields({
    ...place,
    kind: z.literal("replay"),
    nodes: nodeList,
    lagNs: whole(1, NS_MAX),
    probability: explicitShare,
  }),
  fields({
    ...place,
    kind: z.literal("background"),
    load: explicitShare,
    periodNs: whole(1, NS_MAX),
    frames: listOf(frameLine, "expected a list of frames", BACKGROUND_FRAMES_MAX).min(1),
  }),
] as const;
