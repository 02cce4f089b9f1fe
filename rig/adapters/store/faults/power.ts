/** Schemas of the faults that switch power in time, in files and in plans. */

import { z } from "zod";
import {
  POWER_GAP_MIN_NS,
  POWER_OFF_MIN_NS,
  type PowerFaultDetail,
} from "../../../core/fault/power-faults.ts";
import { duration, fields, nsOf, whole } from "../fields.ts";
import { common, NS_MAX, nodeList, nodes, place, type WithSet } from "./parts.ts";

const off = duration("1ms").describe("How long the supply is off");

export const POWER_FAULTS = [
  fields({
    kind: z.literal("power-cycle"),
    nodes,
    off,
    every: duration("1ms").optional().describe("From one loss to the next; otherwise once"),
    ...common,
  }),
  fields({
    kind: z.literal("power-cycle-rolling"),
    nodes,
    off,
    gap: duration("10ms").describe("From one node's return to the next one's loss"),
    ...common,
  }),
  fields({
    kind: z.literal("brown-out-all"),
    nodes: nodes.optional(),
    off,
    stagger: duration("0s").describe("From one node's return to that of the next"),
    ...common,
  }),
] as const;

type OfFile = z.infer<(typeof POWER_FAULTS)[number]>;

export function powerDetail(fault: OfFile): WithSet<PowerFaultDetail> {
  const offNs = nsOf(fault.off);
  switch (fault.kind) {
    case "power-cycle": {
      const { kind, nodes: set, every } = fault;
      return { kind, nodes: set, offNs, ...(every === undefined ? {} : { everyNs: nsOf(every) }) };
    }
    case "power-cycle-rolling":
      return { kind: fault.kind, nodes: fault.nodes, offNs, gapNs: nsOf(fault.gap) };
    case "brown-out-all": {
      const staggerNs = nsOf(fault.stagger);
      return { kind: fault.kind, nodes: fault.nodes ?? "all", offNs, staggerNs };
    }
  }
}

const offNs = whole(POWER_OFF_MIN_NS, NS_MAX);

export const EXPLICIT_POWER_FAULTS = [
  fields({
    ...place,
    kind: z.literal("power-cycle"),
    nodes: nodeList,
    offNs,
    everyNs: whole(POWER_OFF_MIN_NS, NS_MAX).optional(),
  }),
  fields({
    ...place,
    kind: z.literal("power-cycle-rolling"),
    nodes: nodeList,
    offNs,
    gapNs: whole(POWER_GAP_MIN_NS, NS_MAX),
  }),
  fields({
    ...place,
    kind: z.literal("brown-out-all"),
    nodes: nodeList,
    offNs,
    staggerNs: whole(0, NS_MAX),
  }),
] as const;
