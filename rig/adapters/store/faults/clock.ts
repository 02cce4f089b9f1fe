/** Schemas of the faults of clocks, in files and in plans. */

import { z } from "zod";
import { CLOCK_PPM_MAX, type ClockFaultDetail } from "../../../core/fault/clock-faults.ts";
import { fields, nsOf, textLike, whole } from "../fields.ts";
import { common, NS_MAX, nodeList, nodes, place, type WithSet } from "./parts.ts";

const ppm = whole(-CLOCK_PPM_MAX, CLOCK_PPM_MAX);
const SIGNED_TIME = /^-?\d{1,7}(?:\.\d{1,9})? ?(?:ns|us|µs|ms|s)$/;

export const CLOCK_FAULTS = [
  fields({
    kind: z.literal("clock-drift"),
    nodes,
    ppm: ppm.describe("Millionths by which the clock is fast, or slow below 0"),
    ...common,
  }),
  fields({
    kind: z.literal("clock-step"),
    nodes,
    step: textLike(SIGNED_TIME, "a time such as 500ms, or -500ms for a jump back").describe(
      "How far the clock jumps",
    ),
    ...common,
  }),
] as const;

type OfFile = z.infer<(typeof CLOCK_FAULTS)[number]>;

export function clockDetail(fault: OfFile): WithSet<ClockFaultDetail> {
  if (fault.kind === "clock-drift") {
    return { kind: fault.kind, nodes: fault.nodes, ppm: fault.ppm };
  }
  const isBack = fault.step.startsWith("-");
  const ns = nsOf(fault.step.replace("-", ""));
  return { kind: fault.kind, nodes: fault.nodes, stepNs: isBack ? -ns : ns };
}

export const EXPLICIT_CLOCK_FAULTS = [
  fields({ ...place, kind: z.literal("clock-drift"), nodes: nodeList, ppm }),
  fields({
    ...place,
    kind: z.literal("clock-step"),
    nodes: nodeList,
    stepNs: whole(-NS_MAX, NS_MAX),
  }),
] as const;
